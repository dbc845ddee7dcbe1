import { expect, test, vi } from "vitest";
import { sentenceOf } from "../../src/access/errors";
import type { Storage } from "../../src/access/storage";
import type { Follower } from "../../src/inbox/follow";
import type { Item } from "../../src/inbox/items";

vi.stubGlobal("location", { hash: "" });
vi.stubGlobal("window", { addEventListener: () => {} });
vi.stubGlobal("requestAnimationFrame", () => 0);
const { redriveAll } = await import("../../src/views/actions");
const { inputOf, NoDocumentError } = await import("../../src/inbox/redrive");
const { notice } = await import("../../src/state");

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

const follower = { waitsAgain: () => {} } as unknown as Follower;
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
  [
    "no JSON",
    "a: Its document cannot be read, or is of another file; nothing was changed. Drop the file again, or remove the document in the portal. b: Its",
  ],
])("a document of %j is told as what it is", async (content, sentence) => {
  await redriveAll(storageOf(content).storage, follower, [item("a"), item("b")]);
  expect(notice.value).toContain(sentence);
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
