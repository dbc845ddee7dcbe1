/** One file on its way into the input container, in blocks: it can be paused, and goes on where it was broken. */

import { signal } from "@preact/signals";
import { blobOf } from "../access/blobs";
import { isPassing, sentenceOf, statusOf } from "../access/errors";
import { quoted } from "../access/etags";
import type { Storage } from "../access/storage";
import { words } from "../words";
import { etagOfBlocks, etagOfSame } from "./same";

export type State = "waiting" | "running" | "paused" | "failed" | "done" | "cancelled";

export const BLOCK = 4 * 2 ** 20;
/** Storage takes so many blocks (Scalability targets for Blob Storage). */
const MAX_BLOCKS = 50_000;
const AT_ONCE = 3;

export interface Order {
  file: File;
  name: string;
  metadata: Record<string, string>;
  /** The etag of the file that is to be replaced; null where there must be none */
  replacing: string | null;
}

let made = 0;

export class Transfer {
  /** Two may have one name */
  readonly id = ++made;
  readonly order: Order;
  readonly state = signal<State>("waiting");
  readonly sent = signal(0);
  readonly problem = signal("");
  etag = "";
  /** How often it has ended for want of storage */
  outages = 0;
  #storage: Storage;
  #staged = new Set<number>();
  /** Blocks of other uploads under the same name, from other tabs or people, must never be taken for ours. */
  readonly #own = crypto.randomUUID();
  #stop = new AbortController();

  constructor(order: Order, storage: Storage) {
    this.order = order;
    this.#storage = storage;
  }

  get isOver(): boolean {
    return ["done", "cancelled"].includes(this.state.value);
  }

  /** Where storage is away it waits again. What is returned tells why: "" where nothing need be waited for. */
  async run(): Promise<string> {
    const stop = new AbortController();
    this.#stop = stop;
    this.state.value = "running";
    this.problem.value = "";
    try {
      await (this.order.file.size <= BLOCK ? this.#whole() : this.#inBlocks());
      this.sent.value = this.order.file.size;
      this.state.value = "done";
    } catch (error) {
      const isAway = isPassing(error) && (await this.#isReadable());
      if (stop.signal.aborted) return ""; // who stopped it has set the state
      if (isAway) return this.#waitAgain(error);
      this.state.value = "failed";
      this.problem.value = isPassing(error) ? words.transfers.unreadable : whyNot(error);
    }
    return "";
  }

  pause(): void {
    this.#halt("paused");
  }

  cancel(): void {
    this.#halt("cancelled");
  }

  #waitAgain(error: unknown): string {
    this.outages += 1;
    this.state.value = "waiting";
    return sentenceOf(error);
  }

  /** To the browser a file that was removed meanwhile is a request that failed, as if there were no network. */
  #isReadable(): Promise<boolean> {
    const begin = this.order.file.slice(0, 1).arrayBuffer();
    return begin.then(
      () => true,
      () => false,
    );
  }

  #halt(state: State): void {
    this.state.value = state;
    this.#stop.abort();
  }

  async #whole(): Promise<void> {
    const { file, name } = this.order;
    const blob = blobOf(await this.#storage.input(), name);
    const stored = blob.upload(file, file.size, this.#settings());
    this.etag = await this.#etagOf(stored, () => etagOfSame(blob, this.order));
  }

  /** What stands in the way may be what this very upload has stored: the answer to it may have been lost. */
  async #etagOf(
    stored: Promise<{ etag?: string }>,
    etagOfOwn: () => Promise<string | undefined>,
  ): Promise<string> {
    try {
      return (await stored).etag ?? "";
    } catch (error) {
      const own = isClash(error) ? await etagOfOwn() : undefined;
      if (own === undefined) throw error;
      return own;
    }
  }

  async #inBlocks(): Promise<void> {
    const { file, name } = this.order;
    const size = Math.max(BLOCK, Math.ceil(file.size / MAX_BLOCKS));
    const count = Math.ceil(file.size / size);
    await this.#stageAll(size, count);
    const ids = Array.from({ length: count }, (_, place) => this.#idOf(place));
    const blob = blobOf(await this.#storage.input(), name);
    const stored = blob.commitBlockList(ids, this.#settings()).catch((error) => this.#forgetLost(error));
    this.etag = await this.#etagOf(stored, () => etagOfBlocks(blob, ids));
  }

  /** Who commits under this name removes the blocks of all others: those are sent anew the next time. */
  #forgetLost(error: unknown): never {
    if (statusOf(error) === 400) {
      this.#staged.clear();
      this.sent.value = 0;
    }
    throw error;
  }

  /** All ids of a blob have one length. */
  #idOf(place: number): string {
    return btoa(`${this.#own}${String(place).padStart(8, "0")}`);
  }

  /** Stage what is not staged yet. Where a block fails, those on their way are finished, and count the next time. */
  async #stageAll(size: number, count: number): Promise<void> {
    const left = Array.from({ length: count }, (_, place) => place).filter(
      (place) => !this.#staged.has(place),
    );
    const stage = async () => {
      for (let place = left.shift(); place !== undefined; place = left.shift()) {
        const block = this.order.file.slice(place * size, (place + 1) * size);
        const blob = blobOf(await this.#storage.input(), this.order.name);
        await blob.stageBlock(this.#idOf(place), block, block.size, { abortSignal: this.#stop.signal });
        this.#staged.add(place);
        this.sent.value += block.size;
      }
    };
    const endLoops = (error: unknown) => {
      left.length = 0;
      throw error;
    };
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => stage().catch(endLoops)));
    const broken = ended.find((each) => each.status === "rejected");
    if (broken) throw broken.reason;
  }

  #settings() {
    const { file, metadata, replacing } = this.order;
    return {
      abortSignal: this.#stop.signal,
      metadata,
      blobHTTPHeaders: { blobContentType: file.type || "application/octet-stream" },
      conditions: replacing === null ? { ifNoneMatch: "*" } : { ifMatch: quoted(replacing) },
    };
  }
}

function whyNot(error: unknown): string {
  if (error instanceof DOMException && error.name === "NotReadableError") return words.transfers.unreadable;
  return isClash(error) ? words.transfers.clash : sentenceOf(error);
}

function isClash(error: unknown): boolean {
  return [409, 412].includes(statusOf(error) ?? 0);
}
