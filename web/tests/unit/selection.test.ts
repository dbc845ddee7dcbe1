import { beforeEach, expect, test, vi } from "vitest";
import type { Item } from "../../src/inbox/items";

vi.stubGlobal("location", { hash: "" });
vi.stubGlobal("window", { addEventListener: () => {} });
const { items } = await import("../../src/inbox/follow");
const { filter } = await import("../../src/inbox/filters");
const { pick, selectAll } = await import("../../src/inbox/selection");
const { selected } = await import("../../src/state");

const chosen = () => [...selected.value].sort().join("");

beforeEach(() => {
  items.value = [..."abcdef"].map(
    (name) => ({ name, status: name < "e" ? "error" : "ok", recipe: "", time: 0 }) as Item,
  );
  selected.value = new Set();
  filter({ status: "" });
});

test.each([
  ["b", "d", "bcd"],
  ["d", "b", "bcd"],
  ["c", "c", ""],
])("a range from %s to %s is %j", (from, to, wanted) => {
  pick(from, false);
  pick(to, true);
  expect(chosen()).toBe(wanted);
});

test("a range that ends at a selected row is taken from the selection", () => {
  selectAll();
  pick("b", false);
  pick("d", true);
  expect(chosen()).toBe("aef");
});

test("a range from a row that is not shown any more is one row", () => {
  pick("f", false);
  filter({ status: "error" });
  pick("b", true);
  expect(chosen()).toBe("bf");
});

test("all are those that the filters show", () => {
  pick("f", false);
  filter({ status: "error" });
  selectAll();
  expect(chosen()).toBe("abcdf");
});
