"""The two APIs of speech models, and what they have in common (`SpeechApi`)."""

from collections.abc import Mapping
from typing import Any, Protocol

from azure.core.credentials import AzureKeyCredential

from shared.adapters.speech.llm_speech_api import LlmSpeechApi
from shared.adapters.speech.openai_api import OpenAiApi
from shared.adapters.speech.transcript import Transcript
from shared.models import Deployment, SpeechRequest


class SpeechApi(Protocol):
    """How a recording goes to a service, and what comes back."""

    @property
    def file_field(self) -> str:
        """The name of the field that has the recording."""
        ...

    def address(self, deployment: Deployment) -> str:
        """Where the request goes."""
        ...

    def scope(self, deployment: Deployment) -> str:
        """What a token is asked for, where no setting says it."""
        ...

    def key_headers(self, key: AzureKeyCredential) -> dict[str, str]:
        """The headers that have the key."""
        ...

    def options(self, request: SpeechRequest, deployment: Deployment) -> dict[str, Any]:
        """What is asked for, under the names of the API; a service could refuse each of them."""
        ...

    def fields(self, options: Mapping[str, Any], deployment: Deployment) -> list[tuple[str, str]]:
        """The fields of the form but for the file."""
        ...

    def transcript(self, document: Any, length: float | None) -> Transcript | None:
        """What a reply to so many seconds of sound says (None: not known); None where it is no transcript."""
        ...


def api_of(deployment: Deployment) -> SpeechApi:
    """The API that a deployment speaks."""
    return LlmSpeechApi() if deployment.capability.speech == "llm_speech" else OpenAiApi()
