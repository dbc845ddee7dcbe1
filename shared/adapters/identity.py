"""Who we are to Azure: a managed identity there, the developer's own login elsewhere."""

from azure.core.credentials_async import AsyncTokenCredential


def entra_id(client_id: str | None = None) -> AsyncTokenCredential:
    """A credential for Entra ID; close it when done.

    In Azure it is the managed identity: the user-assigned one of `client_id`, else of `AZURE_CLIENT_ID`, else
    the app's own. Elsewhere it is the user who is logged in to the Azure CLI, azd or PowerShell.
    """
    from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415 - an app with keys need not pay for it

    more = {"managed_identity_client_id": client_id} if client_id else {}
    return DefaultAzureCredential(exclude_interactive_browser_credential=True, **more)
