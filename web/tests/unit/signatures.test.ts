import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openStorage } from "../../src/access/storage";
import { type Config, readConfig } from "../../src/config";

const VALID = "sig=new";
const asked: string[] = [];
let server: Server;
let given: Config;

/** A storage that takes one signature only. */
beforeEach(async () => {
  asked.length = 0;
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://127.0.0.1");
    asked.push(url.search);
    const isValid = url.searchParams.get("sig") === "new";
    response.writeHead(isValid ? 200 : 403, {
      "x-ms-error-code": isValid ? "" : "AuthenticationFailed",
      etag: '"0x1"',
      "last-modified": "Thu, 26 Nov 2026 08:00:00 GMT",
    });
    response.end();
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  given = configOf("sig=old");
});

afterEach(() => {
  server.close();
  vi.unstubAllGlobals();
});

function configOf(signature: string): Config {
  const { port } = server.address() as AddressInfo;
  const [blobs, queues] = [`http://127.0.0.1:${port}/account`, `http://127.0.0.1:${port}/account`];
  const places = { input: "input", output: "output", deferred: "deferred" };
  const expires = new Date(Date.now() + 3_600_000).toISOString();
  const signed = { input: signature, output: signature, deferred: signature };
  return readConfig({
    blobs,
    queues,
    ...places,
    signIn: { kind: "signatures", expires, ...signed },
  }) as Config;
}

/** The local server, which gives this signature from now on; how often it was asked. */
function giveFromNow(signature: string): { asked: number } {
  const told = { asked: 0 };
  vi.stubGlobal("fetch", async () => {
    told.asked += 1;
    const { signIn, ...config } = configOf(signature);
    const written = signIn.kind === "signatures" ? new Date(signIn.expires).toISOString() : "";
    return Response.json({ ...config, signIn: { ...signIn, expires: written } });
  });
  return told;
}

test("a request whose signature is refused is made again with a new one, and so are later ones at once", async () => {
  const told = giveFromNow(VALID);
  const storage = await openStorage(given);
  const blob = (await storage.input()).getBlockBlobClient("a b.png");
  expect((await blob.getProperties()).etag).toBe('"0x1"');
  await (await storage.output()).getBlockBlobClient("c").getProperties();
  expect(asked).toEqual(["?sig=old", "?sig=new", "?sig=new"]);
  expect(told.asked).toBe(1);
});

test("a request is not made again where there is no other signature", async () => {
  giveFromNow("sig=old");
  const storage = await openStorage(given);
  await expect((await storage.input()).getBlockBlobClient("a").getProperties()).rejects.toMatchObject({
    statusCode: 403,
  });
  expect(asked).toEqual(["?sig=old"]);
  expect(await storage.renew?.()).toBe(false);
});

test("who lists asks for another signature by itself", async () => {
  giveFromNow(VALID);
  const storage = await openStorage(given);
  expect(await storage.renew?.()).toBe(true);
  expect((await storage.source("input")).address).toContain("sig=new");
});
