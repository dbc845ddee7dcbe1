/** Rights are asked again when storage answers again, and each minute while one is missing: a new role needs some minutes. */

import { effect } from "@preact/signals";
import { type Rights, rightsOf } from "../access/rights";
import type { Storage } from "../access/storage";
import { rights } from "../state";
import { problem } from "./follow";
import { type Wait, wake } from "./wait";

const MISSING_WAIT = 60_000;
const NEVER = 2 ** 31 - 1;

export async function followRights(storage: Storage): Promise<never> {
  let wait: Wait | undefined;
  let wasAway = false;
  effect(() => {
    if (wasAway && !problem.value) wait?.now();
    wasAway = problem.value !== "";
  });
  while (true) {
    rights.value = await rightsOf(storage, rights.value).catch(() => rights.value);
    wait = wake(isWhole(rights.value) ? NEVER : MISSING_WAIT);
    await wait.over;
  }
}

function isWhole({ drop, redrive, isKnown }: Rights): boolean {
  return drop && redrive && isKnown;
}
