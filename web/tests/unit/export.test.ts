import { expect, test } from "vitest";
import { readDocument } from "../../src/documents/document";
import { csv } from "../../src/export/csv";
import { formatsOf, written } from "../../src/export/formats";
import { savedName, shownName } from "../../src/naming/shown";
import { words } from "../../src/words";

function document(answer: object, more: object = {}) {
  const found = readDocument(JSON.stringify({ status: "ok", input: { name: "a.mp3" }, answer, ...more }));
  if (!found) throw new Error("this is no document");
  return found;
}

const SEGMENT = { start: 3599.9996, end: 3725.5, speaker: "A<b>", text: "One\n\nTwo --> three" };

test("subtitles have no empty line or arrow of their own in a cue", () => {
  expect(written(document({ text: "", segments: [SEGMENT] }), "srt")).toBe(
    "1\n01:00:00,000 --> 01:02:05,500\nA<b>: One\nTwo → three\n",
  );
  expect(written(document({ text: "", segments: [SEGMENT] }), "vtt")).toBe(
    "WEBVTT\n\n01:00:00.000 --> 01:02:05.500\nA&lt;b&gt;: One\nTwo → three\n",
  );
});

test("an answer without times has no subtitles", () => {
  expect(formatsOf(document({ text: "Hello" }))).toEqual(["txt", "md"]);
});

test("pieces with times stand for segments where there are none", () => {
  const answer = document({ text: "", pieces: [{ start: 0, end: 1, text: "Hello" }] });
  expect(written(answer, "md")).toBe("# a.mp3\n\n**0:00** Hello\n");
});

test.each(["", "[]", "null", "{", '{"status":"ok"}', '{"status":"odd","input":{}}'])(
  "%j is no document",
  (json) => {
    expect(readDocument(json)).toBeUndefined();
  },
);

test("values of another form than the schema's are nothing", () => {
  const found = readDocument(
    '{"status":"ok","input":{"name":5},"answer":{"text":[],"segments":[7]},"usage":{"x":"y"}}',
  );
  expect(found?.answer).toMatchObject({ text: "", segments: [{ start: null, text: "" }] });
  expect(found?.usage).toEqual({});
});

test("a cost is known where it is in dollars, and of ours", () => {
  const costOf = (cost: unknown) => document({}, { usage: { cost } }).cost;
  expect(costOf({ amount: 0.25, currency: "USD", prices: "2026-11-20" })).toEqual({
    dollars: 0.25,
    prices: "2026-11-20",
  });
  for (const other of [
    0.25,
    { amount: 0.25 },
    { amount: -1, currency: "USD" },
    { amount: "1", currency: "USD" },
  ])
    expect(costOf(other)).toBeNull();
});

test("models that were asked besides are named once each", () => {
  const calls = [{ deployment: "a" }, { deployment: "b" }, { deployment: "b" }, { deployment: 5 }, null];
  expect(document({}, { usage: { calls } }).asked).toEqual(["a", "b"]);
});

test("a small amount is not said to be nothing", () => {
  expect([0, 0.00001, 0.0315, 1234.5].map(words.dollars)).toEqual([
    "$0.00",
    "<$0.0001",
    "$0.0315",
    "$1,234.50",
  ]);
});

test.each([
  ['=cmd|"x"', `"'=cmd|""x"""`],
  ["-1", "'-1"],
  ["a,b", '"a,b"'],
  [5, "5"],
  [null, ""],
  ["a\u202Eb", "a⟨U+202E⟩b"],
])("the cell of %j is written as %j", (value, cell) => {
  expect(csv([[value]])).toBe(`\uFEFF${cell}\r\n`);
});

test("what steers text is shown in letters, and no saved name has a folder", () => {
  expect(shownName("a\u202Eb\u0000")).toBe("a⟨U+202E⟩b⟨U+0000⟩");
  expect(savedName('x/y:z"<>', ".json")).toBe("y_z___.json");
});

test("a saved name keeps the ending of the file, however long it is", () => {
  expect(savedName(`${"long".repeat(250)}.png`, ".json")).toMatch(/^(long)+lo\.png\.json$/);
  expect(savedName(".png", "")).toBe("file.png");
});

test("times that cannot be are in no subtitle, and a lone CR ends no cue", () => {
  const segments = [
    { start: 1e308, end: 1e308, text: "never" },
    { start: 2, end: 1, text: "backwards" },
    { start: -1, end: 1, text: "before" },
    { start: 1, end: 2, text: "One\r\rTwo\r\n\r\nThree" },
  ];
  expect(written(document({ text: "", segments }), "vtt")).toBe(
    "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nOne\nTwo\nThree\n",
  );
});
