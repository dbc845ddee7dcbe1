import { expect, test } from "vitest";
import { inputOf, NoDocumentError } from "../../src/inbox/redrive";

test("a document names the file that it answers", async () => {
  expect(await inputOf(JSON.stringify({ input: { name: "a/b.png" } }), "a/b.png.json")).toBe("a/b.png");
});

test.each([
  ["{", "a.png.json"],
  ["null", "a.png.json"],
  ['{"input":{"name":"another.png"}}', "a.png.json"],
])("the document %s in %s is of no file, and stays", async (json, document) => {
  await expect(inputOf(json, document)).rejects.toThrow(NoDocumentError);
});
