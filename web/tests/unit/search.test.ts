import { expect, test } from "vitest";
import { endOfBeginning } from "../../src/documents/beginning";
import { readDocument } from "../../src/documents/document";
import { addAnswer, found, indexed } from "../../src/search/answers";

function answer(text: string) {
  const document = readDocument(
    JSON.stringify({ schema_version: 2, status: "ok", input: {}, answer: { text } }),
  );
  if (!document) throw new Error("no document");
  return document;
}

test("words are found wherever they stand in a long answer, and no more once it is another one", async () => {
  await addAnswer("long", answer(`first ${"filling ".repeat(20_000)} last`));
  await addAnswer("short", answer("first and foremost"));
  expect(found("fir last")).toEqual(new Set(["long"]));
  expect(found("first")).toEqual(new Set(["long", "short"]));
  await addAnswer("long", answer("another"));
  expect(found("last")).toEqual(new Set());
  expect(indexed.value).toBe(2);
});

test.each([
  ["short", 5],
  ["x".repeat(100), 80],
  ["a\nb\nc\nd", 3],
])("of the text %j the first %i characters are shown", (text, end) => {
  expect(endOfBeginning(text, 80)).toBe(end);
});
