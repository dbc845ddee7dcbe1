/** Times as people, and subtitles, write them. */

/** Such as 1:05, or 1:02:03 */
export function clock(seconds: number): string {
  const [hours, minutes, rest] = parts(seconds);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Such as 01:02:03,456 with a comma (SRT), or a full stop (WebVTT) */
export function subtitleTime(seconds: number, separator: "," | "."): string {
  const milliseconds = Math.round(Math.max(0, seconds) * 1000);
  const [hours, minutes, rest] = parts(milliseconds / 1000);
  return `${two(hours)}:${two(minutes)}:${two(rest)}${separator}${String(milliseconds % 1000).padStart(3, "0")}`;
}

function parts(seconds: number): [number, number, number] {
  const whole = Math.floor(Math.max(0, seconds));
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
}

function two(part: number): string {
  return String(part).padStart(2, "0");
}
