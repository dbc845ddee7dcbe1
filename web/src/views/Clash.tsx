/** Names that are not free: asked about, never overwritten in silence. */

import { useEffect, useRef } from "preact/hooks";
import { shownName } from "../naming/shown";
import type { Clashes, Decision } from "../upload/clashes";
import { words } from "../words";

const MAX_NAMES = 20;

interface Props {
  clashes: Clashes;
  decided: (decision: Decision) => void;
  cancelled: () => void;
}

export function Clash({ clashes: { causes }, decided, cancelled }: Props) {
  const question = useRef<HTMLDivElement>(null);
  useEffect(() => question.current?.focus(), []);
  const isStored = [...causes.values()].includes("stored");
  return (
    <div
      ref={question}
      role="alertdialog"
      tabIndex={-1}
      aria-labelledby="clash-title"
      aria-describedby="clash-text"
    >
      <h3 id="clash-title">{words.clash.title}</h3>
      <p id="clash-text">{words.clash.text}</p>
      <ul class="chosen">
        {[...causes].slice(0, MAX_NAMES).map(([order, cause]) => (
          <li key={order}>
            <bdi>{shownName(order.name)}</bdi>
            <span class="quiet">{words.clash.cause[cause]}</span>
          </li>
        ))}
      </ul>
      {causes.size > MAX_NAMES && <p>{words.clash.more(causes.size - MAX_NAMES)}</p>}
      <div class="bar">
        <button type="button" class="primary" onClick={() => decided("rename")}>
          {words.clash.rename}
        </button>
        {isStored && (
          <button type="button" onClick={() => decided("replace")}>
            {words.clash.replace}
          </button>
        )}
        <button type="button" onClick={() => decided("skip")}>
          {words.clash.skip}
        </button>
        <button type="button" onClick={cancelled}>
          {words.clash.cancel}
        </button>
      </div>
    </div>
  );
}
