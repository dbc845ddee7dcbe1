/** What happened to files here since they were listed: laid over the listing, until a newer one knows it too. */

import type { Storage } from "../access/storage";
import { documentName } from "../naming/names";
import { type Item, itemOf, type Listed, listed } from "./items";

const MAX_LOOKS = 50;

interface Change {
  item: Item;
  /** By the clock of `performance.now()` */
  at: number;
}

export class Changes {
  readonly #storage: Storage;
  readonly #changed = new Map<string, Change>();
  /** Files whose documents are looked for by name */
  readonly #expected = new Map<string, Listed>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  expect(file: Listed): void {
    this.#expected.set(file.name, file);
    this.#change(itemOf(file, null));
  }

  waitsAgain(item: Item): void {
    if (item.file) this.#expected.set(item.name, item.file);
    this.#change(itemOf(item.file, null));
  }

  /** A listing that began then knows what happened before. */
  forgetBefore(moment: number): void {
    for (const [name, { at }] of this.#changed) if (at < moment) this.#changed.delete(name);
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

  /** Look for documents that are expected; whether one came. */
  async look(): Promise<boolean> {
    const looked = [...this.#expected.values()].slice(0, MAX_LOOKS).map((file) => this.#lookFor(file));
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

  #change(item: Item): void {
    this.#changed.set(item.name, { item, at: performance.now() });
  }
}
