/** What several views do, with a word to people about it. */

import type { Storage } from "../access/storage";
import type { Follower } from "../inbox/follow";
import type { Item } from "../inbox/items";
import { redrive, toldOf } from "../inbox/redrive";
import { notice, selected } from "../state";

/** Those that are being queued: a second click must not queue them twice. */
const underWay = new Set<string>();

export async function redriveAll(storage: Storage, follower: Follower, items: Item[]): Promise<void> {
  const wanted = items.filter((item) => !underWay.has(item.name));
  if (wanted.length === 0) return;
  for (const item of wanted) underWay.add(item.name);
  try {
    const done = await redrive(storage, wanted);
    selected.value = new Set();
    notice.value = toldOf(done);
    for (const item of done.queued) follower.waitsAgain(item);
  } finally {
    for (const item of wanted) underWay.delete(item.name);
  }
}
