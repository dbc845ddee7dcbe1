/** All files, newest first, and the filters above them. */

import { useComputed } from "@preact/signals";
import type { Storage } from "../access/storage";
import { filters, NO_FILTERS, shown } from "../inbox/filters";
import { type Follower, isListing, items, problem } from "../inbox/follow";
import { rights, selected } from "../state";
import { words } from "../words";
import { redriveAll } from "./actions";
import { FilterBar } from "./FilterBar";
import { VirtualList } from "./VirtualList";

export function InboxView({ storage, follower }: { storage: Storage; follower: Follower }) {
  return (
    <section class="inbox" aria-label={words.views.inbox}>
      <h1 class="unseen">{words.views.inbox}</h1>
      <FilterBar storage={storage} />
      <div class="bar">
        <span role="status">{words.list.files(shown.value.length, items.value.length)}</span>
        {isListing.value && <span class="quiet">{words.list.listing}</span>}
        <span class="grow" />
        <Selection storage={storage} follower={follower} />
        <button type="button" onClick={() => follower.refresh()}>
          {words.list.refresh}
        </button>
      </div>
      {shown.value.length > 0 ? <VirtualList rows={shown.value} storage={storage} /> : <Empty />}
    </section>
  );
}

function Selection({ storage, follower }: { storage: Storage; follower: Follower }) {
  const failed = useComputed(() =>
    items.value.filter((item) => selected.value.has(item.name) && item.status === "error"),
  );
  const count = selected.value.size;
  return (
    <>
      <span role="status">{count > 0 && words.list.selected(count)}</span>
      {rights.value.redrive && failed.value.length > 0 && (
        <button type="button" onClick={() => redriveAll(storage, follower, failed.value)}>
          {words.redrive.selected}
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

function Empty() {
  if (filters.value !== NO_FILTERS && items.value.length > 0) return <p class="empty">{words.list.none}</p>;
  if (isListing.value) return <p class="empty">{words.list.listing}</p>;
  // Whether there are files is not known; the notice above says what is wrong.
  if (problem.value) return <p class="empty">{words.list.notListed}</p>;
  return <p class="empty">{rights.value.drop ? words.list.empty : words.list.emptyReadOnly}</p>;
}
