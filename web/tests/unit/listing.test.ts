import { expect, test } from "vitest";
import { everyDay } from "../../src/inbox/days";
import { itemOf, type Listed } from "../../src/inbox/items";
import { Joining } from "../../src/inbox/joining";
import { ListingText } from "../../src/inbox/listing_text";
import { isCostKnown, layersOf, none, numbersOf } from "../../src/inbox/numbers";

const blob = (name: string, metadata = "<Metadata/>") =>
  `<Blob>${name}<Properties><Last-Modified>Thu, 26 Nov 2026 08:00:00 GMT</Last-Modified><Etag>0x8DC</Etag>` +
  `<Content-Length>9</Content-Length><Content-Type>image/png</Content-Type></Properties>${metadata}<OrMetadata/></Blob>`;
const page = (blobs: string, marker = "<NextMarker/>") =>
  `<?xml version="1.0"?><EnumerationResults><Blobs>${blobs}</Blobs>${marker}</EnumerationResults>`;

function readListingPage(xml: string, parts = 1) {
  const text = new ListingText();
  const size = Math.ceil(xml.length / parts);
  const blobs = Array.from({ length: parts }, (_, at) =>
    text.take(xml.slice(at * size, (at + 1) * size)),
  ).flat();
  return { blobs, marker: text.marker };
}

test("a page that comes in small parts is read as if it came whole", () => {
  const xml = page(
    blob("<Name>a.png</Name>") + blob("<Name>b &amp; c.png</Name>"),
    "<NextMarker>2</NextMarker>",
  );
  const whole = readListingPage(xml);
  expect(whole.blobs.map(({ name }) => name)).toEqual(["a.png", "b & c.png"]);
  for (const parts of [2, 3, 7, xml.length]) expect(readListingPage(xml, parts)).toEqual(whole);
});

test("a page holds each file with its metadata, and says where the next begins", () => {
  const metadata = "<Metadata><Status>ok</Status><input_etag>0x1</input_etag></Metadata>";
  const found = readListingPage(
    page(blob("<Name>a/b.png</Name>", metadata), "<NextMarker>2!76!x</NextMarker>"),
  );
  expect(found.marker).toBe("2!76!x");
  expect(found.blobs).toEqual([
    {
      name: "a/b.png",
      etag: "0x8DC",
      bytes: 9,
      modified: Date.UTC(2026, 10, 26, 8),
      type: "image/png",
      labels: { status: "ok", input_etag: "0x1" },
    },
  ]);
});

test.each([
  ["<Name>&lt;Blob&gt; &amp;amp; &quot;&#x1F600;&#233;</Name>", '<Blob> &amp; "😀é'],
  ['<Name Encoded="true">a%EF%BF%BEb</Name>', "a\uFFFEb"],
  ["<Name>&lt;/Blobs&gt;&lt;NextMarker&gt;x&lt;/NextMarker&gt;</Name>", "</Blobs><NextMarker>x</NextMarker>"],
  ["<Name>100%25 &unknown;</Name>", "100%25 &unknown;"],
])("the name in %s is read as it was given", (written, name) => {
  const found = readListingPage(page(blob(written)));
  expect(found).toMatchObject({ marker: "", blobs: [{ name }] });
});

test("an empty container has an empty page", () => {
  expect(readListingPage("<EnumerationResults><Blobs /><NextMarker /></EnumerationResults>")).toEqual({
    blobs: [],
    marker: "",
  });
});

const listed = (name: string, labels = {}): Listed => ({
  name,
  etag: "1",
  bytes: 1,
  modified: 1,
  type: "",
  labels,
});

test.each([
  [{ input_etag: "1", status: "ok" }, "ok"],
  [{ input_etag: "1", status: "ok", warnings: "2" }, "warning"],
  [{ input_etag: "1", status: "error" }, "error"],
  [{ input_etag: "another", status: "ok" }, "waiting"],
])("a file whose document says %j is %s", (labels, status) => {
  expect(itemOf(listed("a.png"), listed("a.png.json", labels)).status).toBe(status);
});

