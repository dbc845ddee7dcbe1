/**
 * The page's policy lets no text become markup (Trusted Types). The waveform makes its own parts from text, which begins
 * with a style of its own, and one worker runs beside it; nothing else passes.
 */

const OF_THE_WAVEFORM = /^\s*<style nonce="waveform">/;

const OF_THE_WORKER = /^[^?#]*\/assets\/listing\.worker-[\w-]+\.js$/;

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: Record<"createHTML" | "createScriptURL", (text: string) => string>,
  ): unknown;
}

export function onlyKnownMarkup(): void {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy("default", {
    createHTML(text) {
      if (text === "" || OF_THE_WAVEFORM.test(text)) return text;
      throw new TypeError("Text must not become markup.");
    },
    createScriptURL(address) {
      if (new URL(address, location.href).origin === location.origin && OF_THE_WORKER.test(address))
        return address;
      throw new TypeError("No other script may run.");
    },
  });
}
