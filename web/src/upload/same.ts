/**
 * Where the answer to the last request of an upload is lost, its repetition finds a file under the name. Here is found
 * out whether that is the very file that was sent.
 */

import type { BlockBlobClient } from "@azure/storage-blob";

export interface Sent {
  file: File;
  metadata: Record<string, string>;
}

/** The etag of what is stored, if it has these bytes and this metadata. */
export async function etagOfSame(
  blob: BlockBlobClient,
  { file, metadata }: Sent,
): Promise<string | undefined> {
  const { etag = "", contentLength, metadata: found = {} } = await blob.getProperties();
  if (contentLength !== file.size || written(found) !== written(metadata)) return undefined;
  if (file.size === 0) return etag;
  const { blobBody } = await blob.download(0, undefined, { conditions: { ifMatch: etag } });
  return isEqual(await (await blobBody)?.arrayBuffer(), await file.arrayBuffer()) ? etag : undefined;
}

/** The etag of what is stored, if it is made of these blocks: their ids are those of one upload. */
export async function etagOfBlocks(blob: BlockBlobClient, ids: string[]): Promise<string | undefined> {
  const { committedBlocks = [], etag = "" } = await blob.getBlockList("committed");
  return committedBlocks.map(({ name }) => name).join() === ids.join() ? etag : undefined;
}

function isEqual(one: ArrayBuffer | undefined, other: ArrayBuffer): boolean {
  if (one?.byteLength !== other.byteLength) return false;
  const [left, right] = [new Uint8Array(one), new Uint8Array(other)];
  return left.every((byte, place) => byte === right[place]);
}

/** Names of metadata come back in small letters. */
function written(metadata: Record<string, string>): string {
  const entries = Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]);
  return JSON.stringify(entries.sort());
}
