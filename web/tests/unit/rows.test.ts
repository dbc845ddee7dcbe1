import { expect, test } from "vitest";
import type { Storage } from "../../src/access/storage";
import { Allowance } from "../../src/inbox/allowance";
import { Changes } from "../../src/inbox/changes";
import { packed, unpacked } from "../../src/inbox/columns";
import { itemOf, type Listed } from "../../src/inbox/items";
import { ToldRows } from "../../src/inbox/told";

const listed = (name: string, etag = "1", labels = {}): Listed => ({
  name,
  etag,
  bytes: 7,
  modified: 5,
  type: "image/png",
  labels,
});
const answered = (name: string, etag = "1") =>
  itemOf(listed(name, etag), listed(`${name}.json`, "2", { input_etag: etag, status: "ok", recipe: "r" }));

test("rows are the same after they went to the page as columns", () => {
  const items = [
    answered("a.png"),
    itemOf(listed("b.png"), null),
    itemOf(null, listed("c.png.json", "3", { status: "error", code: "too_long", tokens: "5", cost: "0.1" })),
    itemOf(listed("d.png"), listed("unusual-names/0.json", "4", { input_etag: "1", status: "ok" })),
  ];
  const rows = items.map((item, place) => ({ place: place * 2, item }));
  expect(unpacked(packed(rows), (text) => text)).toEqual(rows);
});

test("the page is told only what is new, changed or gone", () => {
  const told = new ToldRows();
  const list = (...items: ReturnType<typeof answered>[]) => {
    told.beginListing();
    const news = told.news(items).map(({ item }) => item.name);
    told.endListing();
    return { news, rows: told.order()?.length };
  };
  expect(list(answered("a"), answered("b"))).toEqual({ news: ["a", "b"], rows: 2 });
  expect(list(answered("a"), answered("b"))).toEqual({ news: [], rows: undefined });
  expect(list(answered("a", "9"), answered("b"))).toEqual({ news: ["a"], rows: 2 });
  expect(list(answered("b"))).toEqual({ news: [], rows: 1 });
  expect(list(answered("b"), answered("c"))).toEqual({ news: ["c"], rows: 2 });
});

test("a listing that broke off leaves what it told to the next one", () => {
  const told = new ToldRows();
  told.beginListing();
  told.news([answered("a")]);
  told.beginListing();
  expect(told.news([answered("a")])).toEqual([]);
  told.endListing();
  expect(told.order()).toHaveLength(1);
});

test("of requests beside the listing there are a few at once, then one each ten seconds", () => {
  const allowance = new Allowance();
  let made = 0;
  for (let now = 0; now < 3_600_000; now += 1500) made += allowance.take(50, now);
  expect(made).toBeLessThanOrEqual(40 + 360);
  expect(made).toBeGreaterThan(360);
});

test("a file that is removed, replaced or answered is looked for no more", async () => {
  let looks = 0;
  const output = async () => {
    looks += 1;
    throw new Error("no storage here");
  };
  const changes = new Changes({ output } as unknown as Storage);
  for (const name of ["removed", "replaced", "answered", "waits"]) changes.expect(listed(name));
  const later = performance.now() + 10_000;
  const rows = [itemOf(listed("replaced", "9"), null), answered("answered"), itemOf(listed("waits"), null)];
  changes.forgetBefore(later, rows);
  await changes.look(later);
  expect(looks).toBe(1);
});

test("a row whose file is gone does not become another one", () => {
  const gone = itemOf(null, listed("a.png.json", "2", { status: "error" }));
  const changes = new Changes({} as Storage);
  changes.waitsAgain(gone);
  expect(changes.over([gone])).toEqual([gone]);
});
