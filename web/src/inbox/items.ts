/** A row of the inbox: a file, and what the listing of documents tells of its answer. */

import type { BlobItem } from "@azure/storage-blob";
import { bare } from "../access/etags";
import { amount, count } from "../checks";

export type Status = "waiting" | "ok" | "warning" | "error";

export interface Listed {
  name: string;
  etag: string;
  bytes: number;
  /** Milliseconds since 1970 */
  modified: number;
  type: string;
  labels: Record<string, string>;
}

/** What a request for the very version that was listed needs */
export interface Version {
  name: string;
  etag: string;
  bytes: number;
}

/** Flat, and only what is shown or asked for: there are 100,000 of them. */
export interface Item {
  name: string;
  /** Null where the file is gone and only its document is left */
  file: Version | null;
  document: Version | null;
  /** When the file came, or where it is gone, when it was answered */
  time: number;
  status: Status;
  recipe: string;
  kind: string;
  code: string;
  /** Whose answers were paid for: deployments, with commas between them */
  models: string;
  /** Where several were asked: what each answered for, as the label has it */
  byModel: string;
  tokens: number | null;
  /** US dollars; null where it is not known */
  cost: number | null;
}

export function listed(blob: BlobItem): Listed {
  return {
    name: blob.name,
    etag: bare(blob.properties.etag),
    bytes: blob.properties.contentLength ?? 0,
    modified: blob.properties.lastModified.getTime(),
    type: blob.properties.contentType ?? "",
    labels: lowered(blob.metadata),
  };
}

/** An empty blob by which tools say that it stands for a folder is no file. */
export function isFolder(file: Listed): boolean {
  return file.bytes === 0 && (file.name.endsWith("/") || file.labels.hdi_isfolder?.toLowerCase() === "true");
}

/** Files may lie beside documents: a document says in its metadata what became of its file. */
export function isDocument(blob: Listed): boolean {
  return blob.name.endsWith(".json") && ["ok", "error"].includes(blob.labels.status ?? "");
}

export function itemOf(file: Listed | null, document: Listed | null): Item {
  const labels = document?.labels ?? {};
  return {
    name: file?.name ?? document?.name.replace(/\.json$/, "") ?? "",
    file: versionOf(file),
    document: versionOf(document),
    time: file?.modified ?? document?.modified ?? 0,
    status: statusOf(file, document),
    recipe: labels.recipe ?? file?.labels.recipe ?? "",
    kind: labels.kind ?? kindOf(file?.type ?? ""),
    code: labels.code ?? "",
    models: unquoted(labels.models ?? ""),
    byModel: labels.by_model ?? "",
    tokens: count(labels.tokens),
    cost: amount(labels.cost),
  };
}

/** The row of a file whose document was removed. */
export function waiting(item: Item): Item {
  return {
    ...item,
    document: null,
    status: "waiting",
    code: "",
    models: "",
    byModel: "",
    tokens: null,
    cost: null,
  };
}

function versionOf(blob: Listed | null): Version | null {
  return blob && { name: blob.name, etag: blob.etag, bytes: blob.bytes };
}

/** A document of an earlier version of the file is no answer to it. */
function statusOf(file: Listed | null, document: Listed | null): Status {
  if (!document || (file && document.labels.input_etag !== file.etag)) return "waiting";
  if (document.labels.status === "error") return "error";
  return count(document.labels.warnings) ? "warning" : "ok";
}

function kindOf(type: string): string {
  if (type.startsWith("audio/") || type.startsWith("video/")) return "audio";
  return type.startsWith("image/") || type === "application/pdf" ? "image" : "";
}

function lowered(metadata: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

const BETWEEN_MODELS = ", ";

/** A row for each model of a file for which several were asked, with the tokens and cost of its own calls. */
export function eachModel(items: Item[]): Item[] {
  return items.flatMap((item) => {
    const models = item.models.split(BETWEEN_MODELS);
    if (models.length < 2) return item;
    const told = new Map(item.byModel.split(";").map((part) => partOf(part)));
    return models.map((model) => ({ ...item, tokens: null, cost: null, ...told.get(model), models: model }));
  });
}

/** `NAME=TOKENS/SECONDS/COST` (shared/results/labels.py) */
function partOf(label: string): [string, Pick<Item, "tokens" | "cost">] {
  const [name = "", figures = ""] = label.split("=");
  const [tokens, , cost] = figures.split("/");
  return [unquoted(name), { tokens: count(tokens), cost: amount(cost) }];
}

/** Names of deployments are quoted in labels, as in addresses: they may have commas, and letters that no header holds. */
function unquoted(names: string): string {
  try {
    return names.split(",").map(decodeURIComponent).join(BETWEEN_MODELS);
  } catch {
    return names;
  }
}
