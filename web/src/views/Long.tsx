/** Text of any length. Of a long one the beginning is shown, and more of it when that is asked for. */

import { useState } from "preact/hooks";
import { words } from "../words";

const MAX_TEXT = 100_000;

export function Long({ text, step = MAX_TEXT }: { text: string; step?: number }) {
  const [max, setMax] = useState(step);
  if (text.length <= max) return <>{text}</>;
  return (
    <>
      {text.slice(0, max)}…{" "}
      <button type="button" onClick={() => setMax(max + step)}>
        {words.file.more(Math.min(step, text.length - max), text.length)}
      </button>
    </>
  );
}
