/** The files for people that a recipe writes beside the document (docs/decisions/files.md). */

import { blobOf } from "../access/blobs";
import { hexadecimal } from "../access/digests";
import type { Storage } from "../access/storage";
import type { Format } from "../export/formats";
import type { Item } from "../inbox/items";
import type { Beside, Document } from "./document";

const MAX_BESIDE = 50_000_000;

/** What the document lists in this format; its name must be the document's with another ending, whatever stands there. */
export function besideFor(document: Document, item: Item, format: Format): Beside | undefined {
  const wanted = item.document?.name.replace(/\.json$/, `.${format}`);
  return document.files.find(({ name, bytes }) => name === wanted && bytes !== null && bytes <= MAX_BESIDE);
}

/** Its content; undefined where it is gone, or is not the one that the document means. */
export async function fetchBeside(storage: Storage, listed: Beside): Promise<Blob | undefined> {
  try {
    const response = await blobOf(await storage.output(), listed.name).download(0, listed.bytes ?? 0);
    const content = await response.blobBody;
    if (!content) return undefined;
    const digest = await crypto.subtle.digest("SHA-256", await content.arrayBuffer());
    return hexadecimal(digest) === listed.sha256 ? content : undefined;
  } catch {
    return undefined;
  }
}
