import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { drop, expect, expectAccessible, open, row, test } from "./page";
import { answer, answered, answeredAgain, output, sample } from "./storage";

test("a picture that is dropped gets its answer without a reload", { tag: "@first" }, async ({ page }) => {
  await page.goto("/");
  await drop(page, [{ name: "dropped chart.png", buffer: sample("chart.png"), mimeType: "image/png" }]);
  await expect(row(page, "dropped chart.png")).toContainText("ok");
  await row(page, "dropped chart.png").getByRole("link").click();
  await expect(page.getByTestId("answer")).not.toBeEmpty();
  await expect(page.getByRole("img", { name: "The picture that was dropped" })).toBeVisible();
  await expectAccessible(page);
});

test("a click on what was said goes to its place in the sound", { tag: "@first" }, async ({ page }) => {
  const segments = [
    { start: 0.2, end: 0.7, speaker: "Ann", text: "Hello" },
    { start: 0.9, end: 1.6, speaker: "Bo", text: "how are you" },
  ];
  const input = { media_type: "audio/mpeg", kind: "audio" };
  await answered("talk.mp3", sample("hello_how_are_you.mp3"), {
    ...answer("Hello, how are you", { segments }),
    input,
  });
  await open(page, "talk.mp3");
  await expect(page.locator(".wave div").first()).toBeAttached();
  await page.evaluate(() => {
    const audio = document.querySelector("audio");
    audio?.addEventListener("seeked", () => {
      document.body.dataset.seeked = String(audio.currentTime);
      audio.pause();
    });
  });
  await page.getByRole("button", { name: "Play from 0:00" }).nth(1).click();
  await expect(page.locator("body[data-seeked]")).toBeAttached();
  expect(Math.abs(Number(await page.locator("body").getAttribute("data-seeked")) - 0.9)).toBeLessThan(0.3);
  await expect(page.locator("li[aria-current]")).toContainText("how are you");
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  await expect.poll(() => page.evaluate(() => document.querySelector("audio")?.paused)).toBe(false);
  await expectAccessible(page);
});

test("sound stays where it is when another answer comes", async ({ page }) => {
  const input = { media_type: "audio/mpeg", kind: "audio" };
  const etag = await answered("again.mp3", sample("hello_how_are_you.mp3"), { ...answer("First"), input });
  await open(page, "again.mp3");
  await expect(page.locator(".wave div").first()).toBeAttached();
  await page.locator("audio").evaluate((audio: HTMLAudioElement) => {
    audio.currentTime = 1;
  });
  await answeredAgain("again.mp3", etag, { ...answer("Second"), input });
  await expect(page.getByText("Second")).toBeVisible();
  expect(await page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.currentTime)).toBe(1);
});

test("an answer with times can be saved as subtitles", async ({ page }) => {
  const segments = [{ start: 1, end: 2.5, speaker: "Ann", text: "Hello" }];
  await answered("subtitles.mp3", sample("hello_how_are_you.mp3"), answer("Hello", { segments }));
  await open(page, "subtitles.mp3");
  expect(await saved(page, "srt")).toBe("1\n00:00:01,000 --> 00:00:02,500\nAnn: Hello\n");
});

test("subtitles that the recipe wrote are saved as they are, and others made where they were changed", async ({
  page,
}) => {
  const written = Buffer.from("1\n00:00:01,000 --> 00:00:02,500\nAs the recipe wrote it\n");
  const files = [
    {
      name: "written.mp3.srt",
      bytes: written.length,
      sha256: createHash("sha256").update(written).digest("hex"),
    },
  ];
  const segments = [{ start: 1, end: 2.5, speaker: null, text: "Hello" }];
  await output.getBlockBlobClient("written.mp3.srt").upload(written, written.length);
  await answered("written.mp3", sample("hello_how_are_you.mp3"), { ...answer("Hello", { segments }), files });
  await open(page, "written.mp3");
  expect(await saved(page, "srt")).toContain("As the recipe wrote it");
  await output.getBlockBlobClient("written.mp3.srt").upload("changed", 7);
  expect(await saved(page, "srt")).toBe("1\n00:00:01,000 --> 00:00:02,500\nHello\n");
  await expect(page.getByText("The file beside the document is not the one")).toBeVisible();
});

async function saved(page: Page, format: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: format }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${format}$`));
  return readFileSync(await download.path(), "utf8");
}

test("words in an answer find its file once it was fetched", async ({ page }) => {
  await answered("found by words.png", sample("chart.png"), answer("A zeppelin over the lake"));
  await answered("not found.png", sample("chart.png"), answer("A tram"));
  await page.goto("/");
  await expect(row(page, "found by words.png")).toBeVisible();
  await page.getByRole("button", { name: "Fetch answers for search" }).click();
  await page.getByRole("searchbox").fill("zzzz");
  await expect(page.getByText("No file fits these filters.")).toBeVisible();
  await page.getByRole("searchbox").fill("zeppel");
  await expect(row(page, "found by words.png")).toBeVisible();
  await expect(page.getByRole("searchbox")).toBeFocused();
  await expect(row(page, "not found.png")).toHaveCount(0);
  await expect(row(page, "found by words.png")).toBeVisible();
});

test("fields are a table, and warnings stand in plain sight", async ({ page }) => {
  const data = { merchant: "Bakery", items: [{ description: "Bread", price: 3.2 }] };
  const labels = { warnings: "1", tokens: "1234" };
  await answered(
    "fields.png",
    sample("chart.png"),
    { ...answer("{}", { data }), warnings: ["It is blurred."] },
    labels,
  );
  await page.goto("/");
  await expect(row(page, "fields.png")).toContainText(/warning.*1,234/);
  await row(page, "fields.png").getByRole("link").click();
  await expect(page.getByRole("row", { name: "Bread 3.2" }).last()).toBeVisible();
  await expect(page.getByText("It is blurred.")).toBeVisible();
});

test("a PDF file is shown in the browser's own viewer", async ({ page }) => {
  const input = { media_type: "application/pdf" };
  await answered("pages.pdf", Buffer.from(PDF), { ...answer("A page."), input });
  await open(page, "pages.pdf");
  await expect(page.locator("iframe[src^=blob]")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Back to the list" }).click();
  expect((await row(page, "pages.pdf").locator(".sign").boundingBox())?.height).toBe(40);
});

const PDF =
  "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
  "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F<</Type/Font" +
  "/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n4 0 obj<</Length 36>>stream\nBT /F 24 Tf 20 40 Td (Hello) Tj ET\n" +
  "endstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
