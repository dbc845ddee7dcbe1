import { expect, expectAccessible, open, row, test } from "./page";
import { answer, answered, sample } from "./storage";

const MARKUP = '<img src=x onerror="alert(1)"><script>alert(2)</script><a href="javascript:alert(3)">x</a>';
const NAMES = [
  "<img src=x onerror=alert(1)>.png",
  "javascript:alert(1)",
  "\u202Egnp.exe",
  `${"long".repeat(250)}.png`,
  "odd/100%#?&'\".png",
];

test("markup in an answer is shown as it is written, and does nothing", { tag: "@first" }, async ({
  page,
}) => {
  const segments = [{ start: 0, end: 1, speaker: MARKUP, text: MARKUP }];
  const turns = [
    { prompt: MARKUP, text: MARKUP },
    { prompt: MARKUP, text: MARKUP },
  ];
  const document = answer(MARKUP, {
    segments,
    turns,
    data: { [MARKUP]: MARKUP, list: [MARKUP] },
    reasoning: MARKUP,
  });
  await answered("hostile.png", sample("chart.png"), { ...document, warnings: [MARKUP] });
  await open(page, "hostile.png");
  await expect(page.getByText(MARKUP).first()).toBeVisible();
  expect(await page.locator("img[src=x], script:not([src]), a[href^=javascript]").count()).toBe(0);
});

for (const name of NAMES) {
  test(`a file called ${JSON.stringify(name).slice(0, 40)} is a row like any other`, async ({ page }) => {
    await answered(name, sample("chart.png"), answer("Nothing happens."));
    await page.goto("/");
    const link = row(page, name.slice(0, 12).replace("\u202E", "⟨U+202E⟩")).getByRole("link").first();
    await expect(link).toBeVisible();
    expect(await link.textContent()).not.toContain("\u202E");
    await link.click();
    await expect(page.getByText("Nothing happens.")).toBeVisible();
    await expectAccessible(page);
  });
}

test("a picture of 400 million pixels is shown only when that is asked for", async ({ page }) => {
  const head = Buffer.from(
    "89504e470d0a1a0a0000000d494844520000 4e20 0000 4e20 0802000000".replaceAll(" ", ""),
    "hex",
  );
  await answered("huge.png", head, answer("It is huge."));
  await open(page, "huge.png");
  await expect(page.getByText("400 million pixels")).toBeVisible();
  await page.getByRole("button", { name: "Load it" }).click();
  await expect(page.getByText("A browser cannot show a file of this kind")).toBeVisible(); // its head is all there is
});

test("no text can become a part of the page", async ({ page }) => {
  await page.goto("/");
  const outcome = await page.evaluate((markup) => {
    try {
      document.body.insertAdjacentHTML("beforeend", markup);
      return "taken";
    } catch {
      return "refused";
    }
  }, MARKUP);
  expect(outcome).toBe("refused");
});

test("the page can speak to no other address", { tag: "@first" }, async ({ page, strangers }) => {
  await page.goto("/");
  const stopped = await page.evaluate(async () => {
    const seen = new Promise<string>((resolve) => {
      document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
    });
    await fetch("http://127.0.0.1:9/").catch(() => undefined);
    return Promise.race([seen, new Promise((resolve) => setTimeout(resolve, 5000))]);
  });
  expect(stopped).toBe("connect-src");
  strangers.length = 0; // the browser tells of the attempt, which its policy stopped
});
