import { expect, test } from "vitest";
import { placeFor, type Recipe } from "../../src/upload/recipes";

function recipe(route: string | null, ...inputs: string[]): Recipe {
  const described = inputs.map((name) => ({ name, description: "", default: null, values: [] }));
  return { name: "r", description: "", accepts: ["audio"], route, inputs: described };
}

test.each<[string | null, Record<string, string>, object]>([
  ["translate/{language}/**", { language: "fr" }, { folder: "translate/fr/", metadata: {} }],
  [
    "translate/{language}/**",
    { language: "a/b" },
    { folder: "", metadata: { recipe: "r", language: "a/b" } },
  ],
  ["translate/{language}/**", { language: ".." }, { folder: "", metadata: { recipe: "r", language: ".." } }],
  ["receipts/**", { language: "fr" }, { folder: "receipts/", metadata: { language: "fr" } }],
  ["a/*/b/**", { language: "fr" }, { folder: "", metadata: { recipe: "r", language: "fr" } }],
  ["**", { language: "ü" }, { folder: "", metadata: { recipe: "r", language: "%C3%BC" } }],
  [null, { language: "100%25" }, { folder: "", metadata: { recipe: "r", language: "100%2525" } }],
])("the route %j with %j leads to %j", (route, values, place) => {
  expect(placeFor(recipe(route, "language"), values)).toEqual(place);
});
