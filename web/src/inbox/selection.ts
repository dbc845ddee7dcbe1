/** What is selected: one row, all between two, or all that the filters show. A file that is gone is selected no more. */

import { effect } from "@preact/signals";
import { select, selected } from "../state";
import { shown } from "./filters";
import { isListing, items } from "./follow";

/** The row that was picked last: from there a range begins. */
let last = "";

/** Select the row, or take it from the selection; `isRange` does the same with all between it and the one before. */
export function pick(name: string, isRange: boolean): void {
  select(isRange ? between(last, name) : [name], !selected.value.has(name));
  last = name;
}

export function selectAll(): void {
  select(namesOf(shown.value), true);
}

/** With both ends; the second alone where the first is not shown any more. */
function between(first: string, second: string): string[] {
  const names = namesOf(shown.value);
  const ends = [names.indexOf(first), names.indexOf(second)];
  return ends.includes(-1) ? [second] : names.slice(Math.min(...ends), Math.max(...ends) + 1);
}

function namesOf(rows: { name: string }[]): string[] {
  return rows.map(({ name }) => name);
}

export function followSelection(): void {
  effect(() => {
    if (isListing.value || selected.peek().size === 0) return;
    const names = new Set(namesOf(items.value));
    const left = [...selected.peek()].filter((name) => names.has(name));
    if (left.length < selected.peek().size) selected.value = new Set(left);
  });
}
