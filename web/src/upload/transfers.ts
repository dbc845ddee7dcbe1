/** All uploads of this tab; a few run at once. */

import { signal } from "@preact/signals";
import { blobOf } from "../access/blobs";
import { codeOf, statusOf } from "../access/errors";
import { bare } from "../access/etags";
import type { Storage } from "../access/storage";
import type { Listed } from "../inbox/items";
import { type Order, Transfer } from "./transfer";

const AT_ONCE = 3;
const LOOKS_AT_ONCE = 8;

export const transfers = signal<Transfer[]>([]);

/** Upload them; `arrived` is told of each that is in storage. */
export function start(storage: Storage, orders: Order[], arrived: (file: Listed) => void): void {
  transfers.value = [...transfers.value, ...orders.map((order) => new Transfer(order, storage))];
  void runNext(arrived);
}

/** Let one that was paused, or failed, go on. */
export function resume(transfer: Transfer, arrived: (file: Listed) => void): void {
  transfer.state.value = "waiting";
  void runNext(arrived);
}

/** The names of the uploads that may still be stored; a failed one has ended until somebody lets it go on. */
export function namesUnderWay(): Set<string> {
  const underWay = transfers.value.filter((each) =>
    ["waiting", "running", "paused"].includes(each.state.value),
  );
  return new Set(underWay.map((each) => each.order.name));
}

export function clearFinished(): void {
  transfers.value = transfers.value.filter((each) => !each.isOver);
}

async function runNext(arrived: (file: Listed) => void): Promise<void> {
  const running = transfers.value.filter((each) => each.state.value === "running").length;
  const next = transfers.value.filter((each) => each.state.value === "waiting").slice(0, AT_ONCE - running);
  await Promise.all(
    next.map(async (transfer) => {
      await transfer.run();
      if (transfer.state.value === "done") arrived(listedOf(transfer));
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
