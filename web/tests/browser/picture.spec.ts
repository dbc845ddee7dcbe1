/** The pictures of the documentation: `python3 scripts/dev.py web picture` makes them anew. */

import { expect, open, row, test } from "./page";
import { answer, answered, sample } from "./storage";

const FOLDER = process.env.PICTURES ?? "test-results";

test.skip(!process.env.PICTURES, "only for the documentation");

const RECEIPT = {
  merchant: "Bakery Sun",
  date: "2026-11-21",
  currency: "EUR",
  items: [
    { description: "Rye bread", quantity: 1, price: 4.2 },
    { description: "Rolls", quantity: 6, price: 3.6 },
  ],
  total: 7.8,
};
const SEGMENTS = [
  { start: 0.0, end: 0.75, speaker: "Speaker 1", text: "Hello." },
  { start: 0.85, end: 1.6, speaker: "Speaker 2", text: "How are you?" },
];
const ERROR = {
  code: "too_long",
  message: "The recording plays 9 hours.",
  retryable: false,
  next_step: "Cut it into parts and drop these.",
};

test("a picture of the list, and one of a recording", async ({ page }) => {
  const common = { models: "phi-4", recipe: "describe", kind: "image" };
  await answered(
    "board.mp3",
    sample("hello_8khz.mp3"),
    { status: "error", error: ERROR },
    { status: "error", code: "too_long", recipe: "transcribe", kind: "audio" },
  );
  await answered("describe/chart.png", sample("chart.png"), answer("A bar chart."), {
    ...common,
    tokens: "1184",
    cost: "0.000114",
  });
  await answered("receipts/bakery.webp", sample("receipt.webp"), answer("{}", { data: RECEIPT }), {
    ...common,
    recipe: "receipt",
    tokens: "1420",
    cost: "0.0021",
    warnings: "1",
  });
  const recording = sample("hello_how_are_you.mp3");
  const spoken = {
    ...answer("Hello. How are you?", { segments: SEGMENTS }),
    input: { bytes: recording.length, media_type: "audio/mpeg", kind: "audio", seconds: 1.7 },
    recipe: { name: "transcribe" },
    model: { deployment: "MAI-Transcribe-2" },
  };
  const usage = { total_tokens: 96, prompt_tokens: 84, completion_tokens: 12 };
  await answered(
    "meetings/monday.mp3",
    recording,
    { ...spoken, usage },
    { ...common, recipe: "transcribe", kind: "audio", tokens: "96", cost: "0.0003" },
  );
  await page.goto("/");
  await expect(row(page, "monday.mp3")).toBeVisible();
  await expect(page.locator("img.thumbnail")).toHaveCount(2);
  await page.setViewportSize({ width: 1100, height: 520 });
  await page.screenshot({ path: `${FOLDER}/inbox.png` });
  await open(page, "meetings/monday.mp3");
  await expect(page.locator(".wave div").first()).toBeAttached();
  await page.evaluate(() => {
    const audio = document.querySelector("audio");
    if (audio) audio.currentTime = 0.9;
  });
  await expect(page.locator("li[aria-current]")).toContainText("How are you?");
  await page.screenshot({ path: `${FOLDER}/inbox-recording.png` });
});
