/** Access by Entra ID: a person signs in on Microsoft's page and comes back; tokens stay in this tab. */

import type { TokenCredential } from "@azure/core-auth";
import { AuthError, PublicClientApplication } from "@azure/msal-browser";
import { type EntraId, SetupError } from "../config";
import { words } from "../words";

const STORAGE = ["https://storage.azure.com/user_impersonation"];
/** What the library calls a network that is away */
const NO_NETWORK = ["no_network_connectivity", "network_error", "post_request_failed", "get_request_failed"];
/** In this tab's storage: the last sign-in failed, so the next one asks for the account. */
const REFUSED = "dropscribe-sign-in-refused";

export interface SignedIn {
  credential: TokenCredential;
  signOut: () => Promise<void>;
}

/**
 * A credential for storage; where nobody is signed in yet, the browser leaves for the sign-in page. Rejects with a
 * SetupError where that sent the person back without a token.
 */
export async function signIn(entra: EntraId): Promise<SignedIn> {
  const page = new URL(".", location.href).href;
  const client = new PublicClientApplication({
    auth: {
      clientId: entra.clientId,
      authority: `https://login.microsoftonline.com/${entra.tenantId}`,
      redirectUri: page,
      postLogoutRedirectUri: page,
    },
    cache: { cacheLocation: "sessionStorage" },
  });
  await client.initialize();
  const returned = await client.handleRedirectPromise().catch(() => {
    sessionStorage.setItem(REFUSED, "yes");
    throw new SetupError(words.signIn.refused);
  });
  const account = returned?.account ?? client.getAllAccounts()[0];
  if (!account) {
    const isRefused = sessionStorage.getItem(REFUSED) !== null;
    sessionStorage.removeItem(REFUSED);
    await client.loginRedirect({ scopes: STORAGE, ...(isRefused ? { prompt: "select_account" } : {}) });
    return new Promise(() => {}); // the page is being left
  }
  const credential: TokenCredential = {
    async getToken() {
      try {
        const { accessToken, expiresOn } = await client.acquireTokenSilent({ scopes: STORAGE, account });
        return { token: accessToken, expiresOnTimestamp: (expiresOn ?? new Date()).getTime() };
      } catch (error) {
        // No sign-in can mend the network: the page must not be left with all that waits in it.
        if (error instanceof AuthError && NO_NETWORK.includes(error.errorCode)) throw error;
        await client.acquireTokenRedirect({ scopes: STORAGE, account });
        return null;
      }
    },
  };
  return { credential, signOut: () => client.logoutRedirect({ account }) };
}
