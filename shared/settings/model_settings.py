"""The settings of one deployed model, and what a model with an alias takes over from the default one."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.models import Endpoint
from shared.settings.names import MODEL, PARTS, known_names
from shared.settings.values import DeploymentName, EndpointAddress, Key, ModelName, Scope, origin

DEPENDS: dict[str, Any] = {"default": "depends"}
"""Marks a setting that is required or not as another says; its description says which."""


class ModelSettings(BaseModel):
    """One deployed model."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    endpoint: EndpointAddress = Field(
        alias="AZURE_INFERENCE_ENDPOINT",
        description="Where models are served: a resource's address, or one ending in `/openai/v1`,"
        " `/openai/deployments/DEPLOYMENT`, `/models`, or `/v1` (any server that speaks as OpenAI's does).",
    )
    credential: Key | None = Field(
        None,
        alias="AZURE_INFERENCE_CREDENTIAL",
        description="The key of that endpoint. Without one: Entra ID, by managed identity in Azure and by your own"
        " login elsewhere, if the endpoint is Azure's or a scope is set; else nothing.",
    )
    scope: Scope | None = Field(
        None,
        alias="AZURE_INFERENCE_SCOPE",
        description="What an Entra ID token is asked for, if not what the form of the endpoint usually takes.",
    )
    deployment: DeploymentName = Field(
        "",
        alias="AZURE_INFERENCE_DEPLOYMENT",
        json_schema_extra=DEPENDS,
        description="The model's deployment, such as `Phi-4-multimodal-instruct`. Required unless the endpoint"
        " names it, or serves one model alone.",
    )
    model_name: ModelName = Field(
        "",
        alias="AZURE_INFERENCE_MODEL",
        description="The model's own name, where the deployment's is another: by it the app knows what it takes, costs,"
        " and until when it runs.",
    )

    @property
    def name(self) -> str:
        """The deployment: the one set, else the one in the endpoint's address."""
        return self.deployment or Endpoint.parse(self.endpoint)[1] or ""

    @property
    def signs_in(self) -> bool:
        """Whether a token of Entra ID is asked for: there is no key, and somebody is there who takes a token."""
        return self.credential is None and (bool(self.scope) or Endpoint.parse(self.endpoint)[0].is_azure)


def alias_of(suffix: str) -> str:
    """The alias that a setting's name ends in, as recipes write it."""
    return suffix.lower().replace("_", "-")


def suffix_of(alias: str) -> str:
    """What a setting's name ends in for an alias."""
    return re.sub(r"\W", "_", alias).upper()


def endpoint_forgotten(environ: Mapping[str, str]) -> str | None:
    """A sentence where settings of a model are given and none says where it is; None if all is well.

    For callers that would put another model in the place of one that is not set.
    """
    given = [name for name in known_names(environ, [f"{MODEL}{part}" for part in PARTS]) if name.startswith(MODEL)]
    if not given or f"{MODEL}ENDPOINT" in given:
        return None
    verb = "is" if len(given) == 1 else "are"
    return f"{', '.join(sorted(given))} {verb} set, but {MODEL}ENDPOINT is not: set it too, or none of them."


def under_alias(given: Mapping[str, str], suffix: str) -> dict[str, str]:
    """The settings of one alias; what it does not set is that of the default, but for secrets of somebody else."""
    end = f"_{suffix}"
    own = {name.removesuffix(end): value for name, value in given.items() if name.endswith(end)}
    shared = [f"{MODEL}ENDPOINT"]
    if f"{MODEL}ENDPOINT" not in own:
        shared.append(f"{MODEL}SCOPE")
    if origin(given.get(f"{MODEL}ENDPOINT", "")) == origin({**given, **own}.get(f"{MODEL}ENDPOINT", "")):
        shared.append(f"{MODEL}CREDENTIAL")
    return {**{name: given[name] for name in shared if name in given}, **own}


def name_or_address_problems(
    given: Mapping[str, str], suffix: str = "", *, may_serve_one: bool = True
) -> Iterator[str]:
    """What is wrong with the name of a deployment: none, or one too many."""
    try:
        endpoint, named = Endpoint.parse(given.get(f"{MODEL}ENDPOINT", ""))
    except ValueError:
        endpoint, named = None, None  # that is said elsewhere
    name = given.get(f"{MODEL}DEPLOYMENT")
    serves_one = may_serve_one and endpoint and endpoint.api == "models" and f"{MODEL}MODEL" in given
    if not (name or named or serves_one):
        description = ModelSettings.model_fields["deployment"].description
        yield f"{MODEL}DEPLOYMENT{suffix} is missing. {description}"
    if name and named and name != named:
        yield f"{MODEL}DEPLOYMENT{suffix} says {name}, but the address says {named}. Leave out one of them."
