import { expect, test } from "./page";

const SIGN_IN = "https://login.microsoftonline.com";
const CLIENT = "11111111-1111-1111-1111-111111111111";
const TENANT = "22222222-2222-2222-2222-222222222222";

test("in Azure the page leaves for the sign-in of its tenant, and asks for storage alone", async ({
  page,
  baseURL,
  strangers,
}) => {
  await page.route("**/config.json", async (route) => {
    const config = await (await route.fetch()).json();
    await route.fulfill({
      json: { ...config, signIn: { kind: "entra", clientId: CLIENT, tenantId: TENANT } },
    });
  });
  await page.route("/", async (route) => {
    const html = await (await route.fetch()).text();
    await route.fulfill({
      body: html.replace("connect-src", `connect-src ${SIGN_IN}`),
      contentType: "text/html",
    });
  });
  const asked: URL[] = [];
  await page.route(`${SIGN_IN}/**`, async (route) => {
    const url = new URL(route.request().url());
    asked.push(url);
    const address = (path: string) => `${SIGN_IN}/${TENANT}/${path}`;
    const endpoints = {
      issuer: address("v2.0"),
      authorization_endpoint: address("oauth2/v2.0/authorize"),
      token_endpoint: address("oauth2/v2.0/token"),
      jwks_uri: address("discovery/v2.0/keys"),
    };
    if (url.pathname.endsWith("/openid-configuration"))
      await route.fulfill({ json: endpoints, headers: { "access-control-allow-origin": "*" } });
    else await route.fulfill({ body: "The sign-in", contentType: "text/html" });
  });
  await page.goto("/#/numbers");
  await expect(page.getByText("The sign-in")).toBeVisible();
  const left = asked.at(-1);
  expect(left?.pathname).toBe(`/${TENANT}/oauth2/v2.0/authorize`);
  expect(left?.searchParams.get("client_id")).toBe(CLIENT);
  expect(left?.searchParams.get("redirect_uri")).toBe(`${baseURL}/`);
  expect(left?.searchParams.get("code_challenge_method")).toBe("S256");
  const scopes = left?.searchParams.get("scope")?.split(" ") ?? [];
  expect(scopes.filter((scope) => scope.includes("/"))).toEqual([
    "https://storage.azure.com/user_impersonation",
  ]);
  strangers.length = 0; // the sign-in is where it should go, and was answered here
});
