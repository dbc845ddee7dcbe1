/** What happened to files here since they were listed: laid over the listing, until a newer one knows it too. */

import type { Storage } from "../access/storage";
import { documentName } from "../naming/names";
import { Allowance } from "./allowance";
import { type Item, itemOf, type Listed, listed, waiting } from "./items";

const FIRST_WAIT = 1500;
const MAX_WAIT = 60_000;

interface Change {
  item: Item;
  /** By the clock of `performance.now()` */
  at: number;
}

/** A file whose document is looked for by name: soon at first, then ever more seldom. */
interface Expected {
  file: Listed;
  at: number;
  due: number;
  wait: number;
}

export class Changes {
  readonly #storage: Storage;
  readonly #changed = new Map<string, Change>();
  readonly #expected = new Map<string, Expected>();
  readonly #allowance: Allowance;

  constructor(storage: Storage, allowance: Allowance = new Allowance()) {
    this.#storage = storage;
    this.#allowance = allowance;
  }

  expect(file: Listed): void {
    this.#lookForLater(file);
    this.#change(itemOf(file, null));
  }

  /** Its document is gone; of a file that is gone too, the next listing tells. */
  waitsAgain(item: Item): void {
    if (!item.file) return;
    const { etag, bytes } = item.file;
    this.#lookForLater({ name: item.name, etag, bytes, modified: item.time, type: "", labels: {} });
    this.#change(waiting(item));
  }

  /** A listing that began then knows what happened before: also of files that were removed, replaced or answered. */
  forgetBefore(moment: number, items: Item[]): void {
    for (const [name, { at }] of this.#changed) if (at < moment) this.#changed.delete(name);
    if (this.#expected.size === 0) return;
    const rows = new Map(items.map((item) => [item.name, item]));
    for (const [name, { file, at }] of this.#expected) {
      const row = rows.get(name);
      const isWaiting = row?.status === "waiting" && row.file?.etag === file.etag;
      if (at < moment && !isWaiting) this.#expected.delete(name);
    }
  }

  /** The rows with all changes, newest first. */
  over(items: Item[]): Item[] {
    if (this.#changed.size === 0) return items;
    const left = new Map([...this.#changed].map(([name, { item }]) => [name, item]));
    const rows = items.map((item) => {
      const changed = left.get(item.name);
      left.delete(item.name);
      return changed ?? item;
    });
    return [...left.values(), ...rows].sort((one, other) => other.time - one.time);
  }

  /** Look for documents that are due, as many as the allowance has room for; whether one came. */
  async look(now = performance.now()): Promise<boolean> {
    const due = [...this.#expected.values()].filter((each) => each.due <= now);
    const looked = due
      .sort((one, other) => one.due - other.due)
      .slice(0, this.#allowance.take(due.length, now))
      .map((each) => {
        each.wait = Math.min(MAX_WAIT, each.wait * 2);
        each.due = now + each.wait;
        return this.#lookFor(each.file);
      });
    return (await Promise.all(looked)).some(Boolean);
  }

  async #lookFor(file: Listed): Promise<boolean> {
    const wanted = await documentName(file.name);
    try {
      const found = (await this.#storage.output()).listBlobsFlat({ prefix: wanted, includeMetadata: true });
      const { value } = await found.byPage({ maxPageSize: 1 }).next();
      const document = value?.segment.blobItems.map(listed).find((each: Listed) => each.name === wanted);
      if (!document || document.labels.input_etag !== file.etag) return false;
      this.#expected.delete(file.name);
      this.#change(itemOf(file, document));
      return true;
    } catch {
      return false; // the next listing says what is wrong
    }
  }

  #lookForLater(file: Listed): void {
    const at = performance.now();
    this.#expected.set(file.name, { file, at, due: at + FIRST_WAIT, wait: FIRST_WAIT });
  }

  #change(item: Item): void {
    this.#changed.set(item.name, { item, at: performance.now() });
  }
}
