import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Storage } from "../../src/access/storage";
import { outage, storageIsBack, tryNow, waitForStorage } from "../../src/upload/outage";
import { BLOCK, type Order, Transfer } from "../../src/upload/transfer";
import { allIn, resume, start, transfers } from "../../src/upload/transfers";
import { words } from "../../src/words";

/** Undefined where there is no answer at all */
type Status = number | undefined;

function refusal(statusCode: Status): Error {
  return Object.assign(new Error(), { statusCode });
}

interface Stored {
  content: string;
  metadata: Record<string, string>;
  ids: string[];
}

/** An input container that refuses with the next of its refusals, and may store what it gives no answer to. */
class Container {
  files = new Map<string, Stored>();
  refusals: (Status | "away" | "lost")[] = [];
  refused = new Set<string>();
  asked: string[] = [];

  #store(name: string, stored: Stored): { etag: string } {
    this.asked.push(name);
    const refused = this.refusals.shift();
    if (refused === "away" || this.refused.has(name)) throw refusal(undefined);
    if (typeof refused === "number") throw refusal(refused);
    if (this.files.has(name)) throw refusal(409);
    this.files.set(name, stored);
    if (refused === "lost") throw refusal(409); // the SDK has sent it again
    return { etag: '"0x1"' };
  }

  getBlockBlobClient(name: string) {
    const stored = () => this.files.get(name) ?? { content: "", metadata: {}, ids: [] };
    return {
      upload: async (file: File, _size: number, { metadata }: { metadata: Record<string, string> }) =>
        this.#store(name, { content: await file.text(), metadata, ids: [] }),
      stageBlock: async () => {},
      commitBlockList: async (ids: string[]) => this.#store(name, { content: "", metadata: {}, ids }),
      getBlockList: async () => ({
        committedBlocks: stored().ids.map((id) => ({ name: id })),
        etag: '"0x2"',
      }),
      getProperties: async () => ({
        etag: '"0x2"',
        contentLength: stored().content.length,
        metadata: stored().metadata,
      }),
      download: async () => ({ blobBody: Promise.resolve(new Blob([stored().content])) }),
    };
  }
}

function storageOf(container: Container): Storage {
  return { input: async () => container } as unknown as Storage;
}

function order(name: string, content = "x"): Order {
  return { file: new File([content], name), name, metadata: { Recipe: "r" }, replacing: null };
}

const page = new EventTarget();
const states = () => transfers.value.map((each) => each.state.value);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  vi.stubGlobal("window", page);
  transfers.value = [];
  storageIsBack();
});

afterEach(async () => {
  transfers.value = [];
  const over = waitForStorage("");
  tryNow();
  await over;
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("uploads wait while there is no network, and go on when the browser is online again", async () => {
  const container = new Container();
  container.refusals = ["away", "away", "away"];
  const arrived = vi.fn();
  start(
    storageOf(container),
    ["a", "b", "c", "d", "e"].map((name) => order(name)),
    arrived,
  );
  await vi.waitFor(() => expect(allIn("waiting")).toHaveLength(5));
  expect(outage.value).toBe(words.storage.unreachable);
  expect(container.asked).toHaveLength(3);
  page.dispatchEvent(new Event("online"));
  await vi.waitFor(() => expect(allIn("done")).toHaveLength(5));
  expect(arrived).toHaveBeenCalledTimes(5);
  expect(outage.value).toBe("");
});

test.each<Status>([429, 500, 503])(
  "an upload that storage answers with %i goes on by itself",
  async (status) => {
    const container = new Container();
    container.refusals = [status, status];
    start(storageOf(container), [order("a")], () => {});
    await vi.waitFor(() => expect(outage.value).toBe(words.storage.answered(status ?? 0)));
    await vi.advanceTimersByTimeAsync(7000);
    await vi.waitFor(() => expect(states()).toEqual(["done"]));
    expect(container.asked).toHaveLength(3);
  },
);

test.each<Status>([403, 404, 413])("an upload that storage answers with %i has failed", async (status) => {
  const container = new Container();
  container.refusals = [status];
  start(storageOf(container), [order("a")], () => {});
  await vi.waitFor(() => expect(states()).toEqual(["failed"]));
  resume(allIn("failed"), () => {});
  await vi.waitFor(() => expect(states()).toEqual(["done"]));
});

test("files that storage never takes keep no other from it", async () => {
  const container = new Container();
  container.refused = new Set(["a", "b", "c"]);
  start(
    storageOf(container),
    ["a", "b", "c", "d", "e"].map((name) => order(name)),
    () => {},
  );
  await vi.waitFor(() => expect(outage.value).not.toBe(""));
  resume([], () => {});
  await vi.waitFor(() => expect([...container.files.keys()]).toEqual(["d", "e"]));
});

test("the wait grows, up to a minute, until something comes through", async () => {
  const waits: number[] = [];
  const wait = async () => {
    const over = waitForStorage("away");
    const began = Date.now();
    await vi.advanceTimersToNextTimerAsync();
    await over;
    waits.push((Date.now() - began) / 1000);
  };
  for (let count = 0; count < 7; count += 1) await wait();
  storageIsBack();
  await wait();
  expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 2]);
});

test("a file that was removed meanwhile is told as that, and not as a network that is away", async () => {
  const container = new Container();
  container.refusals = ["away"];
  const gone = order("a");
  gone.file.slice = () => ({ arrayBuffer: () => Promise.reject(new Error()) }) as unknown as Blob;
  const transfer = new Transfer(gone, storageOf(container));
  await transfer.run();
  expect([transfer.state.value, transfer.problem.value]).toEqual(["failed", words.transfers.unreadable]);
});

test.each([
  ["of one request", "x"],
  ["without content", ""],
  ["in blocks", "x".repeat(BLOCK + 1)],
])("a file %s that is stored though the answer was lost is done", async (_, content) => {
  const container = new Container();
  container.refusals = ["lost"];
  const transfer = new Transfer(order("a", content), storageOf(container));
  await transfer.run();
  expect([transfer.state.value, transfer.etag]).toEqual(["done", '"0x2"']);
});

test.each<[string, Partial<Stored>]>([
  ["another content", { content: "y" }],
  ["another length", { content: "xy" }],
  ["another recipe", { metadata: { recipe: "s" } }],
])("a file with %s that came meanwhile is told", async (_, other) => {
  const container = new Container();
  container.files.set("a", { content: "x", metadata: { recipe: "r" }, ids: [], ...other });
  const transfer = new Transfer(order("a"), storageOf(container));
  await transfer.run();
  expect([transfer.state.value, transfer.problem.value]).toEqual(["failed", words.transfers.clash]);
});
