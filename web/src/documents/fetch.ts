/** Fetching documents and files. What a stranger wrote is bounded here. */

import { blobOf } from "../access/blobs";
import { quoted } from "../access/etags";
import type { Storage } from "../access/storage";
import type { Item, Version } from "../inbox/items";
import { type Document, readDocument } from "./document";

const MAX_DOCUMENT = 50_000_000;

export interface Fetched {
  json: string;
  /** Undefined where the JSON is no document */
  document: Document | undefined;
}

/** Whether the document is too long to be shown. */
export function isTooLong(item: Item): boolean {
  return (item.document?.bytes ?? 0) > MAX_DOCUMENT;
}

/** The document of a row; undefined where it has none, or one that is too long to be shown. */
export async function fetchDocument(storage: Storage, item: Item): Promise<Fetched | undefined> {
  if (!item.document || isTooLong(item)) return undefined;
  const json = await (await fetchJson(storage, item.document)).text();
  const document = readDocument(json);
  // A long document is shown in a task of its own: reading it was one already.
  await new Promise((resolve) => setTimeout(resolve));
  return { json, document };
}

/** A document as it is stored, however long. */
export async function fetchJson(storage: Storage, document: Version): Promise<Blob> {
  const response = await blobOf(await storage.output(), document.name).download();
  return (await response.blobBody) ?? new Blob();
}

/** The very version of the file that was listed, as a blob of the given type. */
export async function fetchFile(
  storage: Storage,
  item: Item,
  type: string,
  signal: AbortSignal,
): Promise<Blob> {
  if (!item.file) throw new TypeError("the file is gone");
  const blob = blobOf(await storage.input(), item.name);
  const response = await blob.download(0, undefined, {
    abortSignal: signal,
    conditions: { ifMatch: quoted(item.file.etag) },
  });
  return new Blob([(await response.blobBody) ?? ""], { type });
}
