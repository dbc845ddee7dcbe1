"""What a service says is told where it belongs: prompts and answers in documents alone, secrets nowhere."""

import json
from collections.abc import AsyncIterator, Iterable

import pytest
from aiohttp import web

from tests.integration.loopback import Answer, Service, saying
from tests.integration.scene import Scene, scene_over
from tests.planted import ANSWER, KEY, PROMPT, SECRETS, TOKEN, WORDS, Watch

QUOTED = f"{PROMPT} {ANSWER}"
ALL = f"{QUOTED} {KEY} {TOKEN}"
BODIES: list[object] = [
    ALL,
    '{"error": "' + ALL,
    [ALL],
    {"detail": [{"loc": ["body", PROMPT], "msg": "Extra inputs are not permitted", "input": ALL}]},
    *(
        {"error": error}
        for error in (
            ALL,
            {"message": ALL},
            {"code": ALL, "message": ALL},
            {"code": KEY, "type": TOKEN, "param": PROMPT, "message": f"Unrecognized request argument: {ALL}"},
            {"code": "unsupported_parameter", "param": ALL, "message": f"Unsupported parameter: {ALL}"},
            {"code": "bad", "innererror": {"code": ALL, "message": ALL}, "message": f"while downloading {ALL}"},
            {"code": "content_filter", "message": ALL, "details": [ALL]},
        )
    ),
    {
        **{**saying(QUOTED).body, "model": QUOTED, "id": ALL},
        "usage": {ALL: 1, "total_tokens": ALL, "prompt_tokens_details": {ALL: 1}},
    },
    {
        "choices": [
            {"finish_reason": ALL, "message": dict.fromkeys(("content", "refusal", "reasoning_content"), QUOTED)}
        ]
    },
    {"choices": [{"message": {"content": {"text": ALL}}}]},
    {"choices": [], "error": {"code": 500, "message": ALL}},
]
"""Bodies of replies that quote what they should not, in each of their parts."""
HEADERS = [
    *({name: each} for name in ("x-request-id", "apim-request-id", "x-ms-request-id") for each in (PROMPT, KEY, TOKEN)),
    *({name: ALL} for name in ("Location", "x-ms-error-code", "WWW-Authenticate")),
    {"Content-Type": f'text/plain; charset="{KEY}"'},
    {"X-Anything": ALL},
    {"Server": ALL},
]
"""Headers that do so; each goes with one of the bodies."""


class Indiscreet(Service):
    """Quotes in the first line of its replies too."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        response = await super().handle(request)
        response.set_status(response.status, ALL)
        return response


@pytest.fixture
async def scene(status: int, azurite: str) -> AsyncIterator[Scene]:
    hostile = [Answer(status, body, headers) for body, headers in zip(BODIES, HEADERS, strict=True)]
    async with scene_over(azurite, Indiscreet(answers=[*hostile, saying(ANSWER)])) as scene:
        yield scene


def found_in(texts: Iterable[str], planted: Iterable[str]) -> list[str]:
    texts = list(texts)
    return [each for each in planted if any(each in text for text in texts)]


@pytest.mark.parametrize("status", [200, 307, 400, 401, 422, 429, 503])
async def test_a_secret_that_a_service_quotes_is_in_no_log_no_message_and_no_exception(
    status: int, scene: Scene, caplog: pytest.LogCaptureFixture, suite_watch: Watch
) -> None:
    names = [f"{number}.png" for number in range(len(BODIES))]
    for name in names:
        await scene.drop(name)
    await scene.let_the_host_work()
    while await scene.count("later"):
        await scene.let_a_day_pass()
        await scene.let_the_host_work()
    assert len(scene.foundry.answers) == 1
    documents = [json.dumps(await scene.document(name)) for name in names]
    assert "null" not in documents
    assert found_in([caplog.text, *scene.messages], (*SECRETS, *WORDS)) == []
    assert found_in(documents, SECRETS) == []
    assert suite_watch.leaks_of_this_test == []
