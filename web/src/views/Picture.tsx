/** A picture that can be looked at closely: buttons, keys or the wheel zoom, and the frame scrolls. */

import { useState } from "preact/hooks";
import { words } from "../words";
import { useAddress } from "./address";

const STEP = 1.4;
const MAX = 16;

export function Picture({ content }: { content: Blob }) {
  const address = useAddress(content);
  const [zoom, setZoom] = useState(1);
  const [isBroken, setBroken] = useState(false);
  const by = (factor: number) => setZoom((now) => Math.min(MAX, Math.max(1, now * factor)));
  function onWheel(event: WheelEvent) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    by(event.deltaY < 0 ? STEP : 1 / STEP);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "+" || event.key === "=") by(STEP);
    if (event.key === "-") by(1 / STEP);
    if (event.key === "0") setZoom(1);
  }
  if (isBroken) return <p class="notice">{words.file.cannotShow}</p>;
  return (
    <figure class="picture">
      <div class="bar">
        <button type="button" aria-label={words.file.zoomIn} onClick={() => by(STEP)}>
          +
        </button>
        <button type="button" aria-label={words.file.zoomOut} onClick={() => by(1 / STEP)}>
          −
        </button>
        <button type="button" onClick={() => setZoom(1)}>
          {words.file.fit}
        </button>
        <output>{Math.round(zoom * 100)} %</output>
      </div>
      <div
        class="frame"
        role="group"
        aria-label={words.file.picture}
        tabIndex={0}
        onWheel={onWheel}
        onKeyDown={onKeyDown}
      >
        {address && (
          <img
            src={address}
            alt={words.file.picture}
            style={{ width: `${zoom * 100}%` }}
            onDblClick={() => setZoom(zoom > 1 ? 1 : 2)}
            onError={() => setBroken(true)}
          />
        )}
      </div>
    </figure>
  );
}
