/**
 * The inbox follows storage by listing it again. A listing of 5,000 files costs as much as a hundredth of a picture's
 * answer, so long listings are repeated seldom, and none while nobody looks; what was just dropped is asked for by name.
 */

import type { ContainerClient } from "@azure/storage-blob";
import { signal } from "@preact/signals";
import { sentenceOf } from "../access/errors";
import type { Storage } from "../access/storage";
import { documentName } from "../naming/names";
import { type Item, isDocument, isFolder, itemsOf, type Listed, listed } from "./items";

/** Small pages keep each of the browser's tasks short. */
const PAGE = 1000;
const MILLISECONDS_BETWEEN_VIEWS = 700;
const MILLISECONDS_A_PAGE = 4000;
const MAX_WAIT = 300_000;
const EXPECTED_WAIT = 1500;
const MAX_EXPECTED = 50;

export const items = signal<Item[]>([]);
export const isListing = signal(true);
export const problem = signal("");

type Blobs = Map<string, Listed>;

export class Follower {
  readonly #storage: Storage;
  #files: Blobs = new Map();
  #documents: Blobs = new Map();
  #expected = new Set<string>();
  #wake: (() => void) | undefined;
  #pages = 1;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async follow(): Promise<never> {
    void this.#lookForExpected();
    while (true) {
      await this.#list();
      await this.#wait(Math.min(MAX_WAIT, MILLISECONDS_A_PAGE * this.#pages));
    }
  }

  /** List again now. */
  refresh(): void {
    this.#wake?.();
  }

  /** A file was dropped here: look for its document soon, and often. */
  async expect(file: Listed): Promise<void> {
    this.#files.set(file.name, file);
    this.#expected.add(file.name);
    await this.#show(this.#files, this.#documents);
  }

  /** An error document was removed: its file waits again. */
  async forgot(document: string, file: string): Promise<void> {
    this.#documents.delete(document);
    this.#expected.add(file);
    await this.#show(this.#files, this.#documents);
  }

  async #list(): Promise<void> {
    isListing.value = true;
    try {
      const [files, documents]: [Blobs, Blobs] = [new Map(), new Map()];
      const isFirst = items.value.length === 0;
      let shown = 0;
      const progress = async () => {
        if (isFirst && performance.now() - shown > MILLISECONDS_BETWEEN_VIEWS) {
          shown = performance.now();
          await this.#show(files, documents);
        }
      };
      const pages = await Promise.all([
        read(await this.#storage.output(), documents, isDocument, progress),
        read(await this.#storage.input(), files, (file) => !isFolder(file), progress),
      ]);
      this.#pages = (pages[0] + pages[1]) / 2;
      const isChanged = differ(files, this.#files) || differ(documents, this.#documents);
      [this.#files, this.#documents] = [files, documents];
      if (isChanged || isFirst) await this.#show(files, documents);
      problem.value = "";
    } catch (error) {
      problem.value = sentenceOf(error);
    }
    isListing.value = false;
  }

  async #show(files: Blobs, documents: Blobs): Promise<void> {
    items.value = (await itemsOf(files, documents)).sort((one, other) => other.time - one.time);
  }

  async #lookForExpected(): Promise<never> {
    while (true) {
      await new Promise((resolve) => setTimeout(resolve, EXPECTED_WAIT));
      const names = document.hidden ? [] : [...this.#expected].slice(0, MAX_EXPECTED);
      const answered = await Promise.all(names.map((name) => this.#look(name)));
      if (answered.some(Boolean)) await this.#show(this.#files, this.#documents);
    }
  }

  async #look(name: string): Promise<boolean> {
    const wanted = await documentName(name);
    try {
      const found = (await this.#storage.output()).listBlobsFlat({ prefix: wanted, includeMetadata: true });
      for await (const { segment } of found.byPage({ maxPageSize: 1 })) {
        const blob = segment.blobItems.map(listed).find((each) => each.name === wanted);
        if (!blob || blob.labels.input_etag !== this.#files.get(name)?.etag) return false;
        this.#documents.set(wanted, blob);
        return this.#expected.delete(name);
      }
    } catch {
      // The next listing says what is wrong.
    }
    return false;
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (document.hidden) return;
        done();
      };
      const timer = setTimeout(() => (document.hidden ? undefined : done()), milliseconds);
      const done = () => {
        clearTimeout(timer);
        document.removeEventListener("visibilitychange", look);
        this.#wake = undefined;
        resolve();
      };
      document.addEventListener("visibilitychange", look);
      this.#wake = done;
    });
  }
}

/** Read a container into a map, and return how many pages of 5,000 that was. */
async function read(
  container: ContainerClient,
  into: Blobs,
  isOurs: (blob: Listed) => boolean,
  progress: () => Promise<void>,
): Promise<number> {
  let seen = 0;
  for await (const page of container.listBlobsFlat({ includeMetadata: true }).byPage({ maxPageSize: PAGE })) {
    for (const blob of page.segment.blobItems.map(listed)) {
      seen += 1;
      if (isOurs(blob)) into.set(blob.name, blob);
    }
    await progress();
  }
  return Math.max(1, seen / 5000);
}

function differ(one: Blobs, other: Blobs): boolean {
  if (one.size !== other.size) return true;
  for (const [name, blob] of one) if (other.get(name)?.etag !== blob.etag) return true;
  return false;
}
