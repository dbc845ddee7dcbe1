/** The fields of an answer as parts that are shown: however large or deep they are, so many values and no more. */

import { isRecord } from "../checks";

const MAX_DEPTH = 6;
const MAX_ROWS = 1000;
const MAX_COLUMNS = 50;
const MAX_VALUES = 2000;
const MAX_TEXT = 20_000;
const MAX_TEXTS = 100_000;

export type Part =
  | { as: "value"; text: string }
  | { as: "fields"; fields: [string, Part][] }
  | { as: "rows"; columns: string[]; rows: Part[][] }
  | { as: "items"; items: Part[] };

export interface Parts {
  part: Part;
  /** Whether something was left out */
  isCut: boolean;
}

export function partsOf(data: unknown): Parts {
  const cutting = new Cutting();
  return { part: cutting.part(data, 0), isCut: cutting.isCut };
}

class Cutting {
  isCut = false;
  #left = MAX_VALUES;
  #characters = MAX_TEXTS;

  part(data: unknown, depth: number): Part {
    if (depth < MAX_DEPTH && Array.isArray(data)) {
      const items = this.#first(data, MAX_ROWS);
      return items.length > 0 && items.every(isRecord)
        ? this.#rows(items, depth)
        : { as: "items", items: this.#each(items, (item) => this.part(item, depth + 1)) };
    }
    if (depth < MAX_DEPTH && isRecord(data)) {
      const fields = this.#first(Object.entries(data), MAX_ROWS);
      return {
        as: "fields",
        fields: this.#each(fields, ([name, value]) => [this.#text(name), this.part(value, depth + 1)]),
      };
    }
    return { as: "value", text: this.#text(written(data)) };
  }

  #rows(rows: Record<string, unknown>[], depth: number): Part {
    const seen = new Set<string>();
    for (const row of rows) for (const name of Object.keys(row)) seen.add(name);
    const names = this.#first([...seen], MAX_COLUMNS);
    return {
      as: "rows",
      columns: names.map((name) => this.#text(name)),
      rows: this.#each(rows, (row) => names.map((name) => this.part(row[name], depth + 1)), names.length),
    };
  }

  /** As many of these as there is room for, where each takes so many values. */
  #each<From, To>(all: From[], made: (one: From) => To, values = 1): To[] {
    const parts: To[] = [];
    for (const one of all) {
      if (this.#left < values) {
        this.isCut = true;
        break;
      }
      this.#left -= values;
      parts.push(made(one));
    }
    return parts;
  }

  #first<Kind>(all: Kind[], max: number): Kind[] {
    if (all.length > max) this.isCut = true;
    return all.slice(0, max);
  }

  #text(text: string): string {
    const max = Math.min(MAX_TEXT, this.#characters);
    this.#characters -= Math.min(max, text.length);
    if (text.length <= max) return text;
    this.isCut = true;
    return `${text.slice(0, max)}…`;
  }
}

function written(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
