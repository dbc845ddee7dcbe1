/** What went wrong with storage, in a sentence with a next step. */

import { words } from "../words";
import { UnusableNameError } from "./blobs";

/** The status of storage's answer; undefined where there was none. */
export function statusOf(error: unknown): number | undefined {
  const status =
    typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : undefined;
  return typeof status === "number" ? status : undefined;
}

export function sentenceOf(error: unknown): string {
  if (error instanceof UnusableNameError) return words.storage.unusableName;
  const status = statusOf(error);
  if (status === undefined) return words.storage.unreachable;
  if (status === 401 || status === 403) return words.storage.refused;
  if (status === 404) return words.storage.gone;
  if (status === 409 || status === 412) return words.storage.changed;
  return words.storage.answered(status);
}