test.each([
  ["0.0123", 0.0123],
  ["0", 0],
  ["-1", null],
  ["1e9", null],
  ["", null],
  [undefined, null],
])("a listed cost of %j is %j dollars", (cost, dollars) => {
  expect(itemOf(listed("a.png"), listed("a.png.json", { cost })).cost).toBe(dollars);
});

test("what costs are not known is counted, and not taken for nothing", () => {
  const known = itemOf(listed("a.png"), listed("a.png.json", { cost: "0.5", models: "m" }));
  const unknown = itemOf(listed("b.png"), listed("b.png.json", { models: "m" }));
  const waiting = itemOf(listed("c.png"), null);
  expect(numbersOf([known, unknown, waiting]).total).toMatchObject({ files: 3, cost: 0.5, unknown: 1 });
});

test("a day of errors whose costs are not known, and a file that waits, has no cost that is known", () => {
  const failed = itemOf(listed("a.png"), listed("a.png.json", { status: "error", input_etag: "1" }));
  const { total } = numbersOf([failed, failed, itemOf(listed("c.png"), null)]);
  expect(isCostKnown(total)).toBe(false);
  expect(isCostKnown(numbersOf([itemOf(listed("c.png"), null)]).total)).toBe(true);
});

test("of a file for which several models were asked, each has the tokens and cost of its own calls", () => {
  const both = { models: "eu/voice,m%2C1", by_model: "eu%2Fvoice=20//0.2;m%2C1=5//" };
  const [older, alone] = [
    { models: "a,b", tokens: "7" },
    { models: "a", tokens: "3", cost: "0.1" },
  ];
  const rows = [both, older, alone].map((labels) => itemOf(listed("a.png"), listed("a.png.json", labels)));
  const { byModel, total } = numbersOf(rows);
  expect(total.files).toBe(3);
  expect(byModel).toMatchObject([
    { of: "a", files: 2, tokens: 3, cost: 0.1, unknown: 1 },
    { of: "eu/voice", files: 1, tokens: 20, cost: 0.2, unknown: 0 },
    { of: "m,1", files: 1, tokens: 5, cost: 0, unknown: 1 },
    { of: "b", files: 1, tokens: 0, unknown: 1 },
  ]);
  expect(layersOf(rows, "models", "others").map(({ of }) => of)).toEqual(byModel.map(({ of }) => of));
});

test("days without a file are among the days that are drawn", () => {
  const days = everyDay([none("2026-02-27"), none("2026-03-02")]);
  expect(days.map((day) => day.of)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
  const apart = [none("1970-01-01"), none("2026-03-02")];
  expect(everyDay(apart)).toBe(apart);
});

test("a document whose file is gone is a row too", async () => {
  const joining = new Joining();
  joining.addDocument(listed("a.png.json", { status: "ok" }));
  joining.allDocumentsAreListed();
  expect([...(await joining.rows()), ...joining.orphans()]).toMatchObject([
    { name: "a.png", file: null, status: "ok" },
  ]);
});

test("a file is told to wait only when all documents were listed", async () => {
  const joining = new Joining();
  joining.addFile(listed("a.png"));
  joining.addFile(listed("b.png"));
  joining.addDocument(listed("a.png.json", { status: "ok", input_etag: "1" }));
  expect(await joining.rows()).toMatchObject([{ name: "a.png", status: "ok" }]);
  joining.allDocumentsAreListed();
  expect(await joining.rows()).toMatchObject([{ name: "b.png", status: "waiting" }]);
  expect(joining.orphans()).toEqual([]);
});

test("each day is told for each recipe, and for those with few files together", () => {
  const files = Array.from({ length: 7 }, (_, at) =>
    Array.from({ length: 8 - at }, () =>
      itemOf(listed("a.png"), listed("a.png.json", { recipe: `r${at}`, tokens: "3" })),
    ),
  ).flat();
  const layers = layersOf(files, "recipe", "others");
  expect(layers.map(({ of }) => of)).toEqual(["r0", "r1", "r2", "r3", "others"]);
  expect(layers.at(-1)?.days).toMatchObject([{ files: 4 + 3 + 2, tokens: 27 }]);
});
