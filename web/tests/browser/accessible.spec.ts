import { drop, expect, expectAccessible, open, row, test } from "./page";
import { answer, answered, sample } from "./storage";

const SEGMENTS = [
  { start: 0.1, end: 0.7, speaker: "Ann", text: "Hello" },
  { start: 0.9, end: 1.6, speaker: "Bo", text: "how are you" },
];
const DATA = { merchant: "Bakery", items: [{ description: "Bread", price: 3.2 }] };
const LIVE = "[aria-live], [role=status]";
const ERROR = { code: "too_long", message: "It is too long.", retryable: true, next_step: "Cut it." };

test.beforeAll(async () => {
  const cost = { amount: 0.0123, currency: "USD", prices: "2026-11-20" };
  const turns = [
    { prompt: "First", text: "One" },
    { prompt: "Then", text: "Two" },
  ];
  const fields = { ...answer("Text", { data: DATA, turns, reasoning: "So it is." }), usage: { cost } };
  const labels = { warnings: "1", tokens: "1234", cost: "0.0123", models: "looked-at" };
  await answered("seen/bread.png", sample("chart.png"), { ...fields, warnings: ["It is blurred."] }, labels);
  await answered("seen/spoken.mp3", sample("hello_how_are_you.mp3"), {
    ...answer("Hello, how are you", { segments: SEGMENTS, language: "en" }),
    input: { media_type: "audio/mpeg", kind: "audio", seconds: 1.8 },
  });
  await answered(
    "seen/cut.mp3",
    sample("hello_8khz.mp3"),
    { status: "error", error: ERROR },
    { status: "error", code: "too_long", kind: "audio" },
  );
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing in any view in ${colorScheme} colours`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("/");
    await expect(row(page, "bread.png")).toContainText("warning");
    await row(page, "cut.mp3").getByRole("checkbox").check();
    await expect(page.getByRole("status").filter({ hasText: "1 file selected" })).toBeVisible();
    await expect(page.locator("main").locator(LIVE).getByRole("button")).toHaveCount(0);
    await expectAccessible(page);
    for (const name of ["seen/bread.png", "seen/spoken.mp3", "seen/cut.mp3"]) {
      await open(page, name);
      await expect(page.getByText("About this answer")).toBeVisible();
      await page.locator("details").evaluateAll((all) => {
        for (const each of all) (each as HTMLDetailsElement).open = true;
      });
      await expect(page.locator("main").locator(LIVE).getByRole("button")).toHaveCount(0);
      await expectAccessible(page);
    }
    await page.goto("/#/numbers");
    await expect(page.getByRole("row", { name: /^looked-at/ })).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog")).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.goto("/");
    await page.getByRole("button", { name: "Drop files" }).click();
    await page
      .locator("#files")
      .setInputFiles({ name: "new.png", mimeType: "image/png", buffer: sample("chart.png") });
    await expectAccessible(page);
    await page.getByLabel("Recipe").last().selectOption("translate");
    await expectAccessible(page);
  });
}

test("axe finds nothing in what an upload asks and tells", async ({ page }) => {
  await answered("asked.png", sample("chart.png"), answer("The old one"));
  await page.goto("/");
  await drop(page, [{ name: "asked.png", buffer: sample("chart.png") }]);
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Keep both" }).click();
  await expect(page.getByText("done", { exact: true })).toBeVisible();
  await expectAccessible(page);
});
