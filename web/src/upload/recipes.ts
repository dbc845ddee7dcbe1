/** The recipes that are deployed (`recipes.json`), and where a file must go to be answered by one. */

import { isRecord, list, text } from "../checks";
import { problemWith } from "../naming/names";

export interface RecipeInput {
  name: string;
  description: string;
  default: string | null;
  values: string[];
}

export interface Recipe {
  name: string;
  description: string;
  accepts: string[];
  route: string | null;
  inputs: RecipeInput[];
}

/** Where files go: the folder, with a slash at its end, and what is attached to them. */
export interface Target {
  folder: string;
  metadata: Record<string, string>;
}

export const AT_THE_ROOT: Target = { folder: "", metadata: {} };

export async function loadRecipes(): Promise<Recipe[]> {
  const response = await fetch("recipes.json", { cache: "no-store" });
  return response.ok ? readRecipes(await response.json()) : [];
}

export function readRecipes(found: unknown): Recipe[] {
  return list(found)
    .filter(isRecord)
    .map((each) => ({
      name: text(each.name),
      description: text(each.description),
      accepts: list(each.accepts).map(text),
      route: text(each.route) || null,
      inputs: list(each.inputs).filter(isRecord).map(readInput),
    }))
    .filter((recipe) => recipe.name);
}

function readInput(found: Record<string, unknown>): RecipeInput {
  return {
    name: text(found.name),
    description: text(found.description),
    default: typeof found.default === "string" ? found.default : null,
    values: list(found.values).map(text),
  };
}

/** What a person chose in the menu; values by the names of inputs, which several recipes may have. */
export interface Choice {
  recipe: Recipe | undefined;
  values: Record<string, string>;
}

export const BY_KIND: Choice = { recipe: undefined, values: {} };

/** The value that an input has: one that the recipe allows, or what a person has written. */
export function inputValue(input: RecipeInput, values: Record<string, string>): string {
  const value = values[input.name];
  const isAllowed = value !== undefined && (input.values.length === 0 || input.values.includes(value));
  return isAllowed ? value : (input.default ?? input.values[0] ?? "");
}

/** Undefined where a value is missing. */
export function placeOf({ recipe, values }: Choice): Target | undefined {
  if (!recipe) return AT_THE_ROOT;
  // Blanks around what a person writes are no part of it, and would not be seen in a folder's name.
  const used = recipe.inputs.map((input) => [input.name, inputValue(input, values).trim()] as const);
  return used.every(([, value]) => value) ? placeFor(recipe, Object.fromEntries(used)) : undefined;
}

/**
 * A value for which the route has a place becomes a folder's name. Where the route cannot be followed, or has no place
 * for a value, metadata says it: the app lets that win over folders.
 */
export function placeFor(recipe: Recipe, values: Record<string, string>): Target {
  const used = new Set<string>();
  const folder = recipe.route === null ? undefined : folderOf(recipe.route, values, used);
  const metadata: Record<string, string> = folder === undefined ? { recipe: recipe.name } : {};
  for (const { name } of recipe.inputs) {
    const value = values[name];
    if (value && (folder === undefined || !used.has(name))) metadata[name] = inHeader(value);
  }
  return { folder: folder ?? "", metadata };
}

function folderOf(route: string, values: Record<string, string>, used: Set<string>): string | undefined {
  const folders = route.split("/").slice(0, -1);
  const named = folders.map((folder) =>
    folder.replace(/\{(\w+)\}/g, (_, name: string) => {
      used.add(name);
      return values[name] ?? "";
    }),
  );
  const isPlain = named.every(
    (folder) => folder && !/[*\\/]/.test(folder) && problemWith(folder) === undefined,
  );
  if (!isPlain || named.length === 0) return undefined;
  return `${named.join("/")}/`;
}

/** A value as storage can keep it: metadata travels in headers, which hold ASCII; the app decodes it. */
export function inHeader(value: string): string {
  const isPlain = /^[\x20-\x7e]*$/.test(value) && value === value.trim() && !/%[0-9a-f]{2}/i.test(value);
  return isPlain ? value : encodeURIComponent(value);
}
