import { expect, test } from "vitest";
import type { Storage } from "../../src/access/storage";
import { endOfBeginning } from "../../src/documents/beginning";
import { readDocument } from "../../src/documents/document";
import { filters, NO_FILTERS, shown } from "../../src/inbox/filters";
import { items } from "../../src/inbox/follow";
import { itemOf } from "../../src/inbox/items";
import { addAnswer, found, indexed, isIndexed, keepAnswersOf } from "../../src/search/answers";
import { fetchAnswers } from "../../src/search/fetching";
import { words } from "../../src/words";

const LISTED = { bytes: 7, modified: 5, type: "application/json", labels: { status: "ok" } };

function answer(text: string) {
  const document = readDocument(
    JSON.stringify({ schema_version: 2, status: "ok", input: {}, answer: { text } }),
  );
  if (!document) throw new Error("no document");
  return document;
}

const row = (name: string, etag = "1") => itemOf(null, { ...LISTED, name: `${name}.json`, etag });

function shownFor(search: string): string[] {
  filters.value = { ...NO_FILTERS, words: search };
  return shown.value.map((item) => item.name);
}

test("words are found wherever they stand in a long answer, and no more once it is another one", async () => {
  await addAnswer(row("long"), answer(`first ${"filling ".repeat(20_000)} last`));
  await addAnswer(row("short"), answer("first and foremost"));
  expect(found("last")).toEqual(new Set(["long"]));
  expect(found("fir")).toEqual(new Set(["long", "short"]));
  await addAnswer(row("long", "2"), answer("another"));
  expect(found("last")).toEqual(new Set());
  expect(indexed.value).toBe(2);
});

test("an answer whose document was replaced or removed is found no more, and is to be fetched again", async () => {
  for (const name of ["kept", "replaced", "removed"]) await addAnswer(row(name), answer("zebra"));
  keepAnswersOf([row("kept"), row("replaced", "2")]);
  expect(found("zebra")).toEqual(new Set(["kept"]));
  expect([row("kept"), row("replaced", "2")].map(isIndexed)).toEqual([true, false]);
});

test("an answer that is forgotten while it is being indexed leaves nothing in the index", async () => {
  const adding = addAnswer(row("late"), answer("giraffe ".repeat(20_000)));
  await new Promise((resolve) => setTimeout(resolve, 1));
  keepAnswersOf([]);
  await adding;
  expect(found("giraffe")).toEqual(new Set());
});

test("where storage refuses, answers are not asked for one after another, and it is said why", async () => {
  let asked = 0;
  const output = async () => {
    asked += 1;
    throw Object.assign(new Error(), { statusCode: 403 });
  };
  const rows = Array.from({ length: 100 }, (_, at) => row(`refused ${at}`));
  expect(await fetchAnswers({ output } as unknown as Storage, rows)).toBe(words.storage.refused);
  expect(asked).toBeLessThan(20);
});

test.each([
  ["東京", "今日は東京で会議がありました。"],
  ["会議が", "今日は東京で会議がありました。"],
  ["議", "会議"],
  ["ประชุม", "วันนี้มีการประชุมที่กรุงเทพ"],
  ["cafe", "Le café était fermé."],
  ["cafe\u0301", "Le café était fermé."],
  ["CAFÉ", "Le cafe"],
  ["strasse", "Straße"],
  ["हिन्दी", "यह हिन्दी है"],
  ["서울", "서울에서 만나요"],
])("the search for %s finds %s", async (word, text) => {
  await addAnswer(row("word"), answer(text));
  items.value = [row("word")];
  expect(shownFor(word)).toEqual(["word"]);
  expect(found(`${word}x`)).toEqual(new Set());
});

test("each word of a search stands in the name or in the answer", async () => {
  items.value = ["stale photo.png", "stale.png", "cafe\u0301.png"].map((name) => row(name));
  await addAnswer(row("stale.png"), answer("zebra stripes"));
  expect(shownFor("zebra stale")).toEqual(["stale.png"]);
  expect(shownFor("photo ")).toEqual(["stale photo.png"]);
  expect(shownFor("Café")).toEqual(["cafe\u0301.png"]);
  expect(shownFor("photo zebra")).toEqual([]);
  expect(shownFor(" ")).toHaveLength(3);
});

test.each([
  ["short", 5],
  ["x".repeat(100), 80],
  ["a\nb\nc\nd", 3],
])("of the text %j the first %i characters are shown", (text, end) => {
  expect(endOfBeginning(text, 80)).toBe(end);
});
