/** Measures the page over many files: `python -m bench.inbox` lists them, and keeps the figures. */

import { readFileSync, writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "./page";

const FILES = Number(process.env.MANY ?? 0);
const SCROLLS = 100;

test.skip(FILES === 0, "only for the measurement");
test.setTimeout(600_000);

test("figures of a page over many files", async ({ page }) => {
  await page.addInitScript(() => {
    const seen: number[] = [];
    Object.assign(window, { longTasks: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.push(Math.round(entry.duration));
    }).observe({ type: "longtask", buffered: true });
  });
  const began = Date.now();
  await page.goto("/");
  await page.locator("[role=row][aria-selected]").first().waitFor();
  const firstRows = Date.now() - began;
  const all = `${FILES.toLocaleString("en")} files`;
  await expect(page.getByText(all, { exact: true })).toBeVisible({ timeout: 500_000 });
  await expect(page.getByText("Listing …")).toHaveCount(0, { timeout: 500_000 });
  const listed = Date.now() - began;
  const whileListing = await longTasks(page);
  await page.getByRole("grid").hover();
  for (let scroll = 0; scroll < SCROLLS; scroll += 1) {
    await page.mouse.wheel(0, 2000);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const whileScrolling = await longTasks(page);
  await page.getByRole("grid").evaluate(async (list) => {
    for (let jump = 1; jump <= 60; jump += 1) {
      list.scrollTop = ((jump * 0.618) % 1) * list.scrollHeight;
      await new Promise(requestAnimationFrame);
    }
  });
  const whileJumping = await longTasks(page);
  await page.getByRole("searchbox").fill("0099");
  await expect(page.getByText(/^[\d,]+ of /)).toBeVisible();
  const whileSearching = await longTasks(page);
  const figures = {
    files: FILES,
    milliseconds_to_first_rows: firstRows,
    milliseconds_to_all_rows: listed,
    long_tasks_while_listing_ms: whileListing,
    long_tasks_while_scrolling_ms: whileScrolling,
    long_tasks_while_jumping_ms: whileJumping,
    long_tasks_while_searching_ms: whileSearching,
    megabytes_of_memory: await megabytes(page),
  };
  writeFileSync(process.env.RESULTS ?? "test-results/many.json", JSON.stringify(figures));
});

function longTasks(page: Page): Promise<number[]> {
  return page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks.splice(0));
}

/** What the page holds after a garbage collection, and its whole process with the worker, now and at most, as Linux counts. */
async function megabytes(page: Page): Promise<{ page: number; process: number; process_at_most: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const browser = await page.context().browser()?.newBrowserCDPSession();
  const processes = (await browser?.send("SystemInfo.getProcessInfo"))?.processInfo ?? [];
  const renderers = processes.filter((each) => each.type === "renderer");
  const largest = (what: string) =>
    Math.round(Math.max(0, ...renderers.map((each) => kilobytes(each.id, what))) / 1000);
  return {
    page: Math.round(usedSize / 1e6),
    process: largest("VmRSS"),
    process_at_most: largest("VmHWM"),
  };
}

function kilobytes(process: number, what: string): number {
  const told = readFileSync(`/proc/${process}/status`, "utf8");
  return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(told)?.[1] ?? 0);
}
