/** What was said, or stands on a page, part by part. Parts with times follow the sound, and a click goes there. */

import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Span } from "../documents/document";
import { clock } from "../export/time";
import type { Player } from "../player/player";
import { words } from "../words";
import { Long } from "./Long";

const SPEAKER_COLOURS = 6;
/** So many parts are on the page at once: a browser takes 18 s for 100,000. */
const AT_ONCE = 200;
const MAX_SPEAKER = 100;
const MAX_PART = 5000;

export function Spans({ title, spans, player }: { title: string; spans: Span[]; player: Player }) {
  const colours = useMemo(() => coloursOf(spans), [spans]);
  const current = useComputed(() => placeAt(spans, player.time.value));
  const [first, setFirst] = useState(0);
  const box = useRef<HTMLOListElement>(null);
  const heard = Math.max(0, current.value);
  useEffect(() => {
    if (player.isPlaying.value) setFirst(heard - (heard % AT_ONCE));
  }, [heard]);
  useEffect(() => {
    if (player.isPlaying.value) box.current?.children[heard - first]?.scrollIntoView({ block: "nearest" });
  }, [heard, first]);
  return (
    <section>
      <h2>{title}</h2>
      {spans.length > AT_ONCE && <Range first={first} count={spans.length} go={setFirst} />}
      <ol class="spans" start={first + 1} ref={box}>
        {spans.slice(first, first + AT_ONCE).map((span, place) => (
          <li key={first + place} aria-current={first + place === current.value ? "true" : undefined}>
            <Where span={span} player={player} />
            {span.speaker && (
              <bdi class={`speaker s${colours.get(span.speaker)}`}>
                <Long text={span.speaker} step={MAX_SPEAKER} />
              </bdi>
            )}
            <span class="said" dir="auto">
              <Long text={span.text} step={MAX_PART} />
            </span>
          </li>
        ))}
      </ol>
      {spans.length > AT_ONCE && <Range first={first} count={spans.length} go={setFirst} />}
    </section>
  );
}

function Range({ first, count, go }: { first: number; count: number; go: (first: number) => void }) {
  const end = Math.min(count, first + AT_ONCE);
  return (
    <div class="bar">
      <button type="button" disabled={first === 0} onClick={() => go(first - AT_ONCE)}>
        {words.file.earlierParts}
      </button>
      <span class="quiet">{words.file.partsOf(first + 1, end, count)}</span>
      <button type="button" disabled={end === count} onClick={() => go(end)}>
        {words.file.laterParts}
      </button>
    </div>
  );
}

/** A number of a colour for each speaker, in the order in which they first speak. */
export function coloursOf(spans: Span[]): Map<string, number> {
  const colours = new Map<string, number>();
  for (const { speaker } of spans) {
    if (!colours.has(speaker)) colours.set(speaker, colours.size % SPEAKER_COLOURS);
  }
  return colours;
}

function Where({ span, player }: { span: Span; player: Player }) {
  const { start, firstPage, lastPage } = span;
  if (start !== null) {
    const time = clock(start);
    return (
      <button
        type="button"
        class="time"
        aria-label={words.sound.seek(time)}
        onClick={() => player.playFrom(start)}
      >
        {time}
      </button>
    );
  }
  return firstPage === null ? null : (
    <span class="time">{words.file.page(firstPage, lastPage ?? firstPage)}</span>
  );
}

/** The part that is heard at this second: the last that has begun; -1 before the first. */
function placeAt(spans: Span[], seconds: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.start ?? Number.POSITIVE_INFINITY) <= seconds + 0.01) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
