/** A recording with its waveform. Of a long one no waveform is made: a browser holds all its samples for it. */

import { useEffect, useRef, useState } from "preact/hooks";
import { words } from "../words";
import { lengthOf } from "./length";
import type { Player } from "./player";

/** 350 MB of samples at 48 kHz in stereo, until its peaks are found. Few bytes may be many hours. */
const MAX_SECONDS = 900;
const MAX_BYTES = 30_000_000;

interface Props {
  content: Blob;
  /** As the document tells; null where it does not */
  seconds: number | null;
  player: Player;
}

export function Sound({ content, seconds, player }: Props) {
  const audio = useRef<HTMLAudioElement>(null);
  const wave = useRef<HTMLDivElement>(null);
  const [isBroken, setBroken] = useState(false);
  const hasWave = useShortEnough(content, seconds);
  useEffect(() => {
    const element = audio.current;
    if (!element) return;
    const address = URL.createObjectURL(content);
    element.src = address;
    player.attach(element);
    return () => {
      player.attach(undefined);
      element.pause();
      URL.revokeObjectURL(address);
    };
  }, [content]);
  useEffect(() => {
    const [element, box] = [audio.current, wave.current];
    const drawn = element && box ? draw(box, element, content) : undefined;
    return () => void drawn?.then((stop) => stop());
  }, [content, hasWave]);
  return (
    <div class="sound-player" data-testid="player">
      {hasWave && <div ref={wave} class="wave" role="img" aria-label={words.sound.waveform} />}
      {/* biome-ignore lint/a11y/useMediaCaption: the words of the recording stand beside it */}
      <audio ref={audio} controls preload="auto" onError={() => setBroken(true)} />
      {isBroken && <p class="notice bad">{words.sound.broken}</p>}
    </div>
  );
}

function useShortEnough(content: Blob, seconds: number | null): boolean {
  const [length, setLength] = useState(Number.POSITIVE_INFINITY);
  useEffect(() => {
    let isStopped = content.size > MAX_BYTES;
    setLength(Number.POSITIVE_INFINITY);
    if (!isStopped) void lengthOf(content).then((found) => !isStopped && setLength(found));
    return () => {
      isStopped = true;
    };
  }, [content]);
  return Math.max(length, seconds ?? 0) <= MAX_SECONDS;
}

/** Draw the waveform, and return what takes it away. The player itself stays where no waveform can be made. */
async function draw(box: HTMLElement, media: HTMLAudioElement, content: Blob): Promise<() => void> {
  const colour = (name: string) => getComputedStyle(box).getPropertyValue(name);
  try {
    const { default: WaveSurfer } = await import("wavesurfer.js");
    const peaks = await peaksOf(content);
    const wave = WaveSurfer.create({
      container: box,
      media,
      peaks: [peaks.values],
      duration: peaks.seconds,
      height: 96,
      cspNonce: "waveform",
      waveColor: colour("--quiet"),
      progressColor: colour("--accent"),
      cursorColor: colour("--text"),
    });
    return () => {
      wave.destroy();
    };
  } catch {
    return () => {};
  }
}

/** As many peaks as a wide screen has points; the samples are let go at once. */
const PEAKS = 2000;

async function peaksOf(content: Blob): Promise<{ values: number[]; seconds: number }> {
  const context = new OfflineAudioContext(1, 1, 8000);
  const samples = await context.decodeAudioData(await content.arrayBuffer());
  const channel = samples.getChannelData(0);
  const step = Math.max(1, Math.floor(channel.length / PEAKS));
  const values = Array.from({ length: Math.ceil(channel.length / step) }, (_, place) => {
    let peak = 0;
    for (let at = place * step; at < Math.min(channel.length, (place + 1) * step); at += 1) {
      peak = Math.max(peak, Math.abs(channel[at] ?? 0));
    }
    return peak;
  });
  return { values, seconds: samples.duration };
}
