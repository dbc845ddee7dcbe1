/** Which rows are shown: by status, recipe, day, and words in their names or answers. */

import { computed, signal } from "@preact/signals";
import { found } from "../search/answers";
import { folded, wordsOf } from "../search/terms";
import { items } from "./follow";
import type { Item, Status } from "./items";

export interface Filters {
  status: Status | "";
  recipe: string;
  /** As an `<input type="date">` writes it; "" for all */
  day: string;
  words: string;
}

export const NO_FILTERS: Filters = { status: "", recipe: "", day: "", words: "" };
export const filters = signal<Filters>(NO_FILTERS);

export function filter(change: Partial<Filters>): void {
  filters.value = { ...filters.value, ...change };
}

/** The rows that are shown, newest first. */
export const shown = computed(() => {
  const wanted = filters.value;
  if (wanted === NO_FILTERS) return items.value;
  const words = wordsOf(wanted.words).map((word) => ({ word, inAnswers: found(word) }));
  return items.value.filter(
    (item) =>
      (!wanted.status || item.status === wanted.status) &&
      (!wanted.recipe || item.recipe === wanted.recipe) &&
      (!wanted.day || dayOf(item) === wanted.day) &&
      words.every(({ word, inAnswers }) => inAnswers.has(item.name) || nameOf(item).includes(word)),
  );
});

/** Folding 100,000 names takes a while, and they stay the same while a person writes. */
const names = new WeakMap<Item, string>();

function nameOf(item: Item): string {
  let name = names.get(item);
  if (name === undefined) {
    name = folded(item.name);
    names.set(item, name);
  }
  return name;
}

export const recipesSeen = computed(() =>
  [...new Set(items.value.map((item) => item.recipe))].filter(Boolean).sort(),
);

/** The day in the time of who looks. */
export function dayOf(item: Item): string {
  const at = new Date(item.time);
  const two = (part: number) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
