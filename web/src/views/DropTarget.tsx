/** Files may be dropped anywhere on the page, or pasted; the panel then asks where they go. */

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { isDropOpen, notice, rights } from "../state";
import { type Found, filesOf, pasted } from "../upload/dropped";
import { askBeforeLeaving } from "../upload/leaving";
import { words } from "../words";

/** What is to be uploaded, once the person has said by which recipe. */
export const gathered = signal<Found[]>([]);

export function gather(found: Found[]): void {
  if (!rights.value.drop || found.length === 0) return;
  gathered.value = [...gathered.value, ...found];
  isDropOpen.value = true;
}

export function DropTarget({ children }: { children: ComponentChildren }) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => event.clipboardData && gather(pasted(event.clipboardData));
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  }, []);
  useEffect(() => askBeforeLeaving(window), []);
  function onDragOver(event: DragEvent) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = rights.value.drop ? "copy" : "none";
    setOver(rights.value.drop);
  }
  async function onDrop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    if (!event.dataTransfer || !rights.value.drop) return;
    try {
      gather(await filesOf(event.dataTransfer));
    } catch {
      notice.value = words.drop.unreadable;
    }
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way of several; the panel has buttons
    <div class="page" onDragOver={onDragOver} onDragLeave={() => setOver(false)} onDrop={onDrop}>
      {children}
      {isOver && <div class="over">{words.drop.here}</div>}
    </div>
  );
}
