import { expect, test } from "vitest";
import { inputValue, placeFor, placeOf, type Recipe } from "../../src/upload/recipes";

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

test("a value goes from one recipe to another only where that allows it", () => {
  const input = { name: "language", description: "", default: "fr", values: ["fr", "it"] };
  expect(inputValue(input, { language: "it" })).toBe("it");
  expect(inputValue(input, { language: "de" })).toBe("fr");
  expect(inputValue({ ...input, default: null }, {})).toBe("fr");
  expect(inputValue({ ...input, values: [] }, { language: "de" })).toBe("de");
});

test("blanks around a value are no part of it, and blanks alone are none", () => {
  const spoken = recipe("cc/{language}/**", "language");
  expect(placeOf({ recipe: spoken, values: { language: "  es " } })?.folder).toBe("cc/es/");
  expect(placeOf({ recipe: spoken, values: { language: "  " } })).toBeUndefined();
});
