/** Names as people see them: what steers the direction or form of text is written out. */

const STEERING = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
const MAX_SHOWN = 300;

export function shownName(name: string): string {
  const cut = name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name;
  return cut.replace(
    STEERING,
    (each) => `⟨U+${(each.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}

const MAX_SAVED = 150;

/** A name for a saved file: without folders, and without what file systems do not take. Its own ending stays. */
export function savedName(name: string, ending: string): string {
  const last = (name.split("/").at(-1) || "file").replace(/[\\:*?"<>|]/g, "_");
  const own = /\.[A-Za-z0-9]{1,10}$/.exec(last)?.[0] ?? "";
  const stem = shownName(last.slice(0, last.length - own.length)) || "file";
  return [...stem].slice(0, MAX_SAVED).join("") + own + ending;
}
