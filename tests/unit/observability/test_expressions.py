"""Whatever a stranger wrote, an expression reads it in a time that grows no faster than the text."""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

import shared

ROOT = Path(shared.__file__).parent
UNITS = [
    *("a", "0", "A0", "=", "&", "?", "-", "--", "_", "/", ".", ":", ",", "%", "%2", "\\", '"', "'", '\\"', "{", "{{"),
    *("}}", "{%", "[", "(", "```", "```[", "```json{", "]```", "é", "\x00", "user", "user[", "key", "key=", "sig="),
    *("token", "sk-", "sk-proj-", "code=", "?a", "&a=", "%3F", "%3Fa%3D", "AccountKey=a;", "credential_", "eyJ"),
    *("eyJaaaaaa.", "-eyJ", "password=a", "max_tokens", "api-version", "/openai/deployments/", "/openai/v1"),
    *("/models", "https://", "AZURE_INFERENCE_MODEL_", "/input/", " ", "\t", "\n", "{{ a", "# ", "user:\n", "---\n"),
    *("---\t", "key: ", "key: '", 'api-key: \\"', "('key', '", "bearer a", "basic a", "secret: "),
    *("max_tokens too larg", "cannot be ", "unable to ", "\u2028", "key\t"),
]
"""What the texts repeat: beginnings of what the expressions look for, again and again."""
IN_PLACE = re.compile(r"\bre\s*\.\s*\w+\s*\(")
"""Where a module may use an expression that it has not compiled before; to parse them all takes a second."""
TOO_MUCH = 12
NOISE = 20e-6
"""Seconds; what takes less cannot be told from nothing."""


def expressions() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every expression of `shared`: those that a module holds, and those that a function writes out."""
    for found in pkgutil.walk_packages([str(ROOT)], "shared."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            yield from ((f"{found.name}.{name}", each) for each in _patterns(value))
    for path, text in ((path, path.read_text()) for path in ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(text if IN_PLACE.search(text) else "")):
            match node:
                case ast.Call(ast.Attribute(ast.Name("re"), name), [ast.Constant(str(said)), *_]) if name != "compile":
                    yield f"{path.relative_to(ROOT.parent)}:{node.lineno}", re.compile(said)
                case ast.Call(ast.Attribute(ast.Name("re"), name), [ast.JoinedStr(), *_]) if name != "compile":
                    pytest.fail(f"{path}:{node.lineno} makes an expression each time: compile it where it can be seen")


def _patterns(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, tuple | list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _patterns(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _patterns(getattr(value, field.name))


ALL = {pattern: name for name, pattern in expressions()}


def seconds(call: Callable[[str], object], text: str, tries: int = 3) -> float:
    """The least of some tries, in processor time, so that what else runs here does not count."""
    taken = []
    for _ in range(tries):
        started = time.thread_time()
        call(text)
        taken.append(time.thread_time() - started)
    return min(taken)


def growth(pattern: re.Pattern[str], unit: str) -> float:
    """By how much the time grows when the text is four times as long; 4 is linear, 16 quadratic."""
    texts = [unit * (size // len(unit)) + "\x01" for size in (500, 2_000)]
    calls = (pattern.search, pattern.fullmatch, lambda text: pattern.sub("", text))
    return max(_growth(call, *texts) for call in calls)


def _growth(call: Callable[[str], object], short: str, long: str) -> float:
    """Looked at closely only where the first look is not good enough: more tries find no more than that."""
    once = seconds(call, long, tries=1)
    if once < TOO_MUCH * NOISE:
        return once / NOISE
    least = max(seconds(call, short), NOISE)
    return once / least if once < TOO_MUCH * least else seconds(call, long) / least


def test_the_expressions_of_every_room_are_found() -> None:
    names = " ".join(ALL.values())
    assert all(room in names for room in ("adapters", "models", "observability", "recipes", "settings"))


@pytest.mark.parametrize("pattern", ALL, ids=ALL.values())
def test_the_time_of_an_expression_grows_as_the_text_does(pattern: re.Pattern[str]) -> None:
    too_much = {unit: worst for unit in UNITS if (worst := growth(pattern, unit)) >= TOO_MUCH}
    assert {unit: again for unit in too_much if (again := growth(pattern, unit)) >= TOO_MUCH} == {}
