/** Giving files that ended in an error another chance, as `dropscribe redrive` does: first the message, then the document goes. */

import { blobOf } from "../access/blobs";
import { codeOf, sentenceOf, statusOf } from "../access/errors";
import { quoted } from "../access/etags";
import type { Storage } from "../access/storage";
import { isRecord, text } from "../checks";
import { documentName } from "../naming/names";
import { shownName } from "../naming/shown";
import { words } from "../words";
import type { Item } from "./items";

/** How long a queued file is held back, in which its document is removed: with it the file would count as answered. */
const SECONDS_AHEAD = 10;
const FOR_EVER = -1;
const AT_ONCE = 6;

export interface Redriven {
  queued: Item[];
  /** Those that are gone, or were answered anew */
  passedOver: Item[];
  /** Those that stay as they are, by the sentence that says why */
  problems: Map<string, Item[]>;
}

/** What lies there says of no file that it is its document: neither is the file queued, nor anything removed. */
export class NoDocumentError extends Error {}

/** `told` hears of each that is done with, and whether it is queued. */
export async function redrive(
  storage: Storage,
  items: Item[],
  told: (item: Item, isQueued: boolean) => void,
): Promise<Redriven> {
  const done: Redriven = { queued: [], passedOver: [], problems: new Map() };
  const left = items.values();
  const work = async () => {
    for (const item of left) {
      const isQueued = await sendAgain(storage, item).catch(whyNot);
      if (typeof isQueued === "string") {
        done.problems.set(isQueued, [...(done.problems.get(isQueued) ?? []), item]);
      } else done[isQueued ? "queued" : "passedOver"].push(item);
      told(item, isQueued === true);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return done;
}

/** What became of them, in sentences. */
export function toldOf({ queued, passedOver, problems }: Redriven): string {
  const sentences = [...problems].map(([why, [first, ...others]]) =>
    words.redrive.failed(shownName(first?.name ?? ""), others.length, why),
  );
  if (passedOver.length > 0) sentences.unshift(words.redrive.passedOver(passedOver.length));
  if (queued.length > 0) sentences.unshift(words.redrive.queued(queued.length));
  return sentences.join(" ");
}

function whyNot(error: unknown): string {
  return error instanceof NoDocumentError ? words.redrive.noDocument : sentenceOf(error);
}

/** Whatever breaks in between, the file has its document or a message. False where it is gone, or was answered anew. */
async function sendAgain(storage: Storage, { document }: Item): Promise<boolean> {
  if (!document) return false;
  const blob = blobOf(await storage.output(), document.name);
  const conditions = { ifMatch: quoted(document.etag) };
  try {
    const content = await (await blob.download(0, undefined, { conditions })).blobBody;
    const name = await inputOf((await content?.text()) ?? "", document.name);
    await blobOf(await storage.input(), name).getProperties();
    await (await storage.deferred()).sendMessage(base64(JSON.stringify({ name })), {
      visibilityTimeout: SECONDS_AHEAD,
      messageTimeToLive: FOR_EVER,
    });
    await blob.delete({ conditions });
    return true;
  } catch (error) {
    const isPlaceGone = ["QueueNotFound", "ContainerNotFound"].includes(codeOf(error));
    if ([404, 412].includes(statusOf(error) ?? 0) && !isPlaceGone) return false;
    throw error;
  }
}

/** The name of the file that a document answers: one whose document has that very name. */
export async function inputOf(json: string, document: string): Promise<string> {
  const found = parsed(json);
  const name = isRecord(found) && isRecord(found.input) ? text(found.input.name) : "";
  if (!name || (await documentName(name)) !== document) throw new NoDocumentError(document);
  return name;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function base64(message: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(message)));
}
