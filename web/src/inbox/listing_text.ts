/**
 * Reads a listing (List Blobs) from its XML, part after part as it comes in. The SDK reads it with the page's own parser,
 * which takes half a minute for 100,000 files in which nothing else can happen; a worker has no such parser
 * (docs/decisions/inbox.md). A page of a listing has 5 MB: what is never held as a whole need not be collected.
 */

import { bare } from "../access/etags";
import type { Listed } from "./items";

const END = "</Blob>";

/** In XML no text holds `<`, so each element ends where its end tag is first found. */
export class ListingText {
  #rest = "";

  /** The blobs that are whole with this part of the text */
  take(part: string): Listed[] {
    const text = this.#rest + part;
    const end = text.lastIndexOf(END);
    if (end < 0) {
      this.#rest = text;
      return [];
    }
    this.#rest = text.slice(end + END.length);
    return copied(text.slice(0, end).split(END).map(readBlob));
  }

  /** Where the next page begins, once the whole text was taken; "" after the last */
  get marker(): string {
    return element(this.#rest, "NextMarker");
  }
}

/** In V8 a part of a text keeps the whole of it in memory: here all that came with it, for as long as one of its names is. */
function copied(blobs: Listed[]): Listed[] {
  return JSON.parse(JSON.stringify(blobs));
}

function readBlob(xml: string): Listed {
  const properties = between(xml, "<Properties>", "</Properties>");
  return {
    name: nameIn(xml),
    etag: bare(element(properties, "Etag")),
    bytes: Number(element(properties, "Content-Length")) || 0,
    modified: Date.parse(element(properties, "Last-Modified")) || 0,
    type: element(properties, "Content-Type"),
    labels: labelsIn(between(xml, "<Metadata>", "</Metadata>")),
  };
}

/** A name that XML cannot hold is percent-encoded, and marked so. */
function nameIn(xml: string): string {
  const encoded = between(xml, '<Name Encoded="true">', "</Name>");
  return encoded ? decodeURIComponent(decoded(encoded)) : element(xml, "Name");
}

function labelsIn(xml: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name = "", value = ""] of xml.matchAll(/<([^\s/>]+)>([^<]*)<\/\1>/g)) {
    labels[name.toLowerCase()] = decoded(value);
  }
  return labels;
}

function element(xml: string, name: string): string {
  return decoded(between(xml, `<${name}>`, `</${name}>`));
}

function between(xml: string, start: string, end: string): string {
  const from = xml.indexOf(start);
  const to = from < 0 ? -1 : xml.indexOf(end, from);
  return to < 0 ? "" : xml.slice(from + start.length, to);
}

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decoded(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hexadecimal, decimal, named) => {
    if (named) return NAMED[named] ?? whole;
    return String.fromCodePoint(hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(decimal));
  });
}
