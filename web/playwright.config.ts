import { defineConfig } from "@playwright/test";

// The page, storage and worker run already: tests/integration/test_inbox.py starts them and says where they are.
export default defineConfig({
  testDir: "tests/browser",
  fullyParallel: false,
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  reporter: "list",
  outputDir: "test-results",
  use: {
    baseURL: process.env.INBOX ?? "http://127.0.0.1:7070",
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      // Sound plays without a click; root in a container has no sandbox to enter.
      args: [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      ],
    },
  },
});
