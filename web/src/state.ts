/** What the whole page shares: where it is, what is selected, and what may be done. */

import { computed, signal } from "@preact/signals";
import { NONE, type Rights } from "./access/rights";

export const rights = signal<Rights>(NONE);
export const selected = signal<ReadonlySet<string>>(new Set());
export const notice = signal("");
export const isDropOpen = signal(false);

export type View = { view: "inbox" } | { view: "numbers" } | { view: "file"; name: string };

const hash = signal(location.hash);
window.addEventListener("hashchange", () => {
  hash.value = location.hash;
  notice.value = "";
});

export const place = computed<View>(() => placeOf(hash.value));

export function go(to: View): void {
  location.hash = addressOf(to);
}

export function addressOf(to: View): string {
  return to.view === "file"
    ? `#/file/${encodeURIComponent(to.name)}`
    : to.view === "numbers"
      ? "#/numbers"
      : "#/";
}

/** Select these, or take them from what is selected. */
export function select(names: Iterable<string>, isSelected: boolean): void {
  const next = new Set(selected.value);
  for (const name of names) isSelected ? next.add(name) : next.delete(name);
  selected.value = next;
}

function placeOf(written: string): View {
  if (written === "#/numbers") return { view: "numbers" };
  const name = /^#\/file\/(.+)$/s.exec(written)?.[1];
  if (name === undefined) return { view: "inbox" };
  try {
    return { view: "file", name: decodeURIComponent(name) };
  } catch {
    return { view: "inbox" };
  }
}
