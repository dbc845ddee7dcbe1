/** Full-text search over the answers that were opened or fetched. The index lives in this tab, and goes with it. */

import { signal } from "@preact/signals";
import MiniSearch from "minisearch";
import type { Document } from "../documents/document";

/** Of a longer answer only the beginning is found: the index grows with it, in this tab's memory. */
const MAX_INDEXED = 500_000;
/** Long answers are indexed in parts, between which the page can do other things. */
const PART = 25_000;
/** A word at the end of a part stands whole in it. */
const OVERLAP = 100;

const index = new MiniSearch({ fields: ["text"], storeFields: ["name"] });
/** How many parts of each file are in it. */
const parts = new Map<string, number>();

/** How many answers there are in it. */
export const indexed = signal(0);
/** Grows with each answer, so that who shows results shows new ones. */
const changes = signal(0);

export async function addAnswer(name: string, document: Document): Promise<void> {
  await pause();
  const text = textOf(document);
  const before = parts.get(name) ?? 0;
  const count = Math.max(1, Math.ceil(text.length / PART));
  parts.set(name, count);
  for (let part = 0; part < Math.max(before, count); part += 1) {
    const id = `${part} ${name}`;
    if (index.has(id)) index.discard(id);
    if (part < count) index.add({ id, name, text: text.slice(part * PART, (part + 1) * PART + OVERLAP) });
    await pause();
  }
  indexed.value = parts.size;
  changes.value += 1;
}

export function isIndexed(name: string): boolean {
  return parts.has(name);
}

/** The names of the files whose answers hold all these words, or words that begin so. */
export function found(words: string): Set<string> {
  if (changes.value === 0) return new Set();
  const terms: string[] = MiniSearch.getDefault("tokenize")(words).filter(Boolean);
  const [first = new Set<string>(), ...others] = terms.map(
    (term) => new Set(index.search(term, { prefix: true }).map((each) => String(each.name))),
  );
  return new Set([...first].filter((name) => others.every((each) => each.has(name))));
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** As much of it as is indexed: an answer may have a million parts. */
function textOf(document: Document): string {
  const texts: string[] = [];
  let length = 0;
  for (const text of textsOf(document)) {
    texts.push(text);
    length += text.length + 1;
    if (length >= MAX_INDEXED) break;
  }
  return texts.join("\n").slice(0, MAX_INDEXED);
}

function* textsOf({ answer, error }: Document): Generator<string> {
  if (error) yield `${error.code} ${error.message}`;
  if (!answer) return;
  yield answer.text;
  for (const turn of answer.turns) yield turn.text;
  for (const span of [...answer.pieces, ...answer.segments]) yield `${span.speaker} ${span.text}`;
  if (answer.data !== null) yield JSON.stringify(answer.data);
}
