import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drop, expect, expectAccessible, row, test } from "./page";
import { answer, answered, input, sample } from "./storage";

const MEGABYTES = Number(process.env.UPLOAD_MEGABYTES ?? 300);
const BLOCK = 4 * 2 ** 20;

test("a large upload that breaks goes on by itself where it was", async ({ page }) => {
  test.setTimeout(300_000);
  let staged = 0;
  let isBroken = true;
  await page.route(/comp=block&/, async (route) => {
    if (isBroken && staged >= 3) return route.abort("connectionreset");
    staged += 1;
    return route.continue();
  });
  await page.goto("/");
  await page.getByRole("button", { name: "Drop files" }).click();
  await page.evaluate(
    ([megabytes = 0, block = 1]) => {
      const data = new DataTransfer();
      const content = new Uint8Array(megabytes * 2 ** 20);
      for (let at = 0; at < content.length; at += block) content[at] = at / block;
      data.items.add(new File([content], "large.bin"));
      const files = document.querySelector<HTMLInputElement>("#files");
      if (files) files.files = data.files;
      files?.dispatchEvent(new Event("change", { bubbles: true }));
    },
    [MEGABYTES, BLOCK],
  );
  await page.getByRole("button", { name: /^Upload/ }).click();
  await expect(page.getByText(/^Storage cannot be reached.*go on by themselves/)).toBeVisible();
  isBroken = false;
  await expect(page.getByText("done", { exact: true })).toBeVisible({ timeout: 240_000 });
  const blocks = Math.ceil((MEGABYTES * 2 ** 20) / BLOCK);
  expect(staged).toBe(blocks);
  const blob = input.getBlobClient("large.bin");
  expect((await blob.getProperties()).contentLength).toBe(MEGABYTES * 2 ** 20);
  for (let place = 0; place < blocks; place += 1)
    expect((await blob.downloadToBuffer(place * BLOCK, 1))[0]).toBe(place % 256);
});

test("uploads wait while the network is away, can be stopped together, and go on when it is back", async ({
  page,
  context,
}) => {
  let sent = 0;
  await page.route(/\/away\d/, async (route) => {
    if (route.request().method() === "PUT" && ++sent === 3) await context.setOffline(true);
    await route.continue();
  });
  await page.goto("/");
  await drop(
    page,
    [0, 1, 2, 3, 4, 5].map((each) => ({ name: `away${each}.bin`, buffer: Buffer.from("x") })),
  );
  await expect(page.getByText(/cannot be reached.*go on by themselves/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Pause all" }).click();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Go on with all paused" }).click();
  await expect(page.getByText("6 / 6")).toBeVisible();
});

test("a name that is taken is asked about", async ({ page }) => {
  await answered("taken.png", sample("chart.png"), answer("The old one"));
  await page.goto("/");
  await drop(page, [{ name: "taken.png", buffer: sample("receipt.webp") }]);
  await expect(page.getByRole("alertdialog")).toContainText("taken.png");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Keep both" }).click();
  await expect(row(page, "taken (2).png")).toBeVisible();
  expect((await input.getBlobClient("taken.png").getProperties()).contentLength).toBe(
    sample("chart.png").length,
  );
});

test("the recipe, and a file that is dropped while the question about names is open, are kept", async ({
  page,
}) => {
  await answered("read-text/asked.png", sample("chart.png"), answer("The old one"));
  await page.goto("/");
  await page.getByRole("button", { name: "Drop files" }).click();
  await page.getByLabel("Recipe").last().selectOption("read-text");
  await page
    .locator("#files")
    .setInputFiles({ name: "asked.png", mimeType: "image/png", buffer: sample("receipt.webp") });
  await page.getByRole("button", { name: /^Upload/ }).click();
  await expect(page.getByRole("alertdialog")).toBeFocused();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("button", { name: "Upload 1 file" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], "second.txt", { type: "text/plain" }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
  });
  await page.getByRole("button", { name: "Leave the new ones out" }).click();
  await expect(page.getByRole("list", { name: "Files to be uploaded" })).toHaveText(/^second.txt/);
  await page.getByRole("button", { name: "Upload 1 file" }).dblclick();
  await expect(row(page, "read-text/second.txt")).toBeVisible();
  await expect(page.getByText("1 / 1")).toBeVisible();
  await expect(page.getByRole("button", { name: "Drop files" })).toBeFocused();
});

test("closing the panel ends a recording, or a look at names, and keeps the file; keys mean nothing while a dialog is open", async ({
  page,
}) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Drop files" }).click();
  await page.getByRole("button", { name: "Record sound" }).click();
  await expect(page.getByRole("button", { name: /^Stop recording/ })).toBeVisible();
  await page.getByRole("button", { name: "Close" }).click();
  await expect(page.getByText(/The recording was stopped and kept: recording .*webm/)).toBeVisible();
  await page.keyboard.press("?");
  await page.keyboard.press("n");
  await page.keyboard.press("d");
  await expect(page.getByRole("dialog")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Inbox" })).toBeAttached();
  await page.keyboard.press("d");
  await expect(page.getByRole("button", { name: "Upload 1 file" })).toBeFocused();
  let goOn = () => {};
  const closed = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  await page.route(/input\/recording/, (route) => closed.then(() => route.continue()));
  const looked = page.waitForResponse(/input\/recording/);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  goOn();
  await looked;
  await page.keyboard.press("d");
  await expect(page.getByRole("button", { name: "Upload 1 file" })).toBeFocused();
  await expect(page.getByRole("complementary", { name: "Uploads" })).toHaveCount(0);
});

test("a recipe with an input is a folder", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Drop files" }).click();
  await page
    .locator("#files")
    .setInputFiles({ name: "talk.txt", mimeType: "text/plain", buffer: Buffer.from("no sound") });
  await page.getByLabel("Recipe").last().selectOption("translate");
  await page.getByLabel("language").fill("fr");
  await expect(page.getByText("translate/fr/")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: /^Upload/ }).click();
  await expect(row(page, "translate/fr/talk.txt")).toContainText("error unsupported media");
});

test("a recording from the microphone, a pasted picture and a folder can be uploaded", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Drop files" }).click();
  await page.getByRole("button", { name: "Record sound" }).click();
  await page.getByRole("button", { name: /^Stop recording \([1-9]/ }).click();
  const chosen = page.getByRole("list", { name: "Files to be uploaded" });
  await expect(chosen).toContainText(/recording .*\.webm/);
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["x"], "image.png", { type: "image/png" }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
  });
  await expect(chosen).toContainText(/picture .*\.png/);
  const folder = mkdtempSync(join(tmpdir(), "folder-"));
  writeFileSync(join(folder, "inside.txt"), "x");
  await page.locator("input[webkitdirectory]").setInputFiles(folder);
  await expect(chosen).toContainText(/folder-.*\/inside\.txt/);
  await page.getByRole("button", { name: "Upload 3 files" }).click();
  await expect(row(page, "inside.txt")).toBeVisible();
  await expect(row(page, "recording ")).toContainText(/ok|error/);
  await row(page, "recording ").getByRole("link").click();
  await expect(page.getByRole("img", { name: /^Waveform/ })).toBeVisible(); // though it does not say how long it plays
});
