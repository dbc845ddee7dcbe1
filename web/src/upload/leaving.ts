/** Who leaves the page while something would be lost is asked first, by the browser. */

import { effect } from "@preact/signals";
import { recording } from "./recorder";
import { namesUnderWay } from "./transfers";

/** Ask from now on; call what is returned to stop that. */
export function askBeforeLeaving(target: EventTarget): () => void {
  const ask = (event: Event) => event.preventDefault();
  // Only while it is needed: a page that listens for this is never kept for the way back.
  return effect(() => {
    if (namesUnderWay().size === 0 && recording.value === null) return undefined;
    target.addEventListener("beforeunload", ask);
    return () => target.removeEventListener("beforeunload", ask);
  });
}
