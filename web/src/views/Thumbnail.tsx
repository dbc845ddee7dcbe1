/** A small picture of a file that is one, where it is light enough to be fetched; else a sign of its kind. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Storage } from "../access/storage";
import { fetchFile } from "../documents/fetch";
import { shownAs } from "../documents/kinds";
import type { Item } from "../inbox/items";

const MAX_BYTES = 1_500_000;
const MAX_KEPT = 200;
const SIZE = 80;
/** Rows that are only scrolled past fetch nothing. */
const REST_MILLISECONDS = 250;

const kept = new Map<string, string>();
const changes = signal(0);

export function Thumbnail({ item, storage }: { item: Item; storage: Storage }) {
  const key = `${item.file?.etag} ${item.name}`;
  const shown = shownAs(item.name, "");
  const isLight = shown.as === "picture" && item.file !== null && item.file.bytes <= MAX_BYTES;
  useEffect(() => {
    if (!isLight || kept.has(key) || shown.as !== "picture") return;
    const stop = new AbortController();
    const timer = setTimeout(() => void make(storage, item, shown.type, key, stop.signal), REST_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [key]);
  void changes.value;
  const address = kept.get(key);
  if (address) return <img class="thumbnail" src={address} alt="" width="40" height="40" />;
  const sign = item.kind === "audio" ? "sound" : shown.as;
  return <span class={`sign of-${sign}`} aria-hidden="true" />;
}

async function make(
  storage: Storage,
  item: Item,
  type: string,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const picture = await createImageBitmap(await fetchFile(storage, item, type, signal), {
      resizeWidth: SIZE,
      resizeQuality: "medium",
    });
    const canvas = new OffscreenCanvas(SIZE, SIZE);
    const scale = Math.max(SIZE / picture.width, SIZE / picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    canvas.getContext("2d")?.drawImage(picture, (SIZE - width) / 2, (SIZE - height) / 2, width, height);
    picture.close();
    keep(key, URL.createObjectURL(await canvas.convertToBlob({ type: "image/webp" })));
  } catch {
    // A file that is gone, or that no browser can read, keeps its sign.
  }
}

function keep(key: string, address: string): void {
  kept.set(key, address);
  const oldest = kept.size > MAX_KEPT ? kept.entries().next().value : undefined;
  if (oldest) {
    kept.delete(oldest[0]);
    URL.revokeObjectURL(oldest[1]);
  }
  changes.value += 1;
}
