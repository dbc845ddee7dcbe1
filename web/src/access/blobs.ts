/** From a name to an address: whatever the name, no request leaves the container. */

import type { BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { hasDotSegment } from "../naming/names";

/** A name of which no address can be made: it would lead elsewhere. */
export class UnusableNameError extends Error {}

export function blobOf(container: ContainerClient, name: string): BlockBlobClient {
  if (name === "" || hasDotSegment(name)) throw new UnusableNameError(name);
  return container.getBlockBlobClient(name);
}
