/** Fetching the answers of many files into the index, a few at once. Each costs a read of storage, so it is asked for. */

import { signal } from "@preact/signals";
import { sentenceOf, statusOf } from "../access/errors";
import type { Storage } from "../access/storage";
import { fetchDocument } from "../documents/fetch";
import type { Item } from "../inbox/items";
import { addAnswer, isIndexed } from "./answers";

const AT_ONCE = 8;

export const fetchProgress = signal<{ done: number; all: number } | undefined>(undefined);
let isStopped = false;

/** Where storage is away or refuses, no more is asked for; what went wrong, else "". */
export async function fetchAnswers(storage: Storage, items: Item[]): Promise<string> {
  const left = items.filter((item) => item.document && !isIndexed(item));
  const all = left.length;
  let problem = "";
  isStopped = false;
  const work = async () => {
    for (let item = left.pop(); item && !isStopped && !problem; item = left.pop()) {
      try {
        const fetched = await fetchDocument(storage, item);
        if (fetched?.document) await addAnswer(item, fetched.document);
      } catch (error) {
        if (statusOf(error) !== 404) problem = sentenceOf(error);
      }
      fetchProgress.value = { done: all - left.length, all };
    }
  };
  fetchProgress.value = { done: 0, all };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  fetchProgress.value = undefined;
  return problem;
}

export function stopFetching(): void {
  isStopped = true;
}
