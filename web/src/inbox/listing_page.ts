/**
 * A page of a listing (List Blobs), read from its XML. The SDK reads it with the page's own parser, which takes half a
 * minute for 100,000 files in which nothing else can happen; a worker has no such parser (docs/decisions/inbox.md).
 */

import { bare } from "../access/etags";
import type { Listed } from "./items";

export interface ListingPage {
  blobs: Listed[];
  /** Where the next page begins; "" after the last */
  marker: string;
}

/** In XML no text holds `<`, so each element ends where its end tag is first found. */
export function readListingPage(xml: string): ListingPage {
  const end = xml.lastIndexOf("</Blobs>");
  const blobs = xml
    .slice(0, end < 0 ? undefined : end)
    .split("<Blob>")
    .slice(1)
    .map(readBlob);
  return copied({ blobs, marker: element(xml.slice(end), "NextMarker") });
}

/** In V8 a part of a text keeps the whole of it in memory: here the page of 5 MB, for as long as one of its names is. */
function copied(page: ListingPage): ListingPage {
  return JSON.parse(JSON.stringify(page));
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
