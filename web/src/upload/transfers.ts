/** All uploads of this tab; a few run at once. */

import { signal } from "@preact/signals";
import { blobOf } from "../access/blobs";
import { codeOf, statusOf } from "../access/errors";
import { bare } from "../access/etags";
import type { Storage } from "../access/storage";
import type { Listed } from "../inbox/items";
import { storageIsBack, tryNow, waitForStorage } from "./outage";
import { type Order, type State, Transfer } from "./transfer";

const AT_ONCE = 3;
const LOOKS_AT_ONCE = 8;

export const transfers = signal<Transfer[]>([]);

/** Upload them; `arrived` is told of each that is in storage. */
export function start(storage: Storage, orders: Order[], arrived: (file: Listed) => void): void {
  transfers.value = [...transfers.value, ...orders.map((order) => new Transfer(order, storage))];
  void runNext(arrived);
}

/** Let those that were paused, or failed, go on; storage is tried at once. */
export function resume(stopped: Transfer[], arrived: (file: Listed) => void): void {
  for (const each of stopped) each.state.value = "waiting";
  tryNow();
  void runNext(arrived);
}

export function allIn(...states: State[]): Transfer[] {
  return transfers.value.filter((each) => states.includes(each.state.value));
}

/** The names of the uploads that may still be stored; a failed one has ended until somebody lets it go on. */
export function namesUnderWay(): Set<string> {
  return new Set(allIn("waiting", "running", "paused").map((each) => each.order.name));
}

export function clearFinished(): void {
  transfers.value = transfers.value.filter((each) => !each.isOver);
}

/** Those that ended for want of storage come last, and begin after a wait: where storage takes others, these go on. */
async function runNext(arrived: (file: Listed) => void): Promise<void> {
  const free = AT_ONCE - allIn("running").length;
  const next = allIn("waiting").sort((one, other) => one.outages - other.outages);
  await Promise.all(
    next.slice(0, Math.max(0, free)).map(async (transfer) => {
      const before = transfer.sent.value;
      const why = await transfer.run();
      if (transfer.state.value === "done" || transfer.sent.value > before) storageIsBack();
      if (transfer.state.value === "done") arrived(listedOf(transfer));
      if (why) await waitForStorage(why);
      await runNext(arrived);
    }),
  );
}

function listedOf({ order, etag }: Transfer): Listed {
  const { file, name, metadata } = order;
  return {
    name,
    etag: bare(etag),
    bytes: file.size,
    modified: Date.now(),
    type: file.type,
    labels: metadata,
  };
}

/** The etags of the files that are in storage under these names already. */
export async function taken(storage: Storage, names: string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const left = [...names];
  const look = async () => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const blob = blobOf(await storage.input(), name);
      try {
        found.set(name, bare((await blob.getProperties()).etag));
      } catch (error) {
        if (statusOf(error) !== 404 || codeOf(error) === "ContainerNotFound") throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, look));
  return found;
}
