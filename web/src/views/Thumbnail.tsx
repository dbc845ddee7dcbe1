/** A small picture of a file that is one, where it is light enough to be fetched; else a sign of its kind. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Storage } from "../access/storage";
import { fetchFile } from "../documents/fetch";
import { shownAs } from "../documents/kinds";
import { pixelsOf } from "../documents/pixels";
import type { Item } from "../inbox/items";

const MAX_BYTES = 1_500_000;
/** 64 MB while it is made small, which is done with one at a time */
const MAX_PIXELS = 16_000_000;
const MAX_KEPT = 200;
const SIZE = 80;
/** Rows that are only scrolled past fetch nothing. */
const REST_MILLISECONDS = 250;

/** Addresses of small pictures; "" for files of which none is made */
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
    const content = await fetchFile(storage, item, type, signal);
    const small = await inTurn(async () => (signal.aborted ? undefined : made(content)));
    if (!signal.aborted) keep(key, small ? URL.createObjectURL(small) : "");
  } catch {
    // A file that is gone, or that no browser can read, keeps its sign.
  }
}

/** Over when the last one is made */
let turn: Promise<unknown> = Promise.resolve();

function inTurn<Kind>(work: () => Promise<Kind>): Promise<Kind> {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}

/** The middle of the picture, made small; undefined where it has too many pixels, or nobody knows how many. */
async function made(content: Blob): Promise<Blob | undefined> {
  if (((await pixelsOf(content)) ?? Number.POSITIVE_INFINITY) > MAX_PIXELS) return undefined;
  const picture = await createImageBitmap(content);
  const side = Math.min(picture.width, picture.height);
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  const canvas = new OffscreenCanvas(SIZE, SIZE);
  const context = canvas.getContext("2d");
  if (context) context.imageSmoothingQuality = "high";
  context?.drawImage(picture, left, top, side, side, 0, 0, SIZE, SIZE);
  picture.close();
  return canvas.convertToBlob({ type: "image/webp" });
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
