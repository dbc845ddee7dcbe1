"""The forms of endpoint at which models are served, told apart by their address."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

type Api = Literal["models", "openai/v1", "openai/deployments", "v1"]
"""The forms on Azure, and `v1`: any other server that speaks as OpenAI's does."""

COGNITIVE_SERVICES = "https://cognitiveservices.azure.com/.default"
AZURE_AI = "https://ai.azure.com/.default"

FORMS = "a resource's address, or one that ends in /openai/v1, /openai/deployments/DEPLOYMENT, /models or /v1"

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_AZURE = (".azure.com", ".azure.us", ".azure.cn", ".azure-api.net")
_FORM = re.compile(
    r"/openai/deployments/(?P<deployment>(?!\.+$)[\w.-]+)$"
    r"|(?P<openai>/openai/v1)$"
    r"|(?P<v1>/v1)$"
    r"|(?<!/v1)(?<!/openai/deployments)(?P<models>/models)$",
    re.I,
)
_PROJECT = re.compile(r"/api/projects/[^/]+")  # what the portal shows; models are served by its resource


@dataclass(frozen=True)
class Endpoint:
    """Where chat completions are asked for.

    Attributes:
        base: the address without `/chat/completions`; of the form `openai/deployments`, without the deployment.
        api: the form.
    """

    base: str
    api: Api

    @classmethod
    def parse(cls, address: str) -> tuple["Endpoint", str | None]:
        """Tell the form of an address, and the deployment that it names, if it does.

        A bare resource address means `/openai/v1`, the only form that Azure's page of July 2026 describes for it.

        Raises:
            ValueError: it is no such address; the message says what one looks like.
        """
        _check(address)
        plain = address.rstrip("/").removesuffix("/chat/completions")
        path = urlsplit(plain).path
        form = _FORM.search(path)
        if form is None and path and not _PROJECT.fullmatch(path):
            raise ValueError(f"must be {FORMS}")
        if form is None:
            return cls(f"{plain.removesuffix(path)}/openai/v1", "openai/v1"), None
        if form["deployment"]:
            return cls(plain.rpartition("/")[0], "openai/deployments"), form["deployment"]
        return cls(plain, "models" if form["models"] else "openai/v1" if form["openai"] else "v1"), None

    def url(self, deployment: str) -> str:
        """The address to post a request to."""
        match self.api:
            case "models":
                return f"{self.base}/chat/completions?api-version=2024-05-01-preview"
            case "openai/v1" | "v1":
                return f"{self.base}/chat/completions"  # Azure answers 400 to an api-version here
            case "openai/deployments":
                return f"{self.base}/{deployment}/chat/completions?api-version=2024-10-21"

    @property
    def host(self) -> str:
        """The host, with its port where one is named."""
        return urlsplit(self.base).netloc

    @property
    def is_azure(self) -> bool:
        """Whether it is one of Azure's, where Entra ID is known: others take a key, or nothing."""
        return (urlsplit(self.base).hostname or "").endswith(_AZURE)

    @property
    def scope(self) -> str:
        """What a token for it is asked for. Microsoft's pages disagree, so a setting can override it."""
        return AZURE_AI if self.api == "openai/v1" else COGNITIVE_SERVICES

    @property
    def names_model(self) -> bool:
        """Whether the request names the model (else the address does)."""
        return self.api != "openai/deployments"


def _check(address: str) -> None:
    try:
        url = urlsplit(address)
        has_host = bool(url.hostname) and url.port != 0
    except ValueError:  # an unclosed bracket, or a port that is none, which may be half a password
        raise ValueError("must be an address such as https://RESOURCE.services.ai.azure.com") from None
    if any(not character.isprintable() or character.isspace() for character in address):
        raise ValueError("must be an address, without blanks and control characters")
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOOPBACK):
        raise ValueError("must be an https:// address (http:// only on this machine)")
    if not has_host:
        raise ValueError("must name a host, such as https://RESOURCE.services.ai.azure.com")
    if url.query or url.fragment or "@" in url.netloc:
        raise ValueError("must have no query, fragment, user name or password in it")
