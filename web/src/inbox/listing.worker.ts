/** Lists both containers, joins files and documents, and orders them: beside the page, so that the page stays quick. */

import { type Placed, packed } from "./columns";
import type { Listed } from "./items";
import { Joining } from "./joining";
import type { Source, Told, Wanted } from "./listing";
import { readListingPage } from "./listing_page";
import { ToldRows } from "./told";

const VERSION = "2021-12-02";
const TRIES = 3;
/** The very first page is short, so that there is something to be seen at once. */
const FIRST_PAGE = 500;
const ROWS_A_PART = 200;
const MILLISECONDS_BETWEEN_VIEWS = 1500;

class Refused extends Error {
  constructor(readonly status: number | undefined) {
    super();
  }
}

const told = new ToldRows();
let isFirst = true;

addEventListener("message", (event: MessageEvent<Wanted>) => {
  list(event.data).catch((error: unknown) => {
    tell({ kind: "failed", status: error instanceof Refused ? error.status : undefined });
  });
});

async function list(wanted: Wanted): Promise<void> {
  told.beginListing();
  const joining = new Joining();
  let pages = 0;
  let shown = Number.NEGATIVE_INFINITY;
  const taken = async () => {
    pages += 1;
    // Later listings are shown whole.
    if (!isFirst || performance.now() - shown < MILLISECONDS_BETWEEN_VIEWS) return;
    const rows = await joining.rows();
    if (rows.length === 0) return;
    shown = performance.now();
    send(told.news(rows), false, pages);
  };
  await Promise.all([
    read(wanted.input, (blob) => joining.addFile(blob), taken),
    read(wanted.output, (blob) => joining.addDocument(blob), taken).then(() =>
      joining.allDocumentsAreListed(),
    ),
  ]);
  const rows = [...(await joining.rows()), ...joining.orphans()];
  const news = told.news(rows);
  told.endListing();
  send(news, true, pages);
  isFirst = false;
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
  return isFirst ? { maxresults: String(FIRST_PAGE) } : {};
}

function send(rows: Placed[], isWhole: boolean, pages: number): void {
  for (let at = 0; at < rows.length; at += ROWS_A_PART)
    tell({ kind: "rows", columns: packed(rows.slice(at, at + ROWS_A_PART)) });
  tell({ kind: "shown", order: told.order(), isWhole, pages });
}

function tell(message: Told): void {
  postMessage(message);
}
