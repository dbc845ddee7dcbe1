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
}

export const NONE: Rights = { drop: false, redrive: false };

const NO_VERSION = '"0x0"';
const NO_BLOB = "dropscribe-inbox-looks-whether-it-may";

/** Milliseconds until rights that are missing are tried again; a role takes effect minutes after it was given. */
const FIRST_PAUSE = 5000;
const MAX_PAUSE = 300_000;

/** Tell the rights whenever they were found, until all are there; nothing is told where storage gave no answer. */
export async function followRights(storage: Storage, tell: (rights: Rights) => void): Promise<void> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, MAX_PAUSE)) {
    const found = await rightsOf(storage).catch(() => undefined);
    if (found) tell(found);
    if (found?.drop && found.redrive) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Rejects where storage gave no answer, or one about itself. */
async function rightsOf(storage: Storage): Promise<Rights> {
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
  return { drop, redrive: remove && queue };
}

async function isAllowed(attempt: () => Promise<void>): Promise<boolean> {
  try {
    await attempt();
    return true;
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || status >= 500) throw error;
    return status !== 401 && status !== 403;
  }
}
