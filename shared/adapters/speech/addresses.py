"""Where speech models are asked, by the form of the endpoint that the settings name."""

import re
from urllib.parse import urlsplit

from shared.models import Deployment, Endpoint

LLM_SPEECH_VERSION = "2025-10-15"
DEPLOYMENTS_VERSION = "2025-04-01-preview"
"""The form with the deployment in the address has the models after whisper in previews only."""

COGNITIVE_SERVICES = "https://cognitiveservices.azure.com/.default"

_FORM = re.compile(r"(?:/openai/(?:v1|deployments)|(?:/api)?/models|/v1)$", re.I)
_LINE = "/audio/transcriptions"


def resource_of(endpoint: Endpoint) -> str:
    """The address of the resource that an endpoint belongs to, with what a gateway may put before its paths."""
    path = urlsplit(endpoint.base).path
    return endpoint.base.removesuffix(path) + _FORM.sub("", path)


def openai_address(deployment: Deployment) -> str:
    """Where a deployment is asked as OpenAI's are. `/models` has no transcriptions, but `/openai/v1` beside it does."""
    endpoint = deployment.endpoint
    match endpoint.api:
        case "openai/deployments":
            return f"{endpoint.base}/{deployment.name}{_LINE}?api-version={DEPLOYMENTS_VERSION}"
        case "models":
            return f"{resource_of(endpoint)}/openai/v1{_LINE}"
        case _:
            return f"{endpoint.base}{_LINE}"


def llm_speech_address(deployment: Deployment) -> str:
    """Where LLM Speech is asked, whichever form of its resource the settings name."""
    path = "/speechtotext/transcriptions:transcribe"
    return f"{resource_of(deployment.endpoint)}{path}?api-version={LLM_SPEECH_VERSION}"
