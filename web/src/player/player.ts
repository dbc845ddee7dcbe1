/** The sound of a file, as its views share it: where it is, and how to go elsewhere. */

import { signal } from "@preact/signals";

/** The player that is on the page, for keys; undefined where none is. */
export let current: Player | undefined;

export class Player {
  readonly time = signal(0);
  readonly isPlaying = signal(false);
  #audio: HTMLAudioElement | undefined;

  attach(audio: HTMLAudioElement | undefined): void {
    this.#audio = audio;
    current = audio ? this : undefined;
    if (!audio) return;
    const look = () => {
      this.time.value = audio.currentTime;
      this.isPlaying.value = !audio.paused;
    };
    for (const event of ["timeupdate", "seeked", "play", "pause", "ended"])
      audio.addEventListener(event, look);
  }

  playFrom(seconds: number): void {
    if (!this.#audio) return;
    this.#audio.currentTime = seconds;
    this.time.value = seconds;
    void this.#audio.play().catch(() => undefined); // a browser may want a click on the player itself first
  }

  toggle(): void {
    if (this.#audio?.paused) void this.#audio.play().catch(() => undefined);
    else this.#audio?.pause();
  }
}
