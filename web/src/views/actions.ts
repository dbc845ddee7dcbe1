/** What several views do, with a word to people about it. */

import { signal } from "@preact/signals";
import type { Storage } from "../access/storage";
import type { Follower } from "../inbox/follow";
import type { Item } from "../inbox/items";
import { redrive, toldOf } from "../inbox/redrive";
import { notice, select } from "../state";

/** Rows are sorted anew each time that they are shown. */
const MILLISECONDS_BETWEEN_SHOWS = 1000;
const NONE = { done: 0, all: 0 };

/** How many files are being queued again; none of none while that is not done. */
export const redriving = signal(NONE);
/** Those that are being queued: a second click must not queue them twice. */
const underWay = new Set<string>();

/** What was queued, or is gone, is selected no more; what failed, or was selected meanwhile, stays selected. */
export async function redriveAll(storage: Storage, follower: Follower, items: Item[]): Promise<void> {
  const wanted = items.filter((item) => !underWay.has(item.name));
  if (wanted.length === 0) return;
  for (const item of wanted) underWay.add(item.name);
  count({ all: wanted.length });
  const queued: Item[] = [];
  const show = () => follower.waitAgain(queued.splice(0));
  const timer = setInterval(show, MILLISECONDS_BETWEEN_SHOWS);
  try {
    const done = await redrive(storage, wanted, (item, isQueued) => {
      if (isQueued) queued.push(item);
      count({ done: 1 });
    });
    const names = [...done.queued, ...done.passedOver].map((item) => item.name);
    select(names, false);
    notice.value = toldOf(done);
  } finally {
    clearInterval(timer);
    show();
    for (const item of wanted) underWay.delete(item.name);
    if (underWay.size === 0) redriving.value = NONE;
  }
}

function count({ done = 0, all = 0 }: Partial<typeof NONE>): void {
  const { value: before } = redriving;
  redriving.value = { done: before.done + done, all: before.all + all };
}
