/** Access by signatures that end soon, as the local host gives them: asked for anew before they end. */

import { loadConfig, type Signatures } from "../config";

const SPARE_MILLISECONDS = 5 * 60_000;

export class SignatureAccess {
  #current: Signatures;
  #renewing: Promise<void> | undefined;

  constructor(first: Signatures) {
    this.#current = first;
  }

  async signature(of: "input" | "output" | "deferred"): Promise<string> {
    if (this.#current.expires - Date.now() < SPARE_MILLISECONDS) {
      this.#renewing ??= this.#renew().finally(() => {
        this.#renewing = undefined;
      });
      await this.#renewing;
    }
    return this.#current[of];
  }

  async #renew(): Promise<void> {
    const { signIn } = await loadConfig();
    if (signIn.kind === "signatures") this.#current = signIn;
  }
}
