"""Files that can be seen, but not read: each ends in a document, and nothing is asked."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.media.files import InputFile
from tests import samples
from tests.unit.fakes import MemoryFiles, MemorySource, MemoryState, SpeakingModel, said
from tests.unit.memory_app import memory_app

CHART = samples.CHART.read_bytes()


@dataclass
class Unreadable(MemoryFiles):
    """Shows files with these attributes, and gives no byte of them."""

    attributes: dict[str, Any] = field(default_factory=dict)

    async def look(self, name: str) -> InputFile:
        return replace(await super().look(name), **self.attributes)

    async def read_range(self, file: InputFile, start: int, length: int) -> bytes:
        raise AssertionError("it was read")

    def open(self, file: InputFile) -> MemorySource:
        raise AssertionError("it was read")


@pytest.mark.parametrize(
    ("name", "attributes", "code"),
    [
        ("z/../../private/x.png", {}, "unusable_name"),
        ("./x.png", {}, "unusable_name"),
        ("a/.../x.png", {}, "unusable_name"),
        ("x.png", {"is_locked": True}, "unreadable_file"),
    ],
)
async def test_a_file_that_cannot_be_read_ends_in_a_document_that_says_why(
    name: str, attributes: dict[str, Any], code: str
) -> None:
    files, model = Unreadable(attributes=attributes), SpeakingModel([said("never")])
    files.put(name, CHART)
    await memory_app(files, model).take(name)
    error = files.outcome(name).error
    assert error
    assert (error.code, error.retryable, model.requests) == (code, False, [])


async def test_a_document_bears_the_time_of_storage_and_not_of_this_machine() -> None:
    files, state = MemoryFiles(), MemoryState()
    files.put("chart.png", CHART)
    await memory_app(files, SpeakingModel([said("Hello.")]), state=state).take("chart.png")
    timing = files.outcome("chart.png").timing
    assert timing.received == timing.completed == state.time
