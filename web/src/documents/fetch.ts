/** Fetching documents and files. What a stranger wrote is bounded here. */

import { blobOf } from "../access/blobs";
import { quoted } from "../access/etags";
import type { Storage } from "../access/storage";
import type { Item } from "../inbox/items";
import { type Document, readDocument } from "./document";

const MAX_DOCUMENT = 50_000_000;

export interface Fetched {
  json: string;
  /** Undefined where the JSON is no document */
  document: Document | undefined;
}

/** The document of a row; undefined where it has none, or one that is too long to be shown. */
export async function fetchDocument(storage: Storage, item: Item): Promise<Fetched | undefined> {
  if (!item.document || item.document.bytes > MAX_DOCUMENT) return undefined;
  const response = await blobOf(await storage.output(), item.document.name).download();
  const json = await ((await response.blobBody)?.text() ?? "");
  const document = readDocument(json);
  // A long document is shown in a task of its own: reading it was one already.
  await new Promise((resolve) => setTimeout(resolve));
  return { json, document };
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
