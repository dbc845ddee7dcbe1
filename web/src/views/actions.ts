/** What several views do, with a word to people about it. */

import type { Storage } from "../access/storage";
import type { Follower } from "../inbox/follow";
import type { Item } from "../inbox/items";
import { redrive } from "../inbox/redrive";
import { notice, selected } from "../state";
import { words } from "../words";

export async function redriveAll(storage: Storage, follower: Follower, items: Item[]): Promise<void> {
  const { queued, problems } = await redrive(storage, items);
  selected.value = new Set();
  notice.value = [words.redrive.done(queued.length, items.length), ...problems].join(" ");
  for (const item of queued) follower.waitsAgain(item);
}
