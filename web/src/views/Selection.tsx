/** What is selected, and what can be done with it. */

import { useComputed } from "@preact/signals";
import type { Storage } from "../access/storage";
import { shown } from "../inbox/filters";
import { type Follower, items } from "../inbox/follow";
import { selectAll } from "../inbox/selection";
import { rights, selected } from "../state";
import { words } from "../words";
import { redriveAll, redriving } from "./actions";

export function Selection({ storage, follower }: { storage: Storage; follower: Follower }) {
  const failed = useComputed(() =>
    items.value.filter((item) => selected.value.has(item.name) && item.status === "error"),
  );
  const count = selected.value.size;
  const isBusy = redriving.value.all > 0;
  return (
    <>
      <Redriving />
      <span role="status">{count > 0 && words.list.selected(count)}</span>
      {rights.value.redrive && failed.value.length > 0 && (
        <button
          type="button"
          aria-disabled={isBusy}
          onClick={() => !isBusy && redriveAll(storage, follower, failed.value)}
        >
          {words.redrive.selected}
        </button>
      )}
      {shown.value.length > 0 && (
        <button type="button" onClick={selectAll}>
          {words.list.selectAll}
        </button>
      )}
      {count > 0 && (
        <button type="button" onClick={() => (selected.value = new Set())}>
          {words.list.clearSelection}
        </button>
      )}
    </>
  );
}

/** Not a live region, which would be read aloud at each step; the sentence at the end is one. */
function Redriving() {
  const { done, all } = redriving.value;
  if (all === 0) return null;
  const label = words.redrive.progress(done, all);
  return (
    <span class="quiet">
      {label} <progress max={all} value={done} aria-label={label} />
    </span>
  );
}
