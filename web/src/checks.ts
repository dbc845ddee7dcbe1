/** Reading what others wrote: a value of the right form, or nothing. */

export function isRecord(found: unknown): found is Record<string, unknown> {
  return typeof found === "object" && found !== null && !Array.isArray(found);
}

export function text(found: unknown): string {
  return typeof found === "string" ? found : "";
}

export function number(found: unknown): number | null {
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

export function list(found: unknown): unknown[] {
  return Array.isArray(found) ? found : [];
}

/** An amount, not negative, that is written in digits; null where it is none. */
export function amount(written: string | undefined): number | null {
  return written !== undefined && /^\d{1,10}(\.\d{1,9})?$/.test(written) ? Number(written) : null;
}

/** A whole number, not negative, that is written in digits; null where it is none. */
export function count(written: string | undefined): number | null {
  return written !== undefined && /^\d{1,15}$/.test(written) ? Number(written) : null;
}
