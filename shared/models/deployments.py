"""The deployed models: where each is, what it is called, what it can take, and which one a file goes to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from shared.media import Kind, Media, SendPolicy, Transport
from shared.models.capabilities import CapabilityTable, ModelCapabilities
from shared.models.endpoint import Endpoint

DEFAULT = "default"
"""The alias of the model for every file that nothing else assigns to another."""


@dataclass(frozen=True)
class Deployment:
    """A model that the settings name.

    Attributes:
        alias: what recipes call it; `image` and `audio` stand in for `default` for files of that kind.
        name: what the service knows it by.
        model: the name by which its capability was found.
        is_named: whether requests name it; an endpoint that serves one model alone needs no name.
    """

    alias: str
    name: str
    model: str
    endpoint: Endpoint
    capability: ModelCapabilities
    is_named: bool = True

    @property
    def token_parameter(self) -> str:
        """What the wire calls the most tokens to answer with: the model decides, else the endpoint."""
        by_endpoint = "max_completion_tokens" if self.endpoint.api == "openai/v1" else "max_tokens"
        return self.capability.token_parameter or by_endpoint


class Deployments:
    """All deployed models, by alias or by name."""

    def __init__(self, deployments: Iterable[Deployment], table: CapabilityTable) -> None:
        self._by_alias = {each.alias: each for each in deployments}
        self._by_name = {each.name: each for each in self._by_alias.values()}
        self._table = table

    def __iter__(self) -> Iterator[Deployment]:
        return iter(self._by_alias.values())

    def __contains__(self, name: str) -> bool:
        return name in self._by_alias or name in self._by_name

    def __getitem__(self, name: str) -> Deployment:
        return self._by_alias.get(name) or self._by_name[name]

    def named_for(self, kind: Kind, wanted: str) -> Deployment:
        """The deployment of this alias or name; in place of the default one perhaps another for files of this kind."""
        return self[kind] if wanted == DEFAULT and kind in self._by_alias else self[wanted]

    def transport(
        self, to: Deployment, media: Media, policy: SendPolicy, size: int, *, is_cut: bool = False
    ) -> Transport | None:
        """How a file of `size` bytes travels to a deployment; None where only what is made of the file can go there.

        `is_cut` is whether a recording may be cut.

        Raises:
            FileRejected: it does not take such a file; the message says which model could.
        """
        return self._table.transport(to.model, to.capability, media, policy, size, is_cut=is_cut)

    def retiring(self, by: date) -> Iterator[str]:
        """A sentence for each model that may be gone by that day."""
        for each in self:
            if each.capability.retires and each.capability.retires <= by:
                yield (
                    f"The model {each.model} (deployment {each.name}) retires on {each.capability.retires} or soon"
                    " after: deploy another and name it in the settings."
                )
