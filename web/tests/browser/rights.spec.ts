import { expect, expectAccessible, open, row, test } from "./page";
import { answered, input, output, readOnly, sample } from "./storage";

const ERROR = {
  code: "model_timeout",
  message: "It took too long.",
  retryable: true,
  next_step: "Try again.",
};
const FAILED = { status: "error", answer: null, error: ERROR };
const LABELS = { status: "error", code: "model_timeout" };

test("a failed file can be tried again, and gets its answer", async ({ page }) => {
  await answered("failed.png", sample("chart.png"), FAILED, LABELS);
  await open(page, "failed.png");
  await expect(page.getByText("It took too long.")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("There is no answer yet.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Back to the list" })).toBeFocused();
  await expect(page.getByTestId("answer")).not.toBeEmpty();
});

test("a range of failed files, or all that are shown, can be selected and tried again", async ({ page }) => {
  for (const each of [0, 1, 2, 3]) await answered(`many${each}.png`, sample("chart.png"), FAILED, LABELS);
  await page.goto("/");
  await page.getByRole("searchbox").fill("many");
  await expect(page.getByText(/^4 (of|files)/)).toBeVisible();
  await row(page, "many3.png").getByRole("checkbox").click();
  await row(page, "many1.png")
    .getByRole("checkbox")
    .click({ modifiers: ["Shift"] });
  await expect(page.getByText("3 files selected")).toBeVisible();
  await expect(row(page, "many2.png").getByRole("checkbox")).toBeChecked();
  await page.getByRole("button", { name: "Select all shown" }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Try selected again" }).click();
  await expect(page.getByText("4 files are queued again.")).toBeVisible();
  await expect(page.getByText(/files? selected/)).toHaveCount(0);
});

test("who may only look sees nothing that cannot be done", { tag: "@first" }, async ({ page }) => {
  await answered("failed for readers.png", sample("chart.png"), FAILED, LABELS);
  const [forInput, forOutput] = await Promise.all([readOnly(input), readOnly(output)]);
  await page.route("**/config.json", async (route) => {
    const config = await (await route.fetch()).json();
    const signIn = { ...config.signIn, input: forInput, output: forOutput, deferred: "sv=none" };
    await route.fulfill({ json: { ...config, signIn } });
  });
  await page.goto("/");
  await expect(page.getByText("You may look, but not drop files.")).toBeVisible();
  await row(page, "failed for readers.png").getByRole("link").click();
  await expect(page.getByText("It took too long.")).toBeVisible();
  await expect(page.getByRole("button", { name: /Drop files|Try again/ })).toHaveCount(0);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).not.toContainText(/Drop files|Try again/);
});

test("a signature that storage refuses is renewed", async ({ page }) => {
  await answered("renewed.png", sample("chart.png"), FAILED, LABELS);
  const over = (await readOnly(input, new Date(Date.now() - 60_000))).replace(/^\?/, "");
  let given = 0;
  await page.route("**/config.json", async (route) => {
    const config = await (await route.fetch()).json();
    given += 1;
    const refused = { input: over, output: over, deferred: over };
    await route.fulfill({
      json: { ...config, signIn: { ...config.signIn, ...(given === 1 ? refused : {}) } },
    });
  });
  await page.goto("/");
  await expect(row(page, "renewed.png")).toBeVisible();
  await expect(page.getByRole("button", { name: "Drop files" })).toBeVisible();
});

test("a page without its configuration says what to do", async ({ page }) => {
  await page.route("**/config.json", (route) => route.fulfill({ status: 404 }));
  await page.goto("/");
  await expect(page.getByText("make host")).toBeVisible();
  await expectAccessible(page);
});

test("storage that comes back is asked for rights again", async ({ page }) => {
  const isStorage = (address: URL) => /^\/devstoreaccount1\//.test(address.pathname);
  await page.route(isStorage, (route) => route.abort());
  await page.goto("/");
  await expect(page.getByText("Storage cannot be reached.").first()).toBeVisible();
  await expect(page.getByText("There is no file yet.")).toHaveCount(0);
  await expect(page.getByText("You may look, but not drop files.")).toHaveCount(0);
  await page.unroute(isStorage);
  await page.getByRole("button", { name: "List again" }).click();
  await expect(page.getByRole("button", { name: "Drop files" })).toBeVisible();
});
