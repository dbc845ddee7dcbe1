/** Days between the first and the last that have no file have none: they are a part of the plot. */

import { none, type Sum } from "./numbers";

const MAX_DAYS = 800;

export function everyDay(days: Sum[]): Sum[] {
  const known = new Map(days.map((day) => [day.of, day]));
  const [first, last] = [days[0]?.of, days.at(-1)?.of];
  if (!first || !last) return days;
  const all: Sum[] = [];
  for (const at = noon(first); all.length <= MAX_DAYS; at.setUTCDate(at.getUTCDate() + 1)) {
    const of = at.toISOString().slice(0, 10);
    if (of > last) return all;
    all.push(known.get(of) ?? none(of));
  }
  return days;
}

function noon(day: string): Date {
  return new Date(`${day}T12:00:00Z`);
}
