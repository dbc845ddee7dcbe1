"""The forms of endpoint at which Foundry serves models, told apart by their address."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

type Api = Literal["models", "openai/v1", "openai/deployments"]

COGNITIVE_SERVICES = "https://cognitiveservices.azure.com/.default"
AZURE_AI = "https://ai.azure.com/.default"

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_DEPLOYMENTS = "/openai/deployments/"


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
        if path.endswith("/openai/v1"):
            return cls(plain, "openai/v1"), None
        if path.endswith("/models"):
            return cls(plain, "models"), None
        if _DEPLOYMENTS in path:
            base, _, deployment = plain.rpartition("/")
            return cls(base, "openai/deployments"), deployment
        if path:
            raise ValueError(
                "must be a resource's address, or one that ends in /models, /openai/v1 or"
                " /openai/deployments/DEPLOYMENT"
            )
        return cls._of_resource(plain), None

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
    def names_model(self) -> bool:
        """Whether the request names the model (else the address does)."""
        return self.api != "openai/deployments"


def _check(address: str) -> None:
    url = urlsplit(address)
    if url.scheme != "https" and not (url.scheme == "http" and url.hostname in _LOOPBACK):
        raise ValueError("must be an https:// address (http:// only on this machine)")
    if url.query or url.fragment or url.username:
        raise ValueError("must have no query, fragment or user name in it")
