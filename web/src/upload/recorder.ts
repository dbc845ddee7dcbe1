/** A recording from the microphone, as a file. */

import { signal } from "@preact/signals";
import { words } from "../words";
import { type Found, stamp } from "./dropped";

const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_A_SECOND = 64_000;

/** For how many seconds it has been recording; null while it is not. */
export const recording = signal<number | null>(null);
let recorder: MediaRecorder | undefined;

/** Record until `stopRecording`. Rejects where the microphone cannot be used. */
export async function record(): Promise<Found> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  const used = new MediaRecorder(stream, {
    ...(mimeType ? { mimeType } : {}),
    audioBitsPerSecond: BITS_A_SECOND,
  });
  recorder = used;
  const parts: Blob[] = [];
  used.ondataavailable = (event) => parts.push(event.data);
  const ended = new Promise((resolve) => {
    used.onstop = resolve;
  });
  used.start(1000);
  recording.value = 0;
  const timer = setInterval(() => {
    recording.value = (recording.value ?? 0) + 1;
  }, 1000);
  await ended;
  clearInterval(timer);
  recording.value = null;
  for (const track of stream.getTracks()) track.stop();
  return fileOf(parts, used.mimeType);
}

export function stopRecording(): void {
  recorder?.stop();
}

function fileOf(parts: Blob[], mimeType: string): Found {
  const type = mimeType.split(";")[0] ?? "";
  const name = `${words.recorded(stamp())}.${type === "audio/mp4" ? "m4a" : (type.split("/")[1] ?? "webm")}`;
  return { file: new File(parts, name, { type }), path: name };
}
