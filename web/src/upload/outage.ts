/** While storage is away, uploads wait: for a time that grows, or until the browser says that it is online again. */

import { signal } from "@preact/signals";

const FIRST_WAIT = 2000;
const MAX_WAIT = 60_000;

/** What keeps uploads from storage, in a sentence; "" since one of them came through. */
export const outage = signal("");

let wait = FIRST_WAIT;
let over: Promise<void> | undefined;
let end = () => {};

/** Settles when uploads are to be tried again. */
export function waitForStorage(why: string): Promise<void> {
  outage.value = why;
  over ??= pause(wait).finally(() => {
    over = undefined;
  });
  return over;
}

export function tryNow(): void {
  end();
}

/** Something came through: the next outage is waited for from the start. */
export function storageIsBack(): void {
  outage.value = "";
  wait = FIRST_WAIT;
}

async function pause(milliseconds: number): Promise<void> {
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  const timer = setTimeout(tryNow, milliseconds);
  window.addEventListener("online", tryNow);
  await done;
  clearTimeout(timer);
  window.removeEventListener("online", tryNow);
  wait = Math.min(MAX_WAIT, wait * 2);
}
