/** What went wrong with storage, in a sentence with a next step. */

import { text } from "../checks";
import { SetupError } from "../config";
import { words } from "../words";
import { UnusableNameError } from "./blobs";

/** The status of storage's answer; undefined where there was none. */
export function statusOf(error: unknown): number | undefined {
  const status =
    typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : undefined;
  return typeof status === "number" ? status : undefined;
}

/** The service's own word for what went wrong; "" where it said none. */
export function codeOf(error: unknown): string {
  const { code, response } = Object(error) as { code?: unknown; response?: { headers?: Headers } };
  // The answer to a HEAD request has no body in which the SDK could read it.
  return text(code) || (response?.headers?.get("x-ms-error-code") ?? "");
}

const CHANGED = ["ConditionNotMet", "BlobAlreadyExists"];

/** Whether the same request can succeed later, with nobody doing anything: there is no way to storage, or it is too busy. */
export function isPassing(error: unknown): boolean {
  if (error instanceof UnusableNameError || error instanceof SetupError) return false;
  if (error instanceof DOMException && error.name === "NotReadableError") return false;
  const status = statusOf(error);
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

export function sentenceOf(error: unknown): string {
  if (error instanceof UnusableNameError) return words.storage.unusableName;
  if (error instanceof SetupError) return error.message;
  const status = statusOf(error);
  if (status === undefined) return words.storage.unreachable;
  if (status === 401 || status === 403) return words.storage.refused;
  const code = codeOf(error);
  if (code === "ContainerNotFound") return words.storage.noContainer;
  if (code === "QueueNotFound") return words.storage.noQueue;
  if (status === 404) return words.storage.gone;
  if (code ? CHANGED.includes(code) : status === 412) return words.storage.changed;
  return words.storage.answered(status, code);
}
