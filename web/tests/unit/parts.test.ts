import { expect, test } from "vitest";
import { type Part, partsOf } from "../../src/documents/parts";

function values(part: Part): number {
  if (part.as === "value") return 1;
  if (part.as === "fields") return part.fields.reduce((sum, [, each]) => sum + values(each), 0);
  const parts = part.as === "rows" ? part.rows.flat() : part.items;
  return parts.reduce((sum, each) => sum + values(each), 0);
}

const wide = Array.from({ length: 1000 }, (_, row) =>
  Object.fromEntries(Array.from({ length: 20 }, (_, column) => [`${row} ${column}`, 1])),
);
const deep = (depth: number): unknown =>
  depth === 0 ? 1 : Array.from({ length: 20 }, () => deep(depth - 1));

test.each([
  ["objects without a key in common", wide],
  ["lists of lists", deep(5)],
  ["an object of many fields", Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [at, at]))],
])("of %s some are shown, and it is said that others are not", (_, data) => {
  const { part, isCut } = partsOf(data);
  expect(isCut).toBe(true);
  expect(values(part)).toBeGreaterThan(100);
  expect(values(part)).toBeLessThanOrEqual(50_000);
});

test("what is small is shown whole, a missing field as a dash", () => {
  expect(partsOf([{ a: 1 }, { b: "x" }])).toEqual({
    isCut: false,
    part: {
      as: "rows",
      columns: ["a", "b"],
      rows: [
        [
          { as: "value", text: "1" },
          { as: "value", text: "–" },
        ],
        [
          { as: "value", text: "–" },
          { as: "value", text: "x" },
        ],
      ],
    },
  });
});

test("a long text within fields is cut, and that is said", () => {
  const { part, isCut } = partsOf({ text: "x".repeat(1_000_000) });
  expect(isCut).toBe(true);
  expect(JSON.stringify(part).length).toBeLessThan(30_000);
});
