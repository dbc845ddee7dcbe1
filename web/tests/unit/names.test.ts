import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { documentName, marked, problemWith } from "../../src/naming/names";

const vectors: { name: string; document: string }[] = JSON.parse(
  readFileSync(new URL("names.json", import.meta.url), "utf8"),
);

test.each(vectors)("the document of $name is called as the app calls it", async ({ name, document }) => {
  expect(await documentName(name)).toBe(document);
});

test.each([
  ["", "length"],
  ["a".repeat(1025), "length"],
  ["a/../b", "dots"],
  ["a\u0007", "character"],
  ["a//b", "empty"],
  ["a/b.png", undefined],
])("what is wrong with %j is %s", (name, problem) => {
  expect(problemWith(name)).toBe(problem);
});

test.each(["a.png", "a/.hidden", `${"😀".repeat(512)}`, `${"a".repeat(1020)}.png`, `x.${"y".repeat(1020)}`])(
  "a copy of a name of any length has a name that storage takes",
  (name) => {
    const copy = marked(name, " (2)");
    expect(copy.length).toBeLessThanOrEqual(1024);
    expect(problemWith(copy)).toBeUndefined();
    expect(copy).toContain(" (2)");
  },
);
