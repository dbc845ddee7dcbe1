import { expect, test, vi } from "vitest";
import type { Storage } from "../../src/access/storage";
import type { Follower } from "../../src/inbox/follow";
import type { Item } from "../../src/inbox/items";

vi.stubGlobal("location", { hash: "" });
vi.stubGlobal("window", { addEventListener: () => {} });
vi.stubGlobal("requestAnimationFrame", () => 0);
const { redriveAll } = await import("../../src/views/actions");
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
    "a: The document cannot be read, so its file is not known. Drop the file again. b: The document",
  ],
])("a document of %j is told as what it is", async (content, sentence) => {
  await redriveAll(storageOf(content).storage, follower, [item("a"), item("b")]);
  expect(notice.value).toContain(sentence);
});
