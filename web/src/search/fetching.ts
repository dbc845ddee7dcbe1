/** Fetching the answers of many files into the index, a few at once. Each costs a read of storage, so it is asked for. */

import { signal } from "@preact/signals";
import type { Storage } from "../access/storage";
import { fetchDocument } from "../documents/fetch";
import type { Item } from "../inbox/items";
import { addAnswer, isIndexed } from "./answers";

const AT_ONCE = 8;

export const fetchProgress = signal<{ done: number; all: number } | undefined>(undefined);
let isStopped = false;

export async function fetchAnswers(storage: Storage, items: Item[]): Promise<void> {
  const left = items.filter((item) => item.document && !isIndexed(item));
  const all = left.length;
  isStopped = false;
  const work = async () => {
    for (let item = left.pop(); item && !isStopped; item = left.pop()) {
      const fetched = await fetchDocument(storage, item).catch(() => undefined);
      if (fetched?.document) await addAnswer(item, fetched.document);
      fetchProgress.value = { done: all - left.length, all };
    }
  };
  fetchProgress.value = { done: 0, all };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  fetchProgress.value = undefined;
}

export function stopFetching(): void {
  isStopped = true;
}
