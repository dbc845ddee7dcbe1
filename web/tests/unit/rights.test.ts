import { expect, test } from "vitest";
import { isAllowedBy, NONE, rightsOf } from "../../src/access/rights";
import type { Storage } from "../../src/access/storage";

test.each([
  [401, false],
  [403, false],
  [412, true],
  [404, true],
  [400, true],
  [503, undefined],
  [429, undefined],
  [undefined, undefined],
])("of a right that is tried, the status %s tells %s", (status, told) => {
  expect(isAllowedBy(status)).toBe(told);
});

const failing = (status?: number): Storage => {
  const fail = async () => {
    throw Object.assign(new Error(), { statusCode: status });
  };
  return { input: fail, output: fail, deferred: fail } as unknown as Storage;
};

test("storage that is away takes no right, and is no answer", async () => {
  expect(await rightsOf(failing(), NONE)).toEqual(NONE);
  const all = { drop: true, redrive: true, isKnown: true };
  expect(await rightsOf(failing(503), all)).toEqual(all);
  expect(await rightsOf(failing(403), all)).toEqual({ drop: false, redrive: false, isKnown: true });
});
