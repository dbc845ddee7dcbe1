/**
 * The page's policy lets no text become markup (Trusted Types). The waveform makes its own parts from text, which begins
 * with a style of its own; nothing else passes.
 */

const OF_THE_WAVEFORM = /^\s*<style nonce="waveform">/;

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML(text: string): string }): unknown;
}

export function onlyKnownMarkup(): void {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  trustedTypes?.createPolicy("default", {
    createHTML(text) {
      if (text === "" || OF_THE_WAVEFORM.test(text)) return text;
      throw new TypeError("Text must not become markup.");
    },
  });
}
