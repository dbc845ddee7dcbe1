"""What a call costs, in US dollars, and by which prices. Pure; amounts are exact decimals until people see them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from shared.models.known import PRICES, Catalog, catalog, corrections, spellings
from shared.models.usage import answered_tokens, asked_detail, asked_tokens, count, seconds_told
from shared.recipes import Tier

CURRENCY = "USD"
OWN_PRICES = "MODEL_PRICES"
"""What stands in place of the day of the catalog where the setting of that name has the price."""

LONG_TOKENS = 272_000
"""Tokens of a request above which all of it costs the `long` prices (OpenAI, from gpt-5.4 on)."""

MILLION, HOUR = Decimal(1_000_000), Decimal(3_600)
SMALLEST = Decimal("0.000001")
"""To so many dollars amounts are rounded for people, and no amount that is more than nothing to less."""

type _Rate = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None


class Prices(BaseModel):
    """US dollars for a million tokens, or for an hour of sound; None where that is not known.

    Attributes:
        input: for tokens of text and pictures; also for audio and cached ones, where these have no price of their own.
        cached: for tokens that the service has read before.
        audio: for tokens of sound.
        output: for tokens of the answer, those of reasoning among them.
        hour: for an hour of a recording, where the service counts seconds.
        long: the prices for requests of more than `LONG_TOKENS`; None where these cost no more.
        flex: the prices of the tier of that name; None where there is no such tier.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    input: _Rate = None
    cached: _Rate = None
    audio: _Rate = None
    output: _Rate = None
    hour: _Rate = None
    long: "Prices | None" = None
    flex: "Prices | None" = None


def cost(usage: Mapping[str, Any] | None, prices: Prices, *, heard: bool = False, tier: Tier = None) -> Decimal | None:
    """What a call of this usage costs in US dollars; None where the usage or a price that it takes is not known.

    `heard` is whether sound was sent: where the service does not say how many of the tokens are of sound, and these
    have a price of their own, the cost cannot be known.
    """
    at = prices if tier is None else getattr(prices, tier)
    if usage is None or at is None:
        return None
    seconds = seconds_told(usage)
    if seconds is not None and at.hour is not None:
        return Decimal(str(seconds)) * at.hour / HOUR
    asked, answered = asked_tokens(usage), _output_tokens(usage)
    if asked is None or answered is None:
        return None
    if asked > LONG_TOKENS and at.long:
        at = at.long
    cached, audio = asked_detail(usage, "cached_tokens"), asked_detail(usage, "audio_tokens")
    if heard and audio is None and at.audio not in (None, at.input):
        return None
    audio, cached = min(audio or 0, asked), min(cached or 0, asked)
    cached = min(cached, asked - audio)  # sound that was read before costs what sound costs: rather too much
    parts = (
        (asked - audio - cached, at.input),
        (cached, at.input if at.cached is None else at.cached),
        (audio, at.input if at.audio is None else at.audio),
        (answered, at.output),
    )
    if any(tokens and rate is None for tokens, rate in parts):
        return None
    return sum((tokens * (rate or 0) for tokens, rate in parts), Decimal(0)) / MILLION


def _output_tokens(usage: Mapping[str, Any]) -> int | None:
    """The tokens of the answer; those of reasoning too where the service counts them beside the answer's."""
    answered = answered_tokens(usage)
    asked, total = asked_tokens(usage), count(usage.get("total_tokens"))
    details = usage.get("completion_tokens_details")
    thought = count(details.get("reasoning_tokens")) if isinstance(details, Mapping) else None
    if answered is None or asked is None or total is None:
        return answered
    return answered + min(thought or 0, max(0, total - asked - answered))


@dataclass(frozen=True)
class Cost:
    """What something cost.

    Attributes:
        amount: in US dollars, exactly.
        prices: the day of the catalog by whose prices, or `MODEL_PRICES`; several with commas between.
    """

    amount: Decimal
    prices: str

    @property
    def rounded(self) -> float:
        """The amount as people see it, in US dollars."""
        rounded = self.amount.quantize(SMALLEST, ROUND_HALF_UP)
        return float(max(rounded, SMALLEST) if self.amount else rounded)

    @classmethod
    def total(cls, costs: Sequence["Cost | None"]) -> Self | None:
        """The sum; None where there is none, or a part is not known."""
        known = [each for each in costs if each is not None]
        if not known or len(known) < len(costs):
            return None
        days = dict.fromkeys(day for each in known for day in each.prices.split(", "))
        return cls(sum((each.amount for each in known), Decimal(0)), ", ".join(sorted(days)))


class PriceTable:
    """The prices of models: of an operator's contract, else of our corrections, else of the catalog."""

    def __init__(self, own: Mapping[str, Prices], known: Catalog) -> None:
        self._own = {name.lower(): prices for name, prices in own.items()}
        self._known = known
        corrected = {name.lower(): entry for name, entry in corrections().items() if PRICES in entry}
        self._listed = {**known.models, **corrected}

    @classmethod
    def load(cls, own: Mapping[str, Prices] | None = None) -> "PriceTable":
        """The catalog, with an operator's prices laid over it, by the names of deployments or models."""
        return cls(own or {}, catalog())

    def own(self, *names: str) -> tuple[Prices, str] | None:
        """The operator's prices under the first of these whole names, and what a document calls them."""
        found = next((self._own[name] for name in _all_spellings(names) if name in self._own), None)
        return (found, OWN_PRICES) if found else None

    def listed(self, *names: str) -> tuple[Prices, str] | None:
        """The known prices under the first of these whole names that has any, and of which day they are.

        Nothing is concluded from the beginning of a name: a variant of a model may cost ten times as much.
        """
        entries = (self._listed.get(name, {}).get(PRICES) for name in _all_spellings(names))
        found = next(filter(None, entries), None)
        return (Prices.model_validate(found), self._known.day) if found else None


def _all_spellings(names: Iterable[str]) -> Iterator[str]:
    return (spelt for name in names for spelt in spellings(name))
