/**
 * What who looks may do. Storage does not tell, so each right is tried with a request that can change nothing: storage
 * looks at rights first, and answers 403 where one is missing, else that the request cannot be done.
 */

import { blobOf } from "./blobs";
import { statusOf } from "./errors";
import type { Storage } from "./storage";

export interface Rights {
  /** To put files into the input container */
  drop: boolean;
  /** To queue files again and remove their error documents */
  redrive: boolean;
  /** Whether storage has told; until then nothing is allowed, and nothing refused */
  isKnown: boolean;
}

export const NONE: Rights = { drop: false, redrive: false, isKnown: false };

const NO_VERSION = '"0x0"';
const NO_BLOB = "dropscribe-inbox-looks-whether-it-may";

/** What may be done now. Where storage does not tell, it stays as it was before. */
export async function rightsOf(storage: Storage, before: Rights): Promise<Rights> {
  const [drop, remove, queue] = await Promise.all([
    isAllowed(async () => {
      const blob = blobOf(await storage.input(), NO_BLOB);
      await blob.setMetadata({}, { conditions: { ifMatch: NO_VERSION } });
    }),
    isAllowed(async () => {
      await blobOf(await storage.output(), NO_BLOB).delete({ conditions: { ifMatch: NO_VERSION } });
    }),
    isAllowed(async () => {
      // A message that would be gone before it can be seen is taken by no queue.
      await (await storage.deferred()).sendMessage("", { visibilityTimeout: 60, messageTimeToLive: 30 });
    }),
  ]);
  return {
    drop: drop ?? before.drop,
    redrive: remove === undefined || queue === undefined ? before.redrive : remove && queue,
    isKnown: drop !== undefined || before.isKnown,
  };
}

/** Whether the right is there; undefined where storage was away or too busy to tell. */
async function isAllowed(attempt: () => Promise<void>): Promise<boolean | undefined> {
  try {
    await attempt();
    return true;
  } catch (error) {
    return isAllowedBy(statusOf(error));
  }
}

export function isAllowedBy(status: number | undefined): boolean | undefined {
  if (status === undefined || status === 408 || status === 429 || status >= 500) return undefined;
  return status !== 401 && status !== 403;
}
