/** The document that says where the storage of this page is: `config.json`, beside the page. */

import { isRecord, text } from "./checks";
import { words } from "./words";

export interface Signatures {
  kind: "signatures";
  /** Milliseconds since 1970 */
  expires: number;
  input: string;
  output: string;
  deferred: string;
}

export interface EntraId {
  kind: "entra";
  clientId: string;
  tenantId: string;
}

export interface Config {
  blobs: string;
  queues: string;
  input: string;
  output: string;
  deferred: string;
  signIn: Signatures | EntraId;
}

/** Something that a person must put right; the message says what. */
export class SetupError extends Error {}

export async function loadConfig(): Promise<Config> {
  let found: unknown;
  try {
    const response = await fetch("config.json", { cache: "no-store" });
    found = response.ok ? await response.json() : undefined;
  } catch {
    found = undefined;
  }
  if (found === undefined) throw new SetupError(words.setup.noConfig);
  const config = readConfig(found);
  if (!config) throw new SetupError(words.setup.badConfig);
  return config;
}

/** The configuration; undefined where a part of it is missing or of another form. */
export function readConfig(found: unknown): Config | undefined {
  if (!isRecord(found)) return undefined;
  const signIn = readSignIn(found.signIn);
  const [blobs, queues] = [address(found.blobs), address(found.queues)];
  const [input, output, deferred] = [text(found.input), text(found.output), text(found.deferred)];
  if (!signIn || !blobs || !queues || !input || !output || !deferred) return undefined;
  return { blobs, queues, input, output, deferred, signIn };
}

function readSignIn(found: unknown): Signatures | EntraId | undefined {
  if (!isRecord(found)) return undefined;
  if (found.kind === "entra") {
    const [clientId, tenantId] = [text(found.clientId), text(found.tenantId)];
    return clientId && tenantId ? { kind: "entra", clientId, tenantId } : undefined;
  }
  const expires = Date.parse(text(found.expires));
  const [input, output, deferred] = [text(found.input), text(found.output), text(found.deferred)];
  const isWhole = found.kind === "signatures" && !Number.isNaN(expires) && input && output;
  return isWhole ? { kind: "signatures", expires, input, output, deferred } : undefined;
}

function address(found: unknown): string {
  const given = text(found);
  return /^https?:\/\//.test(given) && URL.canParse(given) ? given.replace(/\/+$/, "") : "";
}
