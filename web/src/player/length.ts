/**
 * How long a recording plays, also where it does not say so, as none from a browser's microphone does: the browser goes to
 * its end.
 */

/** Later than any end */
const FAR_SECONDS = 1e9;

/** In seconds; infinite where it cannot be found out. */
export async function lengthOf(content: Blob): Promise<number> {
  const address = URL.createObjectURL(content);
  const audio = new Audio(address);
  try {
    return await new Promise<number>((resolve) => {
      audio.addEventListener("durationchange", () => {
        if (Number.isFinite(audio.duration)) resolve(audio.duration);
        else audio.currentTime = FAR_SECONDS;
      });
      for (const end of ["seeked", "ended"]) audio.addEventListener(end, () => resolve(audio.duration));
      audio.addEventListener("error", () => resolve(Number.POSITIVE_INFINITY));
    });
  } finally {
    audio.removeAttribute("src");
    audio.load();
    URL.revokeObjectURL(address);
  }
}
