/** Joins files and documents while they are listed: a row is made once, as soon as it is known what it says. */

import { documentName, wholeDocumentName } from "../naming/names";
import { type Item, isDocument, isFolder, itemOf, type Listed } from "./items";

/** The labels of a document that a row shows */
const LABELS = [
  "input_etag",
  "status",
  "warnings",
  "recipe",
  "kind",
  "code",
  "models",
  "by_model",
  "tokens",
  "cost",
] as const;

export class Joining {
  readonly #files = new Map<string, Listed>();
  readonly #documents = new Map<string, Listed>();
  readonly #texts = new Map<string, string>();
  #areDocumentsListed = false;

  addFile(blob: Listed): void {
    if (!isFolder(blob)) this.#files.set(blob.name, this.#lean(blob));
  }

  addDocument(blob: Listed): void {
    if (isDocument(blob)) this.#documents.set(blob.name, this.#lean(blob));
  }

  allDocumentsAreListed(): void {
    this.#areDocumentsListed = true;
  }

  /** Rows that are new since the last call: whether a file has no document is known when all are listed. */
  async rows(): Promise<Item[]> {
    const rows: Item[] = [];
    for (const file of this.#files.values()) {
      const name = wholeDocumentName(file.name) ?? (await documentName(file.name));
      const document = this.#documents.get(name) ?? null;
      // Another call may have made this row meanwhile.
      if ((!document && !this.#areDocumentsListed) || !this.#files.delete(file.name)) continue;
      this.#documents.delete(name);
      rows.push(itemOf(file, document));
    }
    return rows;
  }

  /** The rows of documents whose files are gone: known when both containers are listed, and all other rows made. */
  orphans(): Item[] {
    return [...this.#documents.values()].map((document) => itemOf(null, document));
  }

  /** Without what no row shows; texts that many files have in common are kept once. */
  #lean(blob: Listed): Listed {
    const labels: Record<string, string> = {};
    for (const name of LABELS) {
      const value = blob.labels[name];
      if (value !== undefined) labels[name] = name === "input_etag" ? value : this.#once(value);
    }
    return { ...blob, type: this.#once(blob.type), labels };
  }

  #once(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }
}
