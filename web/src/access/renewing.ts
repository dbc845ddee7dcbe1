/** A request whose signature storage refuses is made once more, with a new one: a clock may be wrong, or have jumped. */

import type { RequestPolicyFactory } from "@azure/storage-blob";
import { codeOf } from "./errors";
import { type SignatureAccess, type Signed, signedAnew } from "./signatures";

/** What Azure says, and what Azurite says, of a signature that is over; a right that is missing has another code. */
const REFUSALS = ["AuthenticationFailed", "AuthorizationFailure"];

export function renewing(access: SignatureAccess, of: Signed, signature: string): RequestPolicyFactory {
  return {
    create: (next) => ({
      async sendRequest(request) {
        try {
          return await next.sendRequest(request);
        } catch (error) {
          const other = REFUSALS.includes(codeOf(error)) && (await access.insteadOf(signature, of));
          if (!other) throw error;
          request.url = signedAnew(request.url, signature, other);
          return next.sendRequest(request);
        }
      },
    }),
  };
}
