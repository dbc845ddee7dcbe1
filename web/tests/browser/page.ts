/** A page whose every request is watched: one to any other origin than the page's and its storage's fails the test. */

import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";

export const test = base.extend<{ strangers: string[] }>({
  strangers: [
    async ({ context, baseURL }, use) => {
      const strangers: string[] = [];
      const config = await (await context.request.get("/config.json")).json();
      const known = [baseURL ?? "", config.blobs, config.queues].map((address) => new URL(address).origin);
      context.on("request", (request) => {
        const { protocol, origin } = new URL(request.url());
        if (/^https?:|^wss?:/.test(protocol) && !known.includes(origin)) strangers.push(request.url());
      });
      const dialogs: string[] = [];
      context.on("dialog", async (dialog) => {
        dialogs.push(dialog.message());
        await dialog.dismiss();
      });
      const errors: string[] = [];
      context.on("weberror", (error) => errors.push(String(error.error())));
      await use(strangers);
      expect(strangers).toEqual([]);
      expect(dialogs).toEqual([]);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

export async function drop(
  page: Page,
  files: { name: string; buffer: Buffer; mimeType?: string }[],
): Promise<void> {
  await page.getByRole("button", { name: "Drop files" }).click();
  const given = files.map((file) => ({ mimeType: "application/octet-stream", ...file }));
  await page.locator("#files").setInputFiles(given);
  await page.getByRole("button", { name: /^Upload/ }).click();
}

export function row(page: Page, name: string) {
  return page.getByRole("row").filter({ hasText: name });
}

export async function open(page: Page, name: string): Promise<void> {
  await page.goto(`/#/file/${encodeURIComponent(name)}`);
}

export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).exclude("iframe").analyze();
  expect(
    violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map((node) => node.html)
          .join(" ")
          .slice(0, 300)}`,
    ),
  ).toEqual([]);
}
