import { words } from "../words";

/** How long ago that was, in one unit. */
export function age(time: number): string {
  const minutes = Math.floor((Date.now() - time) / 60_000);
  if (minutes < 1) return words.age.now;
  if (minutes < 60) return words.age.minutes(minutes);
  return minutes < 48 * 60
    ? words.age.hours(Math.floor(minutes / 60))
    : words.age.days(Math.floor(minutes / 1440));
}

/** The moment, as who looks writes it. */
export function moment(time: string): string {
  const at = Date.parse(time);
  return Number.isNaN(at)
    ? ""
    : new Date(at).toLocaleString("en", { dateStyle: "medium", timeStyle: "medium" });
}
