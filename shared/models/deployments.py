"""The deployed models: where each is, what it is called, what it can take, and which one a file goes to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from shared.media import Kind, Media, SendPolicy, Transport
from shared.models.capabilities import CapabilityTable, ModelCapabilities
from shared.models.endpoint import Endpoint
from shared.models.known import spellings
from shared.models.prices import Cost, Prices, PriceTable, cost
from shared.recipes import Tier

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
        price_table: where its prices stand.
    """

    alias: str
    name: str
    model: str
    endpoint: Endpoint
    capability: ModelCapabilities
    is_named: bool = True
    price_table: PriceTable = field(default_factory=PriceTable.load, repr=False, compare=False)

    @property
    def token_parameter(self) -> str:
        """What the API calls the most tokens to answer with: the model decides, else the endpoint."""
        by_endpoint = "max_completion_tokens" if self.endpoint.api == "openai/v1" else "max_tokens"
        return self.capability.token_parameter or by_endpoint

    @property
    def retires(self) -> date | None:
        """The day from which Azure may serve it no more; None where that is not known, or another server has it."""
        return None if self.endpoint.api == "v1" else self.capability.retires

    def prices(self, answered_by: str | None = None) -> tuple[Prices, str] | None:
        """What it costs, and of which day that is; None if that is not known.

        `answered_by` is what the model called itself in an answer: a version of the model that the settings tell, or
        any where they do not. The catalog has the prices of Azure; what another server costs, only an operator
        knows.
        """
        own, listed = self.price_table.own, self.price_table.listed
        if said := own(self.name, self.model, answered_by or ""):
            return said
        if self.endpoint.api == "v1":
            return None
        known = next((name for name in (self.model, self.name) if listed(name)), "")
        is_version = bool(answered_by) and spellings(answered_by or "")[1].startswith(spellings(known)[1])
        return (listed(answered_by or "") if is_version else None) or listed(known)

    def cost_of(
        self, usage: Mapping[str, Any] | None, answered_by: str | None, *, heard: bool = False, tier: Tier = None
    ) -> Cost | None:
        """What a call of it cost; None if that cannot be known. See `cost`."""
        found = self.prices(answered_by)
        amount = cost(usage, found[0], heard=heard, tier=tier) if found and usage is not None else None
        return Cost(amount, found[1]) if found and amount is not None else None


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

    def retiring(self, today: date, notice: timedelta) -> Iterator[str]:
        """A sentence for each model that may be gone soon, or is."""
        for each in self:
            day = each.retires
            if day and day <= today + notice:
                told = f"was to retire on {day} and may be gone" if day < today else f"retires on {day} or soon after"
                yield (
                    f"The model {each.model} (deployment {each.name}) {told}: deploy another and name it in the"
                    " settings."
                )

    def unpriced_names(self, names: Iterable[str]) -> Iterator[str]:
        """Those of the names by which no price is found, unless a model calls itself so in its answers."""
        own = {spelt for each in self for name in (each.name, each.model) for spelt in spellings(name)}
        for name in names:
            if not any(spelt.startswith(tuple(own)) for spelt in spellings(name)):  # it may be a version of one
                yield name

    def unaffected_names(self, names: Iterable[str]) -> Iterator[str]:
        """Those of the names with which the name of no model begins."""
        own = tuple(spelt for each in self for spelt in spellings(each.model))
        return (name for name in names if not any(spelt.startswith(name.lower()) for spelt in own))
