"""Speech services on loopback, as strict as the real ones are known to be: what each takes, and what it then says.

Both keep what arrives, as the model service does (tests/integration/loopback.py).
"""

import json
from dataclasses import dataclass, field

from aiohttp import web

from tests.integration.loopback import Answer, Arrived, Service
from tests.support.llm_speech import llm_speech_document
from tests.support.openai_speech import openai_document
from tests.support.speech_forms import Recorded, Refused, require_length


@dataclass
class SpeechServices(Service):
    """Both services at one address.

    Attributes:
        models: of each deployment, which model it is; one that is not named here is called as its model is.
        first: what is answered before anything is looked at, one each.
    """

    recorded: Recorded = field(default_factory=Recorded)
    models: dict[str, str] = field(default_factory=dict)
    first: list[Answer] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        arrived = Arrived(str(request.rel_url), headers, await request.read())
        self.arrived.append(arrived)
        answer = self.first.pop(0) if self.first else self.answer_to(request, arrived)
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        headers = {"Content-Type": "application/json", "apim-request-id": "r-1", **answer.headers}
        return web.Response(status=answer.status, body=text.encode(), headers=headers)

    def answer_to(self, request: web.Request, arrived: Arrived) -> Answer:
        """What the service that is asked says."""
        try:
            require_length(arrived)
            if request.path == "/speechtotext/transcriptions:transcribe":
                return Answer(body=llm_speech_document(request, arrived, self.recorded))
            return Answer(body=openai_document(request, arrived, self.recorded, self.models))
        except Refused as refused:
            return refused.answer
