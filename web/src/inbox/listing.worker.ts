/** Lists both containers, joins files and documents, and orders them: beside the page, so that the page stays quick. */

import { type Item, isDocument, isFolder, itemsOf, type Listed } from "./items";
import type { Source, Told, Wanted } from "./listing";
import { readListingPage } from "./listing_page";

const VERSION = "2021-12-02";
const TRIES = 3;
/** The very first page is short, so that there is something to be seen at once. */
const FIRST_PAGE = 500;
const ROWS_A_PART = 1000;
const MILLISECONDS_BETWEEN_VIEWS = 1500;

class Refused extends Error {
  constructor(readonly status: number | undefined) {
    super();
  }
}

let last = "";

addEventListener("message", (event: MessageEvent<Wanted>) => {
  list(event.data).catch((error: unknown) => {
    tell({ kind: "failed", status: error instanceof Refused ? error.status : undefined });
  });
});

async function list(wanted: Wanted): Promise<void> {
  const [files, documents] = [new Map<string, Listed>(), new Map<string, Listed>()];
  let pages = 0;
  // Later listings are shown whole, and only if something changed.
  let shown = last ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  const taken = async () => {
    pages += 1;
    if (performance.now() - shown < MILLISECONDS_BETWEEN_VIEWS) return;
    shown = performance.now();
    await show(files, documents, false, pages);
  };
  await Promise.all([
    read(wanted.input, (blob) => isFolder(blob) || files.set(blob.name, blob), taken),
    read(wanted.output, (blob) => isDocument(blob) && documents.set(blob.name, blob), taken),
  ]);
  const found = await fingerprint(files, documents);
  if (found === last) tell({ kind: "same", pages });
  else await show(files, documents, true, pages);
  last = found;
}

async function read(source: Source, take: (blob: Listed) => void, taken: () => Promise<void>): Promise<void> {
  let marker = "";
  do {
    const page = readListingPage(await fetchPage(source, marker));
    page.blobs.forEach(take);
    marker = page.marker;
    await taken();
  } while (marker);
}

async function fetchPage({ address, token }: Source, marker: string): Promise<string> {
  const url = new URL(address);
  const more = {
    restype: "container",
    comp: "list",
    include: "metadata",
    ...pageAt(marker),
  };
  for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value);
  const headers = { "x-ms-version": VERSION, ...(token ? { authorization: `Bearer ${token}` } : {}) };
  for (let tries = 1; ; tries += 1) {
    const response = await fetch(url, { headers, cache: "no-store" }).catch(() => undefined);
    if (response?.ok) return response.text();
    const isPassing = response === undefined || response.status >= 500 || response.status === 429;
    if (!isPassing || tries === TRIES) throw new Refused(response?.status);
    await new Promise((resolve) => setTimeout(resolve, 500 * tries));
  }
}

function pageAt(marker: string): Record<string, string> {
  if (marker) return { marker };
  return last ? {} : { maxresults: String(FIRST_PAGE) };
}

async function show(
  files: Map<string, Listed>,
  documents: Map<string, Listed>,
  isWhole: boolean,
  pages: number,
): Promise<void> {
  const items: Item[] = (await itemsOf(files, documents)).sort((one, other) => other.time - one.time);
  for (let at = 0; at < items.length; at += ROWS_A_PART)
    tell({ kind: "part", items: items.slice(at, at + ROWS_A_PART) });
  tell({ kind: "shown", isWhole, pages });
}

/** Differs where a file or a document came, went or changed. */
async function fingerprint(...listings: Map<string, Listed>[]): Promise<string> {
  const versions = listings.map((each) =>
    [...each.values()].map((blob) => `${blob.name}\n${blob.etag}`).join("\n"),
  );
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(versions.join("\n\n")));
  return [...new Uint8Array(digest)].join(".");
}

function tell(told: Told): void {
  postMessage(told);
}
