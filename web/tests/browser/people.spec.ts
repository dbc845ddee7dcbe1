import { expect, expectAccessible, row, test } from "./page";
import { answer, answered, sample } from "./storage";

test.beforeAll(async () => {
  await answered("one.png", sample("chart.png"), answer("One"), {
    tokens: "10",
    cost: "0.001",
    models: "made-up",
  });
  await answered("two.png", sample("chart.png"), answer("Two"), {
    tokens: "20",
    cost: "0.0305",
    models: "made-up",
  });
});

test("everything in the list can be done by keys", async ({ page }) => {
  await page.goto("/");
  await expect(row(page, "two.png")).toBeVisible();
  await page.getByRole("searchbox").fill("one.png");
  await expect(page.locator("[role=row][aria-selected]")).toHaveCount(1);
  await page.getByRole("grid").focus();
  await page.keyboard.press("x");
  await expect(page.getByText("1 file selected")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "one.png" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Back to the list" })).toBeFocused();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Clear the filters" }).press("Enter");
  await expect(page.getByRole("grid")).toBeFocused();
  await page.keyboard.press("n");
  await expect(page.getByRole("heading", { name: "Numbers" })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toContainText("Play or pause");
  await expectAccessible(page);
});

test("the numbers are sums over what the filters show", async ({ page }) => {
  await page.goto("/#/numbers");
  await expect(page.getByRole("row", { name: /^made-up/ })).toContainText(/30.*\$0.0315/);
  await page.getByLabel("Plot by day").selectOption("each model");
  await expect(page.getByRole("row", { name: /^20.* made-up/ })).toContainText(/30.*\$0.0315/);
  await expectAccessible(page);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`a narrow screen in ${colorScheme} colours can be read`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 380, height: 740 });
    await page.goto("/");
    await expect(row(page, "one.png")).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(380);
    await expectAccessible(page);
    await row(page, "one.png").getByRole("link").click();
    await expect(page.getByTestId("answer")).toHaveText("One");
    await expectAccessible(page);
  });
}
