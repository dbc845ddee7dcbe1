import { expect, test } from "vitest";
import { retried } from "../../src/views/useFetched";
import { words } from "../../src/words";

function failingFirst(times: number, status?: number) {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw Object.assign(new Error(), { statusCode: status });
    return "here";
  };
}

async function told(fetch: () => Promise<string>) {
  const seen: unknown[] = [];
  const at = (fetched: unknown, problem: string) => seen.push(fetched ?? problem);
  await retried(fetch, new AbortController().signal, at, async () => {});
  return seen;
}

test("what could not be fetched is fetched when storage is back", async () => {
  const { unreachable, answered } = words.storage;
  expect(await told(failingFirst(2))).toEqual([unreachable, unreachable, "here"]);
  expect(await told(failingFirst(1, 503))).toEqual([answered(503), "here"]);
});

test("what is gone is not asked for again", async () => {
  expect(await told(failingFirst(9, 404))).toEqual([words.storage.gone]);
});
