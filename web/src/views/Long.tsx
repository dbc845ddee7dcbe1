/** Text of any length. Of a long one the beginning is shown, and more of it when that is asked for. */

import { useState } from "preact/hooks";
import { endOfBeginning } from "../documents/beginning";
import { words } from "../words";

const MAX_TEXT = 30_000;

export function Long({ text, step = MAX_TEXT }: { text: string; step?: number }) {
  const [max, setMax] = useState(step);
  const end = endOfBeginning(text, max);
  if (end === text.length) return <>{text}</>;
  return (
    <>
      {text.slice(0, end)}…{" "}
      <button type="button" onClick={() => setMax(max + step)}>
        {words.file.more(endOfBeginning(text, max + step) - end, text.length)}
      </button>
    </>
  );
}
