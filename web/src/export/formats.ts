/** An answer as a file of text, subtitles or Markdown. */

import type { Document, Span } from "../documents/document";
import { clock, subtitleTime } from "./time";

export type Format = "txt" | "srt" | "vtt" | "md";

export const TYPES: Record<Format | "json", string> = {
  txt: "text/plain",
  srt: "application/x-subrip",
  vtt: "text/vtt",
  md: "text/markdown",
  json: "application/json",
};

type Timed = Span & { start: number; end: number };

/** Longer than any recording, and few enough digits for a subtitle */
const MAX_SECONDS = 360_000;

/** What has a beginning and an end after it: segments, or where there are none, pieces. */
export function timed(document: Document): Timed[] {
  const { segments = [], pieces = [] } = document.answer ?? {};
  const spans = segments.length > 0 ? segments : pieces;
  return spans.filter((span): span is Timed => {
    const { start, end } = span;
    return start !== null && end !== null && start >= 0 && start <= end && end < MAX_SECONDS;
  });
}

/** The formats that there are for this answer. */
export function formatsOf(document: Document): Format[] {
  if (!document.answer) return [];
  return timed(document).length > 0 ? ["txt", "srt", "vtt", "md"] : ["txt", "md"];
}

export function written(document: Document, format: Format): string {
  switch (format) {
    case "txt":
      return `${document.answer?.text ?? ""}\n`;
    case "srt":
      return timed(document)
        .map((span, place) => `${place + 1}\n${times(span, ",")}\n${oneCue(said(span))}\n`)
        .join("\n");
    case "vtt":
      return `WEBVTT\n\n${timed(document)
        .map((span) => `${times(span, ".")}\n${escaped(oneCue(said(span)))}\n`)
        .join("\n")}`;
    case "md":
      return markdown(document);
  }
}

function markdown(document: Document): string {
  const spans = timed(document).map((span) => `**${clock(span.start)}** ${said(span)}`);
  const warnings = document.warnings.map((warning) => `> ${warning}`);
  const body = spans.length > 0 ? spans.join("\n\n") : (document.answer?.text ?? "");
  return `${[`# ${document.input.name.replace(/\s+/g, " ")}`, ...warnings, body].join("\n\n")}\n`;
}

function said(span: Span): string {
  return span.speaker ? `${span.speaker}: ${span.text}` : span.text;
}

function times(span: Timed, separator: "," | "."): string {
  return `${subtitleTime(span.start, separator)} --> ${subtitleTime(span.end, separator)}`;
}

/** An empty line would end a cue, and an arrow begin another. A lone CR is the end of a line too. */
function oneCue(text: string): string {
  return text
    .trim()
    .replace(/\r\n?/g, "\n")
    .replace(/\n\s*\n/g, "\n")
    .replaceAll("-->", "→");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
