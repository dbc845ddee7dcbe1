"""The environment of a stack: its own storage and nothing of the storage that the shell may lead to."""

import os
from collections.abc import Mapping

from local.offline_model import MODEL, SPEECH_MODEL

HOST_STORAGE, FILES_STORAGE = "AzureWebJobsStorage", "MEDIA_STORAGE"
CONNECTIONS = (HOST_STORAGE, FILES_STORAGE)
PARTS = ("blobServiceUri", "queueServiceUri", "serviceUri", "accountName", "clientId", "credential")
"""A connection by identity has these after its name; the app and the host prefer them to a connection string."""

HERE = "127.0.0.1,localhost"


def storage_settings(connection_string: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings that lead to this storage, and for all others about storage nothing.

    Nothing is the empty text, which the app and the host read as missing: what is not named at all could still come
    from elsewhere.
    """
    parts = {f"{connection}__{part}" for connection in CONNECTIONS for part in PARTS}
    given = {name for name in environ if name.startswith(tuple(f"{connection}__" for connection in CONNECTIONS))}
    others = {f"AzureWebJobs{FILES_STORAGE}", "MEDIA_PUBLIC_BASE_URL"}
    return {**dict.fromkeys(parts | given | others, ""), **dict.fromkeys(CONNECTIONS, connection_string)}


def process_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What every Python process of a stack needs: what is on this machine is behind no proxy and in no `.netrc`."""
    around = {name: _with_here(environ.get(name, "")) for name in ("no_proxy", "NO_PROXY")}
    return {**around, "NETRC": os.devnull, "PYTHONUTF8": "1"}


def _with_here(around_proxies: str) -> str:
    if around_proxies.strip() == "*":  # means everywhere, but only where it stands alone
        return around_proxies
    return ",".join(filter(None, [around_proxies, HERE]))


def offline_settings(address: str) -> dict[str, str]:
    """The settings that lead to the offline model at this address, and to nothing that the shell says of another.

    Recordings go to it as to a speech model, so that documents have times.
    """
    return {
        "AZURE_INFERENCE_ENDPOINT": f"{address}/models",
        "AZURE_INFERENCE_CREDENTIAL": "offline",
        "AZURE_INFERENCE_DEPLOYMENT": MODEL,
        "AZURE_INFERENCE_MODEL": "",
        "AZURE_INFERENCE_SCOPE": "",
        "AZURE_INFERENCE_ENDPOINT_AUDIO": f"{address}/v1",
        "AZURE_INFERENCE_DEPLOYMENT_AUDIO": SPEECH_MODEL,
    }
