/** Full-text search over the answers that were opened or fetched. The index lives in this tab, and goes with it. */

import { signal } from "@preact/signals";
import MiniSearch from "minisearch";
import type { Document } from "../documents/document";
import type { Item } from "../inbox/items";
import { termsOf, written } from "./terms";

type Row = Pick<Item, "name" | "document">;

/** Of a longer answer only the beginning is found: the index grows with it, in this tab's memory. */
const MAX_INDEXED = 500_000;
/** Long answers are indexed in parts, between which the page can do other things. */
const PART = 25_000;
/** A word at the end of a part stands whole in it. */
const OVERLAP = 100;

const index = new MiniSearch({
  fields: ["text"],
  storeFields: ["name"],
  tokenize: termsOf,
  processTerm: written,
});

interface Entry {
  /** Of the document that was indexed */
  etag: string;
  /** Of its parts in the index */
  ids: number[];
}

const entries = new Map<string, Entry>();
let lastId = 0;

/** How many answers there are in it. */
export const indexed = signal(0);
/** Grows with each answer, so that who shows results shows new ones. */
const changes = signal(0);

export async function addAnswer({ name, document: version }: Row, document: Document): Promise<void> {
  await pause();
  forget(name);
  const entry: Entry = { etag: version?.etag ?? "", ids: [] };
  entries.set(name, entry);
  const text = textOf(document);
  for (let from = 0; from < Math.max(1, text.length); from += PART) {
    if (entries.get(name) !== entry) return; // it was forgotten, or another answer came
    lastId += 1;
    index.add({ id: lastId, name, text: text.slice(from, from + PART + OVERLAP) });
    entry.ids.push(lastId);
    await pause();
  }
  tell();
}

export function isIndexed({ name, document }: Row): boolean {
  return document !== null && entries.get(name)?.etag === document.etag;
}

/** Keep the answers of these rows alone: others are gone, or have been replaced. */
export function keepAnswersOf(rows: Row[]): void {
  if (entries.size === 0) return;
  const kept = new Set(rows.filter(isIndexed).map((row) => row.name));
  const gone = [...entries.keys()].filter((name) => !kept.has(name));
  for (const name of gone) forget(name);
  if (gone.length > 0) tell();
}

function forget(name: string): void {
  for (const id of entries.get(name)?.ids ?? []) index.discard(id);
  entries.delete(name);
}

function tell(): void {
  indexed.value = entries.size;
  changes.value += 1;
}

/** The names of the files whose answers hold this word, or one that begins so. */
export function found(word: string): Set<string> {
  if (changes.value === 0) return new Set();
  const hits = index.search(word, { prefix: true, combineWith: "AND" });
  return new Set(hits.map((hit) => String(hit.name)));
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
