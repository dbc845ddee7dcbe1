/** What was said, or stands on a page, part by part. Parts with times follow the sound, and a click goes there. */

import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Span } from "../documents/document";
import { clock } from "../export/time";
import type { Player } from "../player/player";
import { words } from "../words";

const SPEAKER_COLOURS = 6;

export function Spans({ title, spans, player }: { title: string; spans: Span[]; player: Player }) {
  const speakers = [...new Set(spans.map((span) => span.speaker))];
  const current = useComputed(() => placeAt(spans, player.time.value));
  const box = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (player.isPlaying.value) box.current?.children[current.value]?.scrollIntoView({ block: "nearest" });
  }, [current.value]);
  return (
    <section>
      <h2>{title}</h2>
      <ol class="spans" ref={box}>
        {spans.map((span, place) => (
          <li key={place} aria-current={place === current.value ? "true" : undefined}>
            <Where span={span} player={player} />
            {span.speaker && (
              <bdi class={`speaker s${speakers.indexOf(span.speaker) % SPEAKER_COLOURS}`}>{span.speaker}</bdi>
            )}
            <span class="said" dir="auto">
              {span.text}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
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
