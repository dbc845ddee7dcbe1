"""The forms of endpoint at which Foundry serves models, told apart by their address."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, urlsplit

type Api = Literal["models", "openai/v1", "openai/deployments"]

COGNITIVE_SERVICES = "https://cognitiveservices.azure.com/.default"
AZURE_AI = "https://ai.azure.com/.default"

_AZURE = (".azure.com", ".azure.us", ".azure.cn", ".azure-api.net")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_FORM = re.compile(
    r"/openai/deployments/(?P<deployment>[\w.-]+)$|(?P<v1>/openai/v1)$|(?<!/openai/v1)(?<!/openai/deployments)/models$",
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

        A bare resource address gets the form that its kind of resource has.

        Raises:
            ValueError: it is no such address; the message says what one looks like.
        """
        _check(address)
        plain = address.rstrip("/").removesuffix("/chat/completions")
        path = urlsplit(plain).path
        form = _FORM.search(path)
        if form is None and path and not _PROJECT.fullmatch(path):
            raise ValueError(
                "must be a resource's address, or one that ends in /models, /openai/v1 or"
                " /openai/deployments/DEPLOYMENT"
            )
        if form is None:
            return cls._of_resource(plain.removesuffix(path)), None
        if form["deployment"]:
            return cls(plain.rpartition("/")[0], "openai/deployments"), form["deployment"]
        return cls(plain, "openai/v1" if form["v1"] else "models"), None

    @classmethod
    def _of_resource(cls, plain: str) -> "Endpoint":
        """Azure OpenAI resources have no `/models`; Foundry resources serve every model there."""
        if (urlsplit(plain).hostname or "").endswith(".openai.azure.com"):
            return cls(f"{plain}/openai/v1", "openai/v1")
        return cls(f"{plain}/models", "models")

    def url(self, deployment: str) -> str:
        """The address to post a request to."""
        match self.api:
            case "models":
                return f"{self.base}/chat/completions?api-version=2024-05-01-preview"
            case "openai/v1":
                return f"{self.base}/chat/completions"  # it answers 400 to an api-version
            case "openai/deployments":
                return f"{self.base}/{deployment}/chat/completions?api-version=2024-10-21"

    @property
    def scope(self) -> str:
        """What a token for it is asked for. Microsoft's pages disagree, so a setting can override it."""
        return AZURE_AI if self.api == "openai/v1" else COGNITIVE_SERVICES

    @property
    def is_azure(self) -> bool:
        """Whether Azure serves it, so that a token of Entra ID can be meant for it."""
        return (urlsplit(self.base).hostname or "").endswith(_AZURE)

    @property
    def names_model(self) -> bool:
        """Whether the request names the model (else the address does)."""
        return self.api != "openai/deployments"


def _check(address: str) -> None:
    url = urlsplit(address)
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOOPBACK):
        raise ValueError("must be an https:// address (http:// only on this machine)")
    if not url.hostname or not _has_fit_port(url):
        raise ValueError("must name a host, such as https://RESOURCE.services.ai.azure.com")
    if url.query or url.fragment or url.username:
        raise ValueError("must have no query, fragment or user name in it")


def _has_fit_port(url: SplitResult) -> bool:
    try:
        return url.port != 0
    except ValueError:
        return False
