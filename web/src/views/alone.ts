/** Work that a second click, while it is under way, does not begin again. */

import { useRef, useState } from "preact/hooks";

/** Whether it is under way, and what begins it. */
export function useAlone<Given extends unknown[]>(
  work: (...given: Given) => Promise<void>,
): [boolean, (...given: Given) => Promise<void>] {
  const isBusy = useRef(false);
  const [isShownBusy, show] = useState(false);
  async function begin(...given: Given): Promise<void> {
    if (isBusy.current) return;
    isBusy.current = true;
    show(true);
    try {
      await work(...given);
    } finally {
      isBusy.current = false;
      show(false);
    }
  }
  return [isShownBusy, begin];
}
