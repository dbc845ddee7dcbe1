/** Lists both containers, joins files and documents, and orders them: beside the page, so that the page stays quick. */

import { packed } from "./columns";
import type { Item, Listed } from "./items";
import { Joining } from "./joining";
import type { Failure, ListingRequest, Source, Told } from "./listing";
import { ListingText } from "./listing_text";
import { ToldRows } from "./told";

const VERSION = "2021-12-02";
const TRIES = 3;
/** The very first page is short, so that there is something to be seen at once. */
const FIRST_PAGE = 500;
const ROWS_A_PART = 200;
const MILLISECONDS_BETWEEN_VIEWS = 1500;

const UNREACHABLE: Failure = { statusCode: undefined, code: "" };

class Refused extends Error {
  constructor(readonly failure: Failure) {
    super();
  }
}

const told = new ToldRows();
let isFirst = true;

addEventListener("message", (event: MessageEvent<ListingRequest>) => {
  list(event.data).catch((error: unknown) => {
    tell({ kind: "failed", failure: error instanceof Refused ? error.failure : UNREACHABLE });
  });
});

async function list(wanted: ListingRequest): Promise<void> {
  told.beginListing();
  const joining = new Joining();
  let pages = 0;
  let shown = Number.NEGATIVE_INFINITY;
  const taken = async () => {
    send(await joining.rows());
    // Later listings are shown when they are whole.
    if (!isFirst || told.count === 0 || performance.now() - shown < MILLISECONDS_BETWEEN_VIEWS) return;
    shown = performance.now();
    show(false, pages);
  };
  const all = async (source: Source, take: (blob: Listed) => void) => {
    for (let marker: string | undefined = ""; marker !== undefined; pages += 1) {
      marker = await readPage(await fetchPage(source, marker), take);
      await taken();
    }
  };
  await Promise.all([
    all(wanted.input, (blob) => joining.addFile(blob)),
    all(wanted.output, (blob) => joining.addDocument(blob)).then(() => joining.allDocumentsAreListed()),
  ]);
  send([...(await joining.rows()), ...joining.orphans()]);
  told.endListing();
  show(true, pages);
  isFirst = false;
}

/** Take the blobs of a page as they come in; where the next one begins, or undefined after the last. */
async function readPage({ body }: Response, take: (blob: Listed) => void): Promise<string | undefined> {
  const text = new ListingText();
  const parts = body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await parts?.read(); part?.value !== undefined; part = await parts?.read()) {
    text.take(part.value).forEach(take);
  }
  return text.marker || undefined;
}

async function fetchPage({ address, token }: Source, marker: string): Promise<Response> {
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
    if (response?.ok) return response;
    const isPassing = response === undefined || response.status >= 500 || response.status === 429;
    if (!isPassing || tries === TRIES) throw new Refused(failureOf(response));
    await new Promise((resolve) => setTimeout(resolve, 500 * tries));
  }
}

function failureOf(response: Response | undefined): Failure {
  return response
    ? { statusCode: response.status, code: response.headers.get("x-ms-error-code") ?? "" }
    : UNREACHABLE;
}

function pageAt(marker: string): Record<string, string> {
  if (marker) return { marker };
  return isFirst ? { maxresults: String(FIRST_PAGE) } : {};
}

/** Those rows that the page does not have yet. */
function send(items: Item[]): void {
  const rows = told.news(items);
  for (let at = 0; at < rows.length; at += ROWS_A_PART)
    tell({ kind: "rows", columns: packed(rows.slice(at, at + ROWS_A_PART)) });
}

function show(isWhole: boolean, pages: number): void {
  tell({ kind: "shown", order: told.order(), isWhole, pages });
}

function tell(message: Told): void {
  postMessage(message);
}
