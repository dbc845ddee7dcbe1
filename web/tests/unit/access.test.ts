import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sentenceOf } from "../../src/access/errors";
import { SetupError } from "../../src/config";
import { words } from "../../src/words";

const msal = { account: undefined as object | undefined, problem: false, asked: [] as object[] };
vi.mock("@azure/msal-browser", () => ({
  PublicClientApplication: class {
    initialize = async () => {};
    getAllAccounts = () => (msal.account ? [msal.account] : []);
    loginRedirect = async (request: object) => void msal.asked.push(request);
    logoutRedirect = async (request: object) => void msal.asked.push(request);
    async handleRedirectPromise() {
      if (msal.problem) throw new Error("access_denied");
      return null;
    }
  },
}));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("location", { href: "https://inbox.example/#/numbers" });
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
  Object.assign(msal, { account: undefined, problem: false, asked: [] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ENTRA = { kind: "entra", clientId: "c", tenantId: "t" } as const;

test("after a sign-in that was refused, the next one asks for the account", async () => {
  const { signIn } = await import("../../src/access/entra");
  msal.problem = true;
  await expect(signIn(ENTRA)).rejects.toThrow(SetupError);
  msal.problem = false;
  void signIn(ENTRA);
  await vi.waitFor(() => expect(msal.asked).toMatchObject([{ prompt: "select_account" }]));
});

test("who is signed in can sign out", async () => {
  const { signIn } = await import("../../src/access/entra");
  msal.account = {};
  await (await signIn(ENTRA)).signOut();
  expect(msal.asked).toEqual([{ account: msal.account }]);
});

test.each([
  [412, "ConditionNotMet", words.storage.changed],
  [412, "", words.storage.changed],
  [412, "LeaseIdMissing", words.storage.answered(412, "LeaseIdMissing")],
  [409, "BlobAlreadyExists", words.storage.changed],
  [409, "ContainerBeingDeleted", words.storage.answered(409, "ContainerBeingDeleted")],
])("of an answer %i %s it is said what storage itself says", (statusCode, code, sentence) => {
  expect(sentenceOf(Object.assign(new Error(), { statusCode, code }))).toBe(sentence);
});
