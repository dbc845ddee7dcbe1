import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, row, test } from "./page";
import { answer, answered, sample } from "./storage";

const SIGN_IN = "https://login.microsoftonline.com";
const CLIENT = "11111111-1111-1111-1111-111111111111";
const TENANT = "22222222-2222-2222-2222-222222222222";
const AUTHORITY = `${SIGN_IN}/${TENANT}`;

/** The SDK gives its tokens to no address without TLS. */
const BLOBS = "https://blobs.inbox.example";
const QUEUES = "https://queues.inbox.example";

/** The page as it is deployed: with a sign-in instead of signatures. The configuration that it has here is returned. */
async function deployed(page: Page) {
  const config = await (await page.request.get("/config.json")).json();
  const signIn = { kind: "entra", clientId: CLIENT, tenantId: TENANT };
  const there = {
    ...config,
    signIn,
    blobs: config.blobs.replace(/^http:..[^/]+/, BLOBS),
    queues: config.queues.replace(/^http:..[^/]+/, QUEUES),
  };
  await page.route("**/config.json", (route) => route.fulfill({ json: there }));
  await page.route("/", async (route) => {
    const html = await (await route.fetch()).text();
    await route.fulfill({
      body: html.replace("connect-src", `connect-src ${SIGN_IN} ${BLOBS} ${QUEUES}`),
      contentType: "text/html",
    });
  });
  return config;
}

/** What Microsoft answers in place of the sign-in page; `token` answers who asks for tokens. */
async function authority(
  page: Page,
  signedIn: (asked: URLSearchParams) => string,
  token: (asked: URLSearchParams) => object = () => ({}),
): Promise<void> {
  const address = (path: string) => `${AUTHORITY}/${path}`;
  const endpoints = {
    issuer: address("v2.0"),
    authorization_endpoint: address("oauth2/v2.0/authorize"),
    token_endpoint: address("oauth2/v2.0/token"),
    jwks_uri: address("discovery/v2.0/keys"),
  };
  const headers = { "access-control-allow-origin": "*" };
  await page.route(`${SIGN_IN}/**`, async (route) => {
    const url = new URL(route.request().url());
    if (url.pathname.endsWith("/openid-configuration")) await route.fulfill({ json: endpoints, headers });
    else if (url.pathname.endsWith("/token"))
      await route.fulfill({ json: token(new URLSearchParams(route.request().postData() ?? "")), headers });
    else await route.fulfill({ body: signedIn(url.searchParams), contentType: "text/html" });
  });
}

test("in Azure the page leaves for the sign-in of its tenant, and asks for storage alone", async ({
  page,
  baseURL,
  strangers,
}) => {
  await deployed(page);
  await authority(page, () => "The sign-in");
  await page.goto("/#/numbers");
  await expect(page.getByText("The sign-in")).toBeVisible();
  const left = new URL(page.url());
  expect(left.pathname).toBe(`/${TENANT}/oauth2/v2.0/authorize`);
  expect(left.searchParams.get("client_id")).toBe(CLIENT);
  expect(left.searchParams.get("redirect_uri")).toBe(`${baseURL}/`);
  expect(left.searchParams.get("code_challenge_method")).toBe("S256");
  const scopes = left.searchParams.get("scope")?.split(" ") ?? [];
  expect(scopes.filter((scope) => scope.includes("/"))).toEqual([
    "https://storage.azure.com/user_impersonation",
  ]);
  strangers.length = 0; // the sign-in is where it should go, and was answered here
});

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Tokens of a person, numbered; they are over at once, so that each is followed by another. */
function tokens(number: number, nonce: string): object {
  const claims = { aud: CLIENT, iss: `${AUTHORITY}/v2.0`, tid: TENANT, oid: "ann", sub: "ann", nonce };
  const now = Math.floor(Date.now() / 1000);
  const whole = { ...claims, ver: "2.0", preferred_username: "ann@example.org", iat: now, exp: now + 3600 };
  return {
    token_type: "Bearer",
    scope: "https://storage.azure.com/user_impersonation",
    expires_in: 60,
    access_token: `token-${number}`,
    refresh_token: `renewal-${number}`,
    id_token: `${encoded({ typ: "JWT", alg: "none" })}.${encoded(whole)}.`,
    client_info: encoded({ uid: "ann", utid: TENANT }),
  };
}

test("who comes back from the sign-in sees the files, with tokens that are renewed", async ({
  page,
  baseURL,
  strangers,
}) => {
  await answered("signed in.png", sample("chart.png"), answer("A chart"));
  const config = await deployed(page);
  const grants: string[] = [];
  let challenge = "";
  let nonce = "";
  await authority(
    page,
    (asked) => {
      [challenge, nonce] = [asked.get("code_challenge") ?? "", asked.get("nonce") ?? ""];
      const back = {
        code: "the-code",
        state: asked.get("state") ?? "",
        client_info: encoded({ uid: "ann", utid: TENANT }),
      };
      return `<script>location.replace(${JSON.stringify(`${baseURL}/#${new URLSearchParams(back)}`)})</script>`;
    },
    (asked) => {
      const grant = asked.get("grant_type") ?? "";
      grants.push(grant);
      if (grant === "authorization_code") {
        expect(asked.get("code")).toBe("the-code");
        const verifier = asked.get("code_verifier") ?? "";
        expect(createHash("sha256").update(verifier).digest("base64url")).toBe(challenge);
      }
      return tokens(grants.length, nonce);
    },
  );
  // The emulator takes no tokens: what comes with one goes on with a signature.
  const bearers = new Set<string>();
  await page.route(/^https:..(blobs|queues)\.inbox\.example\//, async (route) => {
    const { authorization = "", host, ...headers } = await route.request().allHeaders();
    bearers.add(authorization);
    const asked = new URL(route.request().url());
    const place = ["input", "output"].find((each) => asked.pathname.includes(`/${each}`)) ?? "deferred";
    const to = new URL(place === "deferred" ? config.queues : config.blobs);
    const signed = `${asked.search}${asked.search ? "&" : "?"}${config.signIn[place]}`;
    await route.fulfill({
      response: await route.fetch({ url: `${to.origin}${asked.pathname}${signed}`, headers }),
    });
  });
  await page.goto("/#/numbers");
  await expect(page.getByRole("heading", { name: "Numbers" })).toBeVisible();
  await page.getByRole("link", { name: "Inbox" }).click();
  await row(page, "signed in.png").getByRole("link").click();
  await expect(page.getByTestId("answer")).toHaveText("A chart");
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  expect(grants[0]).toBe("authorization_code");
  expect(grants).toContain("refresh_token");
  expect([...bearers].filter((each) => !/^Bearer token-\d+$/.test(each))).toEqual([]);
  expect(page.url()).not.toContain("the-code");
  await page.route(/oauth2.v2.0.token/, (route) => route.abort("internetdisconnected"));
  await page.getByRole("link", { name: "Inbox" }).click();
  await page.getByRole("button", { name: "List again" }).click();
  await expect(page.getByText(/^Storage cannot be reached/)).toBeVisible();
  expect(page.url()).toBe(`${baseURL}/#/`);
  await page.unrouteAll({ behavior: "ignoreErrors" }); // the page goes on asking
  strangers.length = 0; // the sign-in is where it should go, and was answered here
});
