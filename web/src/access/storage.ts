/** The two containers and the queue, opened with the rights of who looks. */

import { AnonymousCredential, ContainerClient, newPipeline } from "@azure/storage-blob";
import type { QueueClient } from "@azure/storage-queue";
import type { Config } from "../config";
import type { Source } from "../inbox/listing";
import { renewing } from "./renewing";
import { SignatureAccess } from "./signatures";

const OPTIONS = { retryOptions: { maxTries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 4000 } };

export interface Storage {
  readonly config: Config;
  input(): Promise<ContainerClient>;
  output(): Promise<ContainerClient>;
  deferred(): Promise<QueueClient>;
  /** A container for those who list it without a client */
  source(of: "input" | "output"): Promise<Source>;
  /** Ask for other signatures; whether there are any. Undefined where tokens are renewed by themselves */
  renew?: () => Promise<boolean>;
  /** Leave for the sign-out, after which another account can be chosen; undefined where nobody signs in */
  signOut?: () => Promise<void>;
}

export async function openStorage(config: Config): Promise<Storage> {
  const opened = config.signIn.kind === "entra" ? await byIdentity(config) : bySignatures(config);
  return { config, ...opened };
}

type Opened = Omit<Storage, "config">;

function bySignatures(config: Config): Opened {
  if (config.signIn.kind !== "signatures") throw new TypeError("another way to sign in");
  const access = new SignatureAccess(config.signIn);
  const container = async (which: "input" | "output") => {
    const signature = await access.signature(which);
    const pipeline = newPipeline(new AnonymousCredential(), OPTIONS);
    pipeline.factories.push(renewing(access, which, signature));
    return new ContainerClient(`${config.blobs}/${config[which]}?${signature}`, pipeline);
  };
  return {
    source: async (of) => ({ address: (await container(of)).url, token: "" }),
    renew: async () => (await access.insteadOf(await access.signature("input"), "input")) !== undefined,
    input: () => container("input"),
    output: () => container("output"),
    async deferred() {
      const { QueueClient, ...queues } = await import("@azure/storage-queue");
      const signature = await access.signature("deferred");
      const pipeline = queues.newPipeline(new queues.AnonymousCredential(), OPTIONS);
      pipeline.factories.push(renewing(access, "deferred", signature));
      return new QueueClient(`${config.queues}/${config.deferred}?${signature}`, pipeline);
    },
  };
}

async function byIdentity(config: Config): Promise<Opened> {
  if (config.signIn.kind !== "entra") throw new TypeError("another way to sign in");
  const { signIn } = await import("./entra");
  const { credential, signOut } = await signIn(config.signIn);
  const input = new ContainerClient(`${config.blobs}/${config.input}`, credential, OPTIONS);
  const output = new ContainerClient(`${config.blobs}/${config.output}`, credential, OPTIONS);
  return {
    signOut,
    async source(of) {
      const token = await credential.getToken("https://storage.azure.com/.default");
      return { address: (of === "input" ? input : output).url, token: token?.token ?? "" };
    },
    input: async () => input,
    output: async () => output,
    async deferred() {
      const { QueueClient } = await import("@azure/storage-queue");
      return new QueueClient(`${config.queues}/${config.deferred}`, credential, OPTIONS);
    },
  };
}
