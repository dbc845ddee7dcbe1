/** Rows as columns, as they go from the worker to the page: a browser copies these in a tenth of the time of objects. */

import type { Item, Version } from "./items";

export interface Columns {
  /** The place of each row among all that the page holds */
  places: Uint32Array;
  names: string[];
  /** Texts that many rows have in common, and for each row which it has of them */
  texts: string[];
  told: Uint32Array;
  times: Float64Array;
  /** NaN where it is not known */
  tokens: Float64Array;
  costs: Float64Array;
  files: Versions;
  documents: Versions;
}

interface Versions {
  /** "" where the name follows from that of the row */
  names: string[];
  /** Null where there is none */
  etags: (string | null)[];
  bytes: Float64Array;
}

export interface Placed {
  place: number;
  item: Item;
}

const TOLD = ["status", "recipe", "kind", "code", "models", "byModel"] as const;

export function packed(rows: Placed[]): Columns {
  const items = rows.map(({ item }) => item);
  const texts = new Map<string, number>();
  const placeOf = (text: string) => {
    if (!texts.has(text)) texts.set(text, texts.size);
    return texts.get(text) ?? 0;
  };
  const told = Uint32Array.from(items.flatMap((item) => TOLD.map((each) => placeOf(item[each]))));
  return {
    places: Uint32Array.from(rows, ({ place }) => place),
    names: items.map((item) => item.name),
    texts: [...texts.keys()],
    told,
    times: Float64Array.from(items, (item) => item.time),
    tokens: Float64Array.from(items, (item) => item.tokens ?? Number.NaN),
    costs: Float64Array.from(items, (item) => item.cost ?? Number.NaN),
    files: versions(items, "file", (name) => name),
    documents: versions(items, "document", documentOf),
  };
}

/** The rows again. `once` gives one and the same text for equal texts, so that rows share them. */
export function unpacked(columns: Columns, once: (text: string) => string): Placed[] {
  const texts = columns.texts.map(once);
  return columns.names.map((name, at) => {
    const told = (of: (typeof TOLD)[number]) => {
      const place = columns.told[at * TOLD.length + TOLD.indexOf(of)] ?? 0;
      return texts[place] ?? "";
    };
    const item: Item = {
      name,
      file: version(columns.files, at, name),
      document: version(columns.documents, at, documentOf(name)),
      time: columns.times[at] ?? 0,
      status: told("status") as Item["status"],
      recipe: told("recipe"),
      kind: told("kind"),
      code: told("code"),
      models: told("models"),
      byModel: told("byModel"),
      tokens: known(columns.tokens[at]),
      cost: known(columns.costs[at]),
    };
    return { place: columns.places[at] ?? 0, item };
  });
}

function versions(items: Item[], of: "file" | "document", usual: (name: string) => string): Versions {
  return {
    names: items.map((item) => {
      const name = item[of]?.name ?? "";
      return name === usual(item.name) ? "" : name;
    }),
    etags: items.map((item) => item[of]?.etag ?? null),
    bytes: Float64Array.from(items, (item) => item[of]?.bytes ?? 0),
  };
}

function version({ names, etags, bytes }: Versions, at: number, usual: string): Version | null {
  const etag = etags[at] ?? null;
  return etag === null ? null : { name: names[at] || usual, etag, bytes: bytes[at] ?? 0 };
}

function documentOf(name: string): string {
  return `${name}.json`;
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
