/** All files, newest first, and the filters above them. */

import type { Storage } from "../access/storage";
import { filters, NO_FILTERS, shown } from "../inbox/filters";
import { type Follower, isListing, items, problem } from "../inbox/follow";
import { rights } from "../state";
import { words } from "../words";
import { FilterBar } from "./FilterBar";
import { Selection } from "./Selection";
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

function Empty() {
  if (filters.value !== NO_FILTERS && items.value.length > 0) return <p class="empty">{words.list.none}</p>;
  if (isListing.value) return <p class="empty">{words.list.listing}</p>;
  // Whether there are files is not known; the notice above says what is wrong.
  if (problem.value) return <p class="empty">{words.list.notListed}</p>;
  return <p class="empty">{rights.value.drop ? words.list.empty : words.list.emptyReadOnly}</p>;
}
