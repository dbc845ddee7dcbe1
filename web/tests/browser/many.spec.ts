/** Measures the page over many files: `python -m bench.inbox` lists them, and keeps the figures. */

import { writeFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "./page";

const FILES = Number(process.env.MANY ?? 0);
const SCROLLS = 100;
const STEP = 2000;

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
  const whileScrolling = await scrolled(page, "[role=grid]");
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
    scrolling: whileScrolling,
    long_tasks_while_jumping_ms: whileJumping,
    long_tasks_while_searching_ms: whileSearching,
    scrolling_plain_rows: await scrolledPlainly(page),
  };
  writeFileSync(process.env.RESULTS ?? "test-results/many.json", JSON.stringify(figures));
});

function longTasks(page: Page): Promise<number[]> {
  return page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks.splice(0));
}

interface Scroll {
  long_tasks_ms: number[];
  /** What the page's thread computed in its busiest task: other programs on the machine add nothing to it */
  busiest_task_processor_ms: number;
  processor_ms_a_step: number;
}

/** A scroll through the list with the wheel, nearly three screens at each step. */
async function scrolled(page: Page, list: string): Promise<Scroll> {
  await longTasks(page);
  await page.locator(list).hover();
  const browser = page.context().browser();
  await browser?.startTracing(page, { categories: ["toplevel"] });
  for (let scroll = 0; scroll < SCROLLS; scroll += 1) {
    await page.mouse.wheel(0, STEP);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const tasks = processorTimes(JSON.parse(String(await browser?.stopTracing())).traceEvents);
  return {
    long_tasks_ms: await longTasks(page),
    busiest_task_processor_ms: Math.round(Math.max(...tasks)),
    processor_ms_a_step: Math.round(tasks.reduce((sum, each) => sum + each, 0) / SCROLLS),
  };
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  tdur?: number;
  args: { name?: string };
}

/** Of the tasks of the busiest page, in milliseconds */
function processorTimes(events: TraceEvent[]): number[] {
  const threads = events.filter(({ args }) => args.name === "CrRendererMain");
  const times = threads.map(({ pid, tid }) =>
    events
      .filter((each) => each.pid === pid && each.tid === tid && each.name.endsWith("RunTask"))
      .map(({ tdur = 0 }) => tdur / 1000),
  );
  return times.sort((one, other) => other.length - one.length)[0] ?? [];
}

/** The same scroll over rows that stand there already, in a page without a script: what the machine itself costs. */
async function scrolledPlainly(page: Page): Promise<Scroll> {
  await page.route("/plain", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<div id="list" style="height: 700px; overflow: auto">${'<div style="height: 56px">file</div>'.repeat((SCROLLS * STEP) / 50)}</div>`,
    }),
  );
  await page.goto("/plain");
  // The rows are made and laid out.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return scrolled(page, "#list");
}
