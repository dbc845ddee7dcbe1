import { useEffect, useState } from "preact/hooks";
import { sentenceOf, statusOf } from "../access/errors";
import { wake } from "../inbox/wait";

const FIRST_WAIT = 4000;
const MAX_WAIT = 60_000;

/**
 * What is fetched, and what went wrong; fetched anew when one of `keys` changes. Where storage is away, or refuses, it is
 * tried again by itself; what is gone or changed meanwhile comes with the next listing.
 */
export function useFetched<Kind>(
  fetch: ((stop: AbortSignal) => Promise<Kind>) | undefined,
  keys: unknown[],
): [Kind | undefined, string] {
  const [state, setState] = useState<[Kind | undefined, string]>([undefined, ""]);
  useEffect(() => {
    setState([undefined, ""]);
    if (!fetch) return;
    const stop = new AbortController();
    void retried(fetch, stop.signal, (fetched, problem) => setState([fetched, problem]));
    return () => stop.abort();
  }, keys);
  return state;
}

export async function retried<Kind>(
  fetch: (stop: AbortSignal) => Promise<Kind>,
  stop: AbortSignal,
  told: (fetched: Kind | undefined, problem: string) => void,
  pause: (milliseconds: number) => Promise<void> = (milliseconds) => wake(milliseconds).over,
): Promise<void> {
  for (let wait = FIRST_WAIT; !stop.aborted; wait = Math.min(MAX_WAIT, wait * 2)) {
    try {
      const fetched = await fetch(stop);
      if (!stop.aborted) told(fetched, "");
      return;
    } catch (error) {
      if (stop.aborted) return;
      told(undefined, sentenceOf(error));
      if ([404, 409, 412].includes(statusOf(error) ?? 0)) return;
    }
    await pause(wait);
  }
}
