/** A file that is gone is selected no more. */

import { effect } from "@preact/signals";
import { selected } from "../state";
import { isListing, items } from "./follow";

export function followSelection(): void {
  effect(() => {
    if (isListing.value || selected.peek().size === 0) return;
    const names = new Set(items.value.map((item) => item.name));
    const left = [...selected.peek()].filter((name) => names.has(name));
    if (left.length < selected.peek().size) selected.value = new Set(left);
  });
}
