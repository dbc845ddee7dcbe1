/** The storage behind the page, for tests that put something there themselves. */

import { readFileSync } from "node:fs";
import { BlobServiceClient, type ContainerClient, ContainerSASPermissions } from "@azure/storage-blob";
import { documentName } from "../../src/naming/names";

const service = BlobServiceClient.fromConnectionString(
  process.env.INBOX_STORAGE ?? "UseDevelopmentStorage=true",
);

export const input = service.getContainerClient("input");
export const output = service.getContainerClient("output");

export function sample(name: string): Buffer {
  return readFileSync(new URL(`../../../tests/samples/${name}`, import.meta.url));
}

/** Put a file there with an answer of our own, so that no worker need answer it. Returns the etag of the file. */
export async function answered(
  name: string,
  content: Buffer,
  document: object,
  labels = {},
): Promise<string> {
  // The document comes first: a worker that sees the file finds it answered, by the etag that it will have.
  const file = input.getBlockBlobClient(name);
  const etag = ((await file.upload(content, content.length)).etag ?? "").replaceAll('"', "");
  await answeredAgain(name, etag, document, labels);
  return etag;
}

/** Another document of this version of the file */
export async function answeredAgain(
  name: string,
  etag: string,
  document: object,
  labels = {},
): Promise<void> {
  const blob = output.getBlockBlobClient(await documentName(name));
  const whole = { ...BASE, ...document, input: { ...BASE.input, name, etag, ...part(document, "input") } };
  const json = JSON.stringify(whole);
  await blob.upload(json, Buffer.byteLength(json), {
    metadata: { input_etag: etag, status: whole.status, recipe: "describe", kind: "image", ...labels },
  });
}

/** A signature that lets its bearer look, and nothing else. */
export function readOnly(
  container: ContainerClient,
  expiresOn = new Date(Date.now() + 3_600_000),
): Promise<string> {
  return container
    .generateSasUrl({ permissions: ContainerSASPermissions.parse("rl"), expiresOn })
    .then((address) => new URL(address).search.slice(1));
}

function part(document: object, name: string): object {
  return (document as Record<string, object>)[name] ?? {};
}

const BASE = {
  schema_version: 2,
  status: "ok",
  input: { container: "input", bytes: 5, media_type: "image/png", kind: "image" },
  recipe: { name: "describe", digest: "sha256:0", inputs: {} },
  model: { deployment: "made-up", name: null, api: "models", sent_as: "inline", request_id: null },
  answer: null as object | null,
  usage: null,
  timing: { received: "2026-11-26T08:00:00Z", completed: "2026-11-26T08:00:01Z", model_seconds: 1 },
  attempts: 1,
  warnings: [] as string[],
  error: null,
};

export function answer(text: string, more: object = {}): object {
  return { answer: { role: "assistant", text, data: null, finish_reason: "stop", turns: [], ...more } };
}
