/** Where the keyboard is: it must never fall to the page's body, from where there is no way on. */

import { useLayoutEffect, useRef } from "preact/hooks";

/** Where to go on when the element that had the focus is gone, the nearest first. */
const NEXT = [".filehead button", "[role=grid]", "#drop-button", "nav a"];

/** A dialog that is open as long as its component is; the focus goes back to where it was. */
export function useModal() {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const { current: shown } = dialog;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement) before.focus();
      keepFocus();
    };
  }, []);
  return dialog;
}

export function isDialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

/** Once what was just changed is drawn, see that the focus is somewhere. */
export function keepFocus(): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body || isDialogOpen()) return;
      const found = NEXT.map((each) => document.querySelector<HTMLElement>(each)).find((each) => each);
      found?.focus();
    }),
  );
}
