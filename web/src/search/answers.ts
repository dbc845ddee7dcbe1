/** Full-text search over the answers that were opened or fetched. The index lives in this tab, and goes with it. */

import { signal } from "@preact/signals";
import MiniSearch from "minisearch";
import type { Document } from "../documents/document";

/** Of a longer answer only the beginning is found: the index grows with it, in this tab's memory. */
const MAX_INDEXED = 500_000;

const index = new MiniSearch({ idField: "name", fields: ["text"] });

/** How many answers there are in it. */
export const indexed = signal(0);
/** Grows with each answer, so that who shows results shows new ones. */
const changes = signal(0);

export function addAnswer(name: string, document: Document): void {
  const entry = { name, text: textOf(document).slice(0, MAX_INDEXED) };
  if (index.has(name)) index.replace(entry);
  else index.add(entry);
  indexed.value = index.documentCount;
  changes.value += 1;
}

export function isIndexed(name: string): boolean {
  return index.has(name);
}

/** The names of the files whose answers hold all these words, or words that begin so. */
export function found(words: string): Set<string> {
  if (changes.value === 0 || !words.trim()) return new Set();
  return new Set(index.search(words, { prefix: true, combineWith: "AND" }).map((each) => String(each.id)));
}

function textOf({ answer, error }: Document): string {
  if (!answer) return error ? `${error.code} ${error.message}` : "";
  const spans = [...answer.pieces, ...answer.segments].map((each) => `${each.speaker} ${each.text}`);
  const data = answer.data === null ? "" : JSON.stringify(answer.data);
  return [answer.text, ...answer.turns.map((turn) => turn.text), ...spans, data].join("\n");
}
