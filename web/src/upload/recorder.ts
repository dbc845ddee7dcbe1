/** A recording from the microphone, as a file. */

import { signal } from "@preact/signals";
import { words } from "../words";
import { type Found, stamp } from "./dropped";

const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_A_SECOND = 64_000;

/** For how many seconds it has been recording; null while it is not. */
export const recording = signal<number | null>(null);
/** What ends the recording, or the wait for the microphone; undefined where there is neither. */
let stop: AbortController | undefined;

/**
 * Record until `stopRecording`. Undefined where that came before the microphone was there, or it records already.
 * Rejects where the microphone cannot be used.
 */
export async function record(): Promise<Found | undefined> {
  if (stop) return undefined;
  stop = new AbortController();
  const { signal: stopped } = stop;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    try {
      return stopped.aborted ? undefined : await recordFrom(stream, stopped);
    } finally {
      for (const track of stream.getTracks()) track.stop();
    }
  } finally {
    stop = undefined;
  }
}

export function stopRecording(): void {
  stop?.abort();
}

async function recordFrom(stream: MediaStream, stopped: AbortSignal): Promise<Found> {
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, {
    ...(mimeType ? { mimeType } : {}),
    audioBitsPerSecond: BITS_A_SECOND,
  });
  const parts: Blob[] = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const ended = new Promise((resolve) => {
    recorder.onstop = resolve;
  });
  stopped.addEventListener("abort", () => recorder.state !== "inactive" && recorder.stop());
  recorder.start(1000);
  recording.value = 0;
  const timer = setInterval(() => {
    recording.value = (recording.value ?? 0) + 1;
  }, 1000);
  await ended;
  clearInterval(timer);
  recording.value = null;
  return fileOf(parts, recorder.mimeType);
}

function fileOf(parts: Blob[], mimeType: string): Found {
  const type = mimeType.split(";")[0] ?? "";
  const name = `${words.recorded(stamp())}.${type === "audio/mp4" ? "m4a" : (type.split("/")[1] ?? "webm")}`;
  return { file: new File(parts, name, { type }), path: name };
}
