/**
 * The inbox follows storage by listing it again. Long listings are repeated seldom, and none while nobody looks; what was
 * just dropped here, or queued again, is asked for by name.
 */

import { signal } from "@preact/signals";
import { sentenceOf, statusOf } from "../access/errors";
import type { Storage } from "../access/storage";
import { SetupError } from "../config";
import { words } from "../words";
import { Changes } from "./changes";
import { type Columns, unpacked } from "./columns";
import type { Item, Listed } from "./items";
import type { ListingRequest, Told } from "./listing";
import { wake } from "./wait";

/** A page of a listing costs as much as ten reads; one each 2 seconds costs 1 cent an hour, however many files there are. */
const MILLISECONDS_A_PAGE = 2000;
const MIN_WAIT = 4000;
const MAX_WAIT = 300_000;
const EXPECTED_WAIT = 1500;

export const items = signal<Item[]>([]);
export const isListing = signal(true);
export const problem = signal("");

export class Follower {
  readonly #storage: Storage;
  readonly #changes: Changes;
  readonly #worker = new Worker(new URL("./listing.worker.ts", import.meta.url), { type: "module" });
  /** Rows by their places; some are of files that are gone. */
  readonly #rows: Item[] = [];
  readonly #texts = new Map<string, string>();
  #listed: Item[] = [];
  #pages = 1;
  #stopWaiting: () => void = () => {};

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#changes = new Changes(storage);
  }

  async follow(): Promise<never> {
    void this.#lookForExpected();
    while (true) {
      isListing.value = true;
      const began = performance.now();
      problem.value = await this.#list().then(() => "", sentenceOf);
      if (!problem.value) this.#wasListed(began);
      isListing.value = false;
      const wait = wake(Math.min(MAX_WAIT, Math.max(MIN_WAIT, MILLISECONDS_A_PAGE * this.#pages)));
      this.#stopWaiting = wait.now;
      await wait.over;
    }
  }

  /** List again now. */
  refresh(): void {
    this.#stopWaiting();
  }

  /** A file was dropped here: look for its document soon, and often. */
  expect(file: Listed): void {
    this.#changes.expect(file);
    this.#show();
  }

  /** The error documents of these files were removed: they wait again. */
  waitAgain(files: Item[]): void {
    for (const each of files) this.#changes.waitsAgain(each);
    if (files.length > 0) this.#show();
  }

  /** List both containers. Rejects with what went wrong. */
  async #list(): Promise<void> {
    try {
      await this.#listOnce();
    } catch (error) {
      if (statusOf(error) !== 403 || !(await this.#storage.renew?.())) throw error;
      await this.#listOnce();
    }
  }

  async #listOnce(): Promise<void> {
    const [input, output] = await Promise.all([
      this.#storage.source("input"),
      this.#storage.source("output"),
    ]);
    const wanted: ListingRequest = { input, output };
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data: told }: MessageEvent<Told>) => {
        if (told.kind === "failed") return reject(told.failure);
        if (told.kind === "rows") return this.#take(told.columns);
        this.#pages = told.pages;
        if (told.order) {
          this.#listed = Array.from(told.order, (place) => this.#rows[place]).filter(
            (row) => row !== undefined,
          );
          this.#show();
        }
        if (told.isWhole) resolve();
      };
      this.#worker.onerror = () => reject(new SetupError(words.setup.failed));
      this.#worker.postMessage(wanted);
    });
  }

  #take(columns: Columns): void {
    for (const { place, item } of unpacked(columns, (text) => this.#once(text))) this.#rows[place] = item;
  }

  #once(text: string): string {
    if (!this.#texts.has(text)) this.#texts.set(text, text);
    return this.#texts.get(text) ?? text;
  }

  #wasListed(began: number): void {
    this.#changes.forgetBefore(began, this.#listed);
    this.#show();
  }

  #show(): void {
    const rows = this.#changes.over(this.#listed);
    if (rows !== items.value) items.value = rows;
  }

  async #lookForExpected(): Promise<never> {
    while (true) {
      await new Promise((resolve) => setTimeout(resolve, EXPECTED_WAIT));
      if (!document.hidden && (await this.#changes.look())) this.#show();
    }
  }
}
