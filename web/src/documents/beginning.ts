/** How much of a long text is shown: a browser lays out lines, so those count too. */

const CHARACTERS_A_LINE = 40;

/** The end of the beginning of a text, with so many characters and lines of that many at most. */
export function endOfBeginning(text: string, max: number): number {
  let end = -1;
  for (let line = 0; line < max / CHARACTERS_A_LINE; line += 1) {
    end = text.indexOf("\n", end + 1);
    if (end < 0 || end >= max) return Math.min(text.length, max);
  }
  return end;
}
