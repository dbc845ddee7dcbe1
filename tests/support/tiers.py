"""Chat completions as strict about `service_tier` as Azure is known to be: who has the tier, and who has room in it."""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import web

from tests.integration.loopback import COMPLETION, Service

WITH_FLEX = frozenset({"gpt-5.6-sol", "gpt-6-luna"})
"""Models that have the tier `flex`."""

WORDINGS = (
    {"message": "Invalid service_tier argument", "type": "invalid_request_error", "param": "service_tier"},
    {"message": "Unsupported value: flex processing is not available for this model.", "code": "BadRequest"},
    {"message": "The requested service tier is not supported by this deployment.", "param": None},
    {"message": "Unrecognized request argument supplied: service_tier", "type": "invalid_request_error"},
)
"""What a model without it may say."""

NO_ROOM = {"message": "Resource temporarily unavailable for this service tier.", "code": "resource_unavailable"}


@dataclass
class TieredService(Service):
    """Its deployments are called as their models. A call of `flex` is silent for ever where `thinks` is set."""

    refuses_with: int = 0
    has_room: bool = True
    thinks: bool = False
    asked: list[str | None] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        document = json.loads(await request.read())
        tier = document.get("service_tier")
        self.asked.append(tier)
        if tier is not None and (tier != "flex" or document["model"] not in WITH_FLEX):
            return web.json_response({"error": WORDINGS[self.refuses_with]}, status=400)
        if tier and not self.has_room:
            return web.json_response({"error": NO_ROOM}, status=429)
        if tier and self.thinks:
            await asyncio.Event().wait()
        return web.json_response({**COMPLETION, "model": document["model"], "service_tier": tier or "default"})
