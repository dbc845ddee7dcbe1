/** Rows as CSV (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe. */

/** By this Excel sees that the text is UTF-8. */
const BYTE_ORDER_MARK = "\uFEFF";
const DIRECTION = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

export function csv(rows: (string | number | null)[][]): string {
  return BYTE_ORDER_MARK + rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const plain = value.replace(DIRECTION, written);
  const inert = /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** What turns the direction of text is written out, as the page shows it. */
function written(mark: string): string {
  return `⟨U+${mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
