/** Access by Entra ID: a person signs in on Microsoft's page and comes back; tokens stay in this tab. */

import type { TokenCredential } from "@azure/core-auth";
import { PublicClientApplication } from "@azure/msal-browser";
import type { EntraId } from "../config";

const STORAGE = ["https://storage.azure.com/user_impersonation"];

/** A credential for storage; where nobody is signed in yet, the browser leaves for the sign-in page. */
export async function signIn(entra: EntraId): Promise<TokenCredential> {
  const client = new PublicClientApplication({
    auth: {
      clientId: entra.clientId,
      authority: `https://login.microsoftonline.com/${entra.tenantId}`,
      redirectUri: new URL(".", location.href).href,
    },
    cache: { cacheLocation: "sessionStorage" },
  });
  await client.initialize();
  const returned = await client.handleRedirectPromise();
  const account = returned?.account ?? client.getAllAccounts()[0];
  if (!account) {
    await client.loginRedirect({ scopes: STORAGE });
    return new Promise(() => {}); // the page is being left
  }
  return {
    async getToken() {
      try {
        const { accessToken, expiresOn } = await client.acquireTokenSilent({ scopes: STORAGE, account });
        return { token: accessToken, expiresOnTimestamp: (expiresOn ?? new Date()).getTime() };
      } catch {
        await client.acquireTokenRedirect({ scopes: STORAGE, account });
        return null;
      }
    },
  };
}
