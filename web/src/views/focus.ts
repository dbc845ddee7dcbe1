/** Where the keyboard is: it must never fall to the page's body, from where there is no way on. */

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** Where to go on when the element that had the focus is gone, the nearest first. */
const NEXT = [".filehead button", "[role=grid]", "#search", "#drop-button", "nav a"];

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
    };
  }, []);
  return dialog;
}

export function isDialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

/** Whenever the element that has the focus is removed or disabled, another one gets it. */
export function useKeptFocus(): void {
  useEffect(() => {
    let last: Element | null = null;
    const remember = () => {
      last = document.activeElement;
    };
    const watch = new MutationObserver(() => {
      if (last && document.activeElement === document.body && !canHaveFocus(last)) goOn(last);
    });
    document.addEventListener("focusin", remember);
    watch.observe(document.body, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["disabled"],
    });
    return () => {
      document.removeEventListener("focusin", remember);
      watch.disconnect();
    };
  }, []);
}

/** Once what was just changed is drawn. */
function goOn(from: Element): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body || isDialogOpen()) return;
    const found = [sameAs(from), ...NEXT.map((each) => document.querySelector<HTMLElement>(each))];
    found.find((each) => each && canHaveFocus(each))?.focus();
  });
}

/** In the view of another file the same button is another element. */
function sameAs({ localName, ariaLabel }: Element): HTMLElement | null {
  return ariaLabel ? document.querySelector(`${localName}[aria-label="${CSS.escape(ariaLabel)}"]`) : null;
}

function canHaveFocus(element: Element): boolean {
  return element.isConnected && !element.matches(":disabled");
}
