import base64
import copy
import json

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.foundry.streaming import Base64Body, Placeholders
from tests.unit.fakes import MemorySource


def body_of(document: object, placeholders: Placeholders) -> Base64Body:
    return Base64Body(placeholders.split(document), placeholders.sources)


async def sent(body: Base64Body) -> bytes:
    return b"".join([piece async for piece in body])


@given(st.binary(max_size=4000), st.integers(min_value=1, max_value=700), st.text(max_size=50))
async def test_a_body_is_the_json_with_the_base64_in_it_and_of_the_length_it_says(
    content: bytes, chunk: int, prompt: str
) -> None:
    placeholders = Placeholders()
    document = {"prompt": prompt, "data": placeholders.mark(MemorySource(content, chunk)), "end": [1, None]}
    body = body_of(document, placeholders)
    whole = await sent(body)
    assert json.loads(whole) == {
        "prompt": prompt,
        "data": base64.b64encode(content).decode(),
        "end": [1, None],
    }
    assert body.length == len(whole)


async def test_a_body_can_be_sent_again_from_the_start() -> None:
    placeholders = Placeholders()
    body = body_of({"data": placeholders.mark(MemorySource(b"x" * 5000))}, placeholders)
    assert await sent(body) == await sent(body)


async def test_a_body_with_several_files_puts_each_in_its_place() -> None:
    placeholders = Placeholders()
    document = [placeholders.mark(MemorySource(b"one")), "between", placeholders.mark(MemorySource(b"two"))]
    assert json.loads(await sent(body_of(document, placeholders))) == ["b25l", "between", "dHdv"]


def test_a_mark_cannot_be_foreseen() -> None:
    source = MemorySource(b"")
    assert Placeholders().mark(source) != Placeholders().mark(source)


def test_a_deep_copy_is_the_body_itself() -> None:
    """azure-core copies each request deeply; the sources hold open clients."""
    body = Base64Body([b"{}"], [])
    assert copy.deepcopy({"content": body})["content"] is body
