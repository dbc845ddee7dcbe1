import { expect, test, vi } from "vitest";
import { sentenceOf } from "../../src/access/errors";
import type { Storage } from "../../src/access/storage";
import type { Follower } from "../../src/inbox/follow";
import type { Item } from "../../src/inbox/items";

vi.stubGlobal("location", { hash: "" });
vi.stubGlobal("window", { addEventListener: () => {} });
vi.stubGlobal("requestAnimationFrame", () => 0);
const { redriveAll, redriving } = await import("../../src/views/actions");
const { inputOf, NoDocumentError, redrive } = await import("../../src/inbox/redrive");
const { notice, select, selected } = await import("../../src/state");

function item(name: string): Item {
  return { name, status: "error", document: { name: `${name}.json`, etag: "0x1" } } as Item;
}

/** Storage in which every document has this content, or is gone; and what was put into the queue. */
function storageOf(content: string | null): { storage: Storage; sent: string[] } {
  const sent: string[] = [];
  const blob = {
    getProperties: async () => ({}),
    delete: async () => ({}),
    download: async () => {
      if (content === null) throw Object.assign(new Error(), { statusCode: 404 });
      return { blobBody: Promise.resolve(new Blob([content])) };
    },
  };
  const container = async () => ({ getBlockBlobClient: () => blob });
  const deferred = async () => ({ sendMessage: async (message: string) => sent.push(message) });
  return { storage: { input: container, output: container, deferred } as unknown as Storage, sent };
}

const follower = { waitAgain: () => {} } as unknown as Follower;
const DOCUMENT = JSON.stringify({ input: { name: "a.png" } });

test("a second click on Try again queues nothing again", async () => {
  const { storage, sent } = storageOf(DOCUMENT);
  const items = [item("a.png")];
  await Promise.all([redriveAll(storage, follower, items), redriveAll(storage, follower, items)]);
  expect(sent).toHaveLength(1);
  expect(notice.value).toBe("1 file is queued again.");
});

test.each([
  [null, "2 files were not queued: gone, or answered meanwhile."],
  ["no JSON", "a and 1 more: Its document cannot be read, or is of another file; nothing was changed."],
])("a document of %j is told as what it is", async (content, sentence) => {
  await redriveAll(storageOf(content).storage, follower, [item("a"), item("b")]);
  expect(notice.value).toContain(sentence);
});

test("several are queued at once", async () => {
  const { storage } = storageOf(JSON.stringify({ input: { name: "held.png" } }));
  const sendMessage = vi.fn(() => new Promise(() => {}));
  const files = Array.from({ length: 20 }, (_, place) => ({ ...item("held.png"), name: `held ${place}` }));
  const held = { ...storage, deferred: async () => ({ sendMessage }) } as unknown as Storage;
  void redrive(held, files, () => {});
  await vi.waitFor(() => expect(sendMessage).toHaveBeenCalledTimes(6));
});

test("how far it is with many is told", async () => {
  const { storage, sent } = storageOf(DOCUMENT);
  const seen: string[] = [];
  const stop = redriving.subscribe(({ done, all }) => seen.push(`${done} of ${all}`));
  const files = Array.from({ length: 20 }, (_, place) => ({ ...item("a.png"), name: `${place}` }));
  await redriveAll(storage, follower, files);
  stop();
  expect(sent).toHaveLength(20);
  expect(seen.slice(0, 3)).toEqual(["0 of 0", "0 of 20", "1 of 20"]);
  expect(seen.slice(-2)).toEqual(["20 of 20", "0 of 0"]);
});

test("what is queued is selected no more; what failed, or was selected meanwhile, stays so", async () => {
  const { storage } = storageOf(DOCUMENT);
  const files = [item("a.png"), item("broken.png")];
  selected.value = new Set(["a.png", "broken.png"]);
  const done = redriveAll(storage, follower, files);
  select(["another.png"], true);
  await done;
  expect([...selected.value]).toEqual(["broken.png", "another.png"]);
});

test("a document names the file that it answers", async () => {
  expect(await inputOf(JSON.stringify({ input: { name: "a/b.png" } }), "a/b.png.json")).toBe("a/b.png");
});

test.each([
  ["{", "a.png.json"],
  ["null", "a.png.json"],
  ['{"input":{"name":"another.png"}}', "a.png.json"],
])("the document %s in %s is of no file, and stays", async (json, document) => {
  await expect(inputOf(json, document)).rejects.toThrow(NoDocumentError);
});

test("a queue that is not there is told as such, and not as a file that is gone", async () => {
  const { storage } = storageOf(DOCUMENT);
  const missing = Object.assign(new Error(), { statusCode: 404, code: "QueueNotFound" });
  const deferred = async () => ({ sendMessage: () => Promise.reject(missing) });
  await redriveAll({ ...storage, deferred } as unknown as Storage, follower, [item("a.png")]);
  expect(notice.value).toMatch(/^a.png: The queue of waiting files is not there/);
});

test("a container that is not there is told as such, also by an answer without a body", async () => {
  const headers = new Headers({ "x-ms-error-code": "ContainerNotFound" });
  expect(sentenceOf({ statusCode: 404, response: { headers } })).toMatch(/^Storage has no such container/);
});
