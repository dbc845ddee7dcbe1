/** What texts are searched for: words without regard to case and accents, also of scripts that put no blanks between them. */

/** However a letter and its accent are written, and with or without the accent, it is the same. */
export function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .toLowerCase()
    .replaceAll("ß", "ss");
}

const OTHER_THAN_ASCII = /[^\p{ASCII}]/gu;
const BETWEEN = /[\s\p{Z}\p{P}]+/u;
const WITHOUT_BLANKS = String.raw`[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]`;
const RUNS = new RegExp(`${WITHOUT_BLANKS}+|(?:(?!${WITHOUT_BLANKS}).)+`, "gu");
const IS_WITHOUT_BLANKS = new RegExp(`^${WITHOUT_BLANKS}`, "u");

/**
 * The terms of a text. Where no blanks stand between words, each two letters that follow one another are one: so every
 * part of a sentence is found, also one that begins within a word of a dictionary.
 */
export function termsOf(text: string): string[] {
  const words = folded(text).split(BETWEEN).filter(Boolean);
  return words.flatMap((word) =>
    (word.match(RUNS) ?? []).flatMap((run) => (IS_WITHOUT_BLANKS.test(run) ? pairs(run) : [run])),
  );
}

/**
 * A term as the index keeps it. The index looks through all letters that terms have at one place, one after another: with
 * the 3,000 of Chinese that takes long. So other letters than ASCII become five of ASCII each.
 */
export function written(term: string): string {
  return term.replace(
    OTHER_THAN_ASCII,
    (letter) => `\0${(letter.codePointAt(0) ?? 0).toString(36).padStart(4, "0")}`,
  );
}

function pairs(run: string): string[] {
  const letters = [...run];
  return letters.map((letter, place) => letter + (letters[place + 1] ?? ""));
}

/** What a person searches for: each of these is to stand in the name or the answer of a file. */
export function wordsOf(search: string): string[] {
  return [...new Set(folded(search).split(/\s+/).filter(Boolean))];
}
