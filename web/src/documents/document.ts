/** The document of a file, as the page reads it: checked once, here, whichever version wrote it. */

import { isRecord, list, number, text } from "../checks";

export interface Span {
  start: number | null;
  end: number | null;
  firstPage: number | null;
  lastPage: number | null;
  speaker: string;
  text: string;
}

export interface Answer {
  text: string;
  data: unknown;
  reasoning: string;
  finishReason: string;
  turns: { prompt: string; text: string }[];
  pieces: Span[];
  segments: Span[];
  language: string;
}

export interface Beside {
  name: string;
  bytes: number | null;
  /** In hexadecimal */
  sha256: string;
}

export interface Document {
  status: "ok" | "error";
  input: {
    name: string;
    etag: string;
    bytes: number | null;
    mediaType: string;
    kind: string;
    seconds: number | null;
    pages: number | null;
  };
  recipe: { name: string; inputs: Record<string, string> } | null;
  model: { deployment: string; name: string; tier: string } | null;
  answer: Answer | null;
  usage: Record<string, number>;
  /** Null where it is not known */
  cost: { dollars: number; prices: string } | null;
  /** The deployments that were asked, each once */
  asked: string[];
  /** The files for people that the recipe wrote beside the document */
  files: Beside[];
  received: string;
  completed: string;
  modelSeconds: number | null;
  attempts: number | null;
  warnings: string[];
  error: { code: string; message: string; retryable: boolean; nextStep: string } | null;
}

/** The document in this JSON; undefined where it is none. */
export function readDocument(json: string): Document | undefined {
  let found: unknown;
  try {
    found = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isRecord(found) || !isRecord(found.input)) return undefined;
  const status = found.status;
  if (status !== "ok" && status !== "error") return undefined;
  const [input, timing] = [found.input, record(found.timing)];
  return {
    status,
    input: {
      name: text(input.name),
      etag: text(input.etag),
      bytes: number(input.bytes),
      mediaType: text(input.media_type),
      kind: text(input.kind),
      seconds: number(input.seconds),
      pages: number(input.pages),
    },
    recipe: readRecipe(found.recipe),
    model: readModel(found.model),
    answer: readAnswer(found.answer),
    usage: numbers(record(found.usage)),
    cost: readCost(record(found.usage).cost),
    asked: [...new Set(list(record(found.usage).calls).map((call) => text(record(call).deployment)))].filter(
      Boolean,
    ),
    files: list(found.files).map(readBeside),
    received: text(timing.received),
    completed: text(timing.completed),
    modelSeconds: number(timing.model_seconds),
    attempts: number(found.attempts),
    warnings: list(found.warnings).map(text),
    error: readError(found.error),
  };
}

function readRecipe(found: unknown): Document["recipe"] {
  if (!isRecord(found)) return null;
  const inputs = Object.entries(record(found.inputs)).map(([name, value]) => [name, text(value)]);
  return { name: text(found.name), inputs: Object.fromEntries(inputs) };
}

function readModel(found: unknown): Document["model"] {
  return isRecord(found)
    ? { deployment: text(found.deployment), name: text(found.name), tier: text(found.tier) }
    : null;
}

/** A service may have a field of that name of its own: only dollars with the day of their prices are ours. */
function readCost(found: unknown): Document["cost"] {
  if (!isRecord(found) || found.currency !== "USD") return null;
  const dollars = number(found.amount);
  return dollars === null || dollars < 0 ? null : { dollars, prices: text(found.prices) };
}

function readBeside(found: unknown): Beside {
  const given = record(found);
  return { name: text(given.name), bytes: number(given.bytes), sha256: text(given.sha256) };
}

function readAnswer(found: unknown): Answer | null {
  if (!isRecord(found)) return null;
  return {
    text: text(found.text),
    data: found.data ?? null,
    reasoning: text(found.reasoning),
    finishReason: text(found.finish_reason),
    turns: list(found.turns).map((each) => ({
      prompt: text(record(each).prompt),
      text: text(record(each).text),
    })),
    pieces: list(found.pieces).map(readSpan),
    segments: list(found.segments).map(readSpan),
    language: text(found.language),
  };
}

function readSpan(found: unknown): Span {
  const given = record(found);
  return {
    start: number(given.start),
    end: number(given.end),
    firstPage: number(given.first_page),
    lastPage: number(given.last_page),
    speaker: text(given.speaker),
    text: text(given.text),
  };
}

function readError(found: unknown): Document["error"] {
  if (!isRecord(found)) return null;
  return {
    code: text(found.code),
    message: text(found.message),
    retryable: found.retryable === true,
    nextStep: text(found.next_step),
  };
}

function record(found: unknown): Record<string, unknown> {
  return isRecord(found) ? found : {};
}

function numbers(found: Record<string, unknown>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(found).filter((each): each is [string, number] => number(each[1]) !== null),
  );
}
