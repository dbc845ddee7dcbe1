/** Access by signatures that end soon, as the local host gives them: asked for anew before they end, and when refused. */

import { loadConfig, type Signatures } from "../config";

const SPARE_MILLISECONDS = 5 * 60_000;

export type Signed = "input" | "output" | "deferred";

export class SignatureAccess {
  #current: Signatures;
  #renewing: Promise<void> | undefined;

  constructor(first: Signatures) {
    this.#current = first;
  }

  async signature(of: Signed): Promise<string> {
    if (this.#current.expires - Date.now() < SPARE_MILLISECONDS) await this.#renewOnce();
    return this.#current[of];
  }

  /** The signature instead of one that storage refused; undefined where there is no other. */
  async insteadOf(refused: string, of: Signed): Promise<string | undefined> {
    if (this.#current[of] === refused) await this.#renewOnce().catch(() => {});
    return this.#current[of] === refused ? undefined : this.#current[of];
  }

  #renewOnce(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<void> {
    const { signIn } = await loadConfig();
    if (signIn.kind === "signatures") this.#current = signIn;
  }
}

/** The address of a request with another signature. */
export function signedAnew(address: string, refused: string, signature: string): string {
  const url = new URL(address);
  for (const name of new URLSearchParams(refused).keys()) url.searchParams.delete(name);
  for (const [name, value] of new URLSearchParams(signature)) url.searchParams.append(name, value);
  return url.href;
}
