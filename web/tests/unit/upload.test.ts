import { beforeEach, expect, test, vi } from "vitest";
import type { Storage } from "../../src/access/storage";
import { clashesOf, type Decision, settled } from "../../src/upload/clashes";
import { chosen } from "../../src/upload/dropped";
import { askBeforeLeaving } from "../../src/upload/leaving";
import { record, recording, stopRecording } from "../../src/upload/recorder";
import { BLOCK, type Order, Transfer } from "../../src/upload/transfer";
import { transfers } from "../../src/upload/transfers";

function refusal(statusCode: number): Error {
  return Object.assign(new Error(), { statusCode });
}

/** An input container that keeps blocks and files by name, as storage does: who commits removes the blocks of all. */
class Container {
  files = new Map<string, string>();
  blocks = new Map<string, string>();

  getBlockBlobClient(name: string) {
    return {
      getProperties: async () => {
        if (!this.files.has(name)) throw refusal(404);
        return { etag: '"0x1"' };
      },
      getBlockList: async () => ({}),
      stageBlock: async (id: string, block: Blob) => {
        this.blocks.set(id, (await block.text()).slice(0, 1));
      },
      commitBlockList: async (ids: string[]) => {
        if (this.files.has(name)) throw refusal(409);
        const found = ids.map((id) => this.blocks.get(id));
        if (found.includes(undefined)) throw refusal(400);
        this.files.set(name, found.join(""));
        this.blocks.clear();
        return { etag: '"0x1"' };
      },
    };
  }
}

function storageOf(container: Container): Storage {
  return { input: async () => container } as unknown as Storage;
}

function order(name: string, content = "x"): Order {
  return { file: new File([content], name), name, metadata: {}, replacing: null };
}

beforeEach(() => {
  transfers.value = [];
});

test("two uploads of one name at the same time never share a block", async () => {
  const container = new Container();
  const [one, two] = ["A", "B"].map(
    (letter) => new Transfer(order("video.bin", letter.repeat(2 * BLOCK)), storageOf(container)),
  );
  await Promise.all([one?.run(), two?.run()]);
  expect([one?.state.value, two?.state.value]).toEqual(["done", "failed"]);
  expect(container.files.get("video.bin")).toBe("AA");
});

test("an upload whose blocks were removed by another one sends them anew when it goes on", async () => {
  const container = new Container();
  const transfer = new Transfer(order("video.bin", "A".repeat(2 * BLOCK)), storageOf(container));
  const commit = container.getBlockBlobClient;
  container.getBlockBlobClient = (name) => ({
    ...commit.call(container, name),
    commitBlockList: async () => {
      container.blocks.clear();
      throw refusal(400);
    },
  });
  await transfer.run();
  expect([transfer.state.value, transfer.sent.value]).toEqual(["failed", 0]);
  container.getBlockBlobClient = commit;
  await transfer.run();
  expect([transfer.state.value, container.files.get("video.bin")]).toEqual(["done", "AA"]);
});

test.each<[Decision, [string, string | null][]]>([
  ["skip", [["free", null]]],
  [
    "rename",
    [
      ["stored (2)", null],
      ["stored (3)", null],
      ["way (2)", null],
      ["free", null],
      ["free (2)", null],
    ],
  ],
  [
    "replace",
    [
      ["stored", "0x1"],
      ["stored (2)", null],
      ["way (2)", null],
      ["free", null],
      ["free (2)", null],
    ],
  ],
])("names that are stored, under way or chosen twice can be settled by %s", async (decision, wanted) => {
  const container = new Container();
  container.files.set("stored", "");
  const storage = storageOf(container);
  transfers.value = [new Transfer(order("way"), storage)];
  const clashes = await clashesOf(
    storage,
    ["stored", "stored", "way", "free", "free"].map((each) => order(each)),
  );
  expect([...clashes.causes.values()]).toEqual(["stored", "twice", "underWay", "twice"]);
  const done = await settled(storage, clashes, decision);
  expect(done.map(({ name, replacing }) => [name, replacing])).toEqual(wanted);
});

test("who leaves is asked while an upload is under way, and not after it", async () => {
  const page = new EventTarget();
  const stop = askBeforeLeaving(page);
  const isAsked = () => !page.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  expect(isAsked()).toBe(false);
  const transfer = new Transfer(order("way"), storageOf(new Container()));
  transfers.value = [transfer];
  expect(isAsked()).toBe(true);
  transfer.cancel();
  expect(isAsked()).toBe(false);
  stop();
});

test("what systems put into folders is left out, and a hidden file that was chosen by itself is not", () => {
  const paths = ["f/a.txt", "f/.DS_Store", "f/.git/config", "f/Thumbs.db", ".f/a.txt", ".env"];
  const files = paths.map((path) => {
    const file = new File([], path.split("/").at(-1) ?? "");
    return Object.defineProperty(file, "webkitRelativePath", { value: path.includes("/") ? path : "" });
  });
  expect(chosen(files).map(({ path }) => path)).toEqual(["f/a.txt", ".f/a.txt", ".env"]);
});

test("a microphone that comes after its recording was stopped is let go", async () => {
  const stop = vi.fn();
  let give: (stream: unknown) => void = () => {};
  const microphone = new Promise((resolve) => {
    give = resolve;
  });
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => microphone } });
  const recorded = record();
  expect(await record()).toBeUndefined(); // a second click
  stopRecording();
  give({ getTracks: () => [{ stop }] });
  expect(await recorded).toBeUndefined();
  expect(stop).toHaveBeenCalledOnce();
  expect(recording.value).toBeNull();
  vi.unstubAllGlobals();
});
