/** What a file may be called: the rules of shared/media/names.py and shared/results/result.py, held to the same examples. */

import { hexadecimal } from "../access/digests";

const MAX_BLOB_NAME = 1024;
const MAX_WHOLE_NAME = 1002;
const UNUSUAL_NAMES = "unusual-names/";

const DOT_SEGMENT = /(?:^|\/)\.+(?:\/|$)/;
// Control characters, halves of characters, and code points that Unicode keeps free: no listing can hold them.
const NOT_IN_LISTS = /\p{Cc}|\p{Cs}|\p{Noncharacter_Code_Point}/u;

export function storedName(name: string): string {
  return name.replaceAll("\\", "/");
}

export function hasDotSegment(name: string): boolean {
  return DOT_SEGMENT.test(storedName(name));
}

/** Why storage would not take this name for a new file; undefined where it would. */
export function problemWith(name: string): "length" | "dots" | "character" | "empty" | undefined {
  if (name.length === 0 || [...name].length > MAX_BLOB_NAME) return "length";
  if (hasDotSegment(name)) return "dots";
  if (NOT_IN_LISTS.test(name)) return "character";
  return name.split("/").includes("") ? "empty" : undefined;
}

/** The name of the document of a file, where that holds the whole name; undefined where it takes a digest. */
export function wholeDocumentName(name: string): string | undefined {
  const stored = storedName(name);
  const isWhole = isPlain(stored) && !stored.startsWith(UNUSUAL_NAMES) && stored.length <= MAX_WHOLE_NAME;
  return isWhole ? `${stored}.json` : undefined;
}

/** The name of the document of a file that storage can list (so it has no halves of characters). */
export async function documentName(name: string): Promise<string> {
  const whole = wholeDocumentName(name);
  if (whole !== undefined) return whole;
  const stored = storedName(name);
  const digest = await sha256(stored);
  if (!isPlain(stored) || stored.startsWith(UNUSUAL_NAMES)) return `${UNUSUAL_NAMES}${digest}.json`;
  const ending = `~${digest}.json`;
  return beginning(stored, MAX_BLOB_NAME - ending.length) + ending;
}

/** The name with a mark before its ending, cut where storage would not take it whole. */
export function marked(name: string, mark: string): string {
  const [, stem = name, ending = ""] = /^(.*?)(\.[^./]{1,16})?$/s.exec(name) ?? [];
  return beginning(stem, MAX_BLOB_NAME - mark.length - ending.length) + mark + ending;
}

function isPlain(name: string): boolean {
  return !hasDotSegment(name) && !NOT_IN_LISTS.test(name);
}

/** So many UTF-16 units from its start; `~` stands for half a character at the end. */
function beginning(name: string, units: number): string {
  const kept = name.slice(0, units);
  return /[\ud800-\udbff]$/.test(kept) ? `${kept.slice(0, -1)}~` : kept;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return hexadecimal(digest);
}
