"""All models at one address, as strict as the real ones are known to be: chat completions and both speech services."""

from dataclasses import dataclass, field
from typing import override

from aiohttp import web

from tests.integration.loopback import Answer, Arrived
from tests.support.speech_forms import Refused
from tests.support.speech_services import SpeechServices
from tests.support.strict_chat import completion


@dataclass
class ModelServices(SpeechServices):
    """They keep what arrives, and in `refused` what they said of requests that they did not take."""

    refused: list[str] = field(default_factory=list)

    @override
    def answer_to(self, request: web.Request, arrived: Arrived) -> Answer:
        if not request.path.endswith("/chat/completions"):
            answer = super().answer_to(request, arrived)
        else:
            try:
                answer = Answer(body=completion(request, arrived))
            except Refused as refused:
                answer = refused.answer
        if answer.status != 200:
            self.refused.append(answer.body["error"]["message"])
        return answer
