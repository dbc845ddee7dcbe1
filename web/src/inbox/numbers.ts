/** Sums over rows: by day, recipe, model and cause. */

import { dayOf } from "./filters";
import { eachModel, type Item } from "./items";

export interface Sum {
  of: string;
  files: number;
  failures: number;
  tokens: number;
  /** US dollars, of those files whose cost is known */
  cost: number;
  /** Files that have a document, and of these, those whose cost is not known */
  answered: number;
  unknown: number;
}

export const none = (of: string): Sum => ({
  of,
  files: 0,
  failures: 0,
  tokens: 0,
  cost: 0,
  answered: 0,
  unknown: 0,
});

/** Whether the cost of any answer is known: else a sum of them says nothing. */
export function isCostKnown(sum: Sum): boolean {
  return sum.answered === 0 || sum.unknown < sum.answered;
}

export interface Numbers {
  total: Sum;
  byDay: Sum[];
  byRecipe: Sum[];
  byModel: Sum[];
  byCause: Sum[];
}

export function numbersOf(items: Item[]): Numbers {
  return {
    total: sums(items, () => "")[0] ?? none(""),
    byDay: numbersByDay(items),
    byRecipe: sums(items, (item) => item.recipe).sort(mostFirst),
    byModel: sums(eachModel(items), (item) => item.models).sort(mostFirst),
    byCause: sums(
      items.filter((item) => item.status === "error"),
      (item) => item.code,
    ).sort(mostFirst),
  };
}

/** By day, for one recipe or model, or for all that have no colour of their own */
export interface Layer {
  of: string;
  days: Sum[];
}

const MAX_LAYERS = 5;

/** The sums by day of each recipe or model: those with the most files for themselves, the others together. */
export function layersOf(all: Item[], by: "recipe" | "models", others: string): Layer[] {
  const items = by === "models" ? eachModel(all) : all;
  const found = sums(items, (item) => item[by]).sort(mostFirst);
  const kept = new Set(
    (found.length > MAX_LAYERS ? found.slice(0, MAX_LAYERS - 1) : found).map((sum) => sum.of),
  );
  const groups = new Map<string, Item[]>([...kept].map((of) => [of, []]));
  const rest: Item[] = [];
  for (const item of items) (groups.get(item[by]) ?? rest).push(item);
  if (rest.length > 0) groups.set(others, rest);
  return [...groups].map(([of, group]) => ({ of, days: numbersByDay(group) }));
}

function numbersByDay(items: Item[]): Sum[] {
  return sums(items, dayOf).sort((one, other) => one.of.localeCompare(other.of));
}

function sums(items: Item[], key: (item: Item) => string): Sum[] {
  const found = new Map<string, Sum>();
  for (const item of items) {
    const of = key(item);
    const sum = found.get(of) ?? none(of);
    sum.files += 1;
    sum.failures += item.status === "error" ? 1 : 0;
    sum.tokens += item.tokens ?? 0;
    sum.cost += item.cost ?? 0;
    sum.answered += item.document ? 1 : 0;
    sum.unknown += item.document && item.cost === null ? 1 : 0;
    found.set(of, sum);
  }
  return [...found.values()];
}

function mostFirst(one: Sum, other: Sum): number {
  return other.files - one.files;
}
