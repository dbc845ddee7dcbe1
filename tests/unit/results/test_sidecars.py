import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models.chat import ChatAnswer
from shared.recipes.recipe import FORMS, FileForm, Recipe
from shared.results.result import MAX_WHOLE_NAME, Result, document_name
from shared.results.sidecars import sidecar_name, with_sidecars
from shared.transcripts.segments import Segment
from tests.unit.fakes import MemoryFiles, SpeakingModel, said
from tests.unit.memory_app import CATALOG, HELLO, memory_app

SUBTITLES = next(each for each in CATALOG if each.name == "subtitles")
TALK = replace(said("Hello. Hi."), segments=(Segment(0, 2, "Hello.", "1"), Segment(2, 4, "Hi.", "2")), language="en")
NAME = "subtitles/talk.mp3"


async def answered(*answers: ChatAnswer, name: str = NAME) -> tuple[Result, dict[str, bytes]]:
    files = MemoryFiles()
    files.put(name, HELLO)
    await memory_app(files, SpeakingModel(list(answers))).take(name)
    return files.outcome(name), {form: content for (_, form), (_, content) in files.beside.items()}


def writing(*forms: FileForm, markdown: str | None = None) -> Recipe:
    return replace(SUBTITLES, writes=forms, markdown=markdown)


async def test_a_document_lists_the_files_that_lie_beside_it() -> None:
    result, beside = await answered(TALK)
    assert b"Speaker 2: Hi." in beside["srt"]
    assert b"<v Speaker 2>Hi." in beside["vtt"]
    assert [(each.name, each.media_type, each.bytes, each.sha256) for each in result.files] == [
        (f"{NAME}.{form}", media_type, len(beside[form]), hashlib.sha256(beside[form]).hexdigest())
        for form, media_type in (("srt", "application/x-subrip"), ("vtt", "text/vtt"))
    ]


async def test_subtitles_end_with_the_recording() -> None:
    spoken = (Segment(1.7, 1.8, "Bye.", "B"),)
    result, beside = await answered(replace(TALK, segments=spoken))
    assert result.input.seconds == 1.8
    assert b"00:00:00,800 --> 00:00:01,800" in beside["srt"]
    assert b"00:00:00.800 --> 00:00:01.800" in beside["vtt"]


async def test_without_times_there_are_no_subtitles_and_a_warning_says_why() -> None:
    result, beside = await answered(said("Hello. Hi."))
    assert (result.status, result.files, beside) == ("ok", [], {})
    assert any("writes `srt` and `vtt`, but the model" in each for each in result.warnings)
    assert any(
        "In AZURE_INFERENCE_DEPLOYMENT_AUDIO name a speech model that tells times." in each for each in result.warnings
    )


async def test_text_and_markdown_are_written_without_times_too() -> None:
    result, _ = await answered(said("Hello *there* <b>."))
    _, made = with_sidecars(result, writing("txt", "md"))
    assert [each.content.decode() for each in made] == [
        "Hello *there* <b>.\n",
        "# talk.mp3\n\nHello *there* \\<b>.\n",
    ]


async def test_minutes_have_data_and_transcript() -> None:
    tasks = [{"task": "x", "who": "Ann", "due": None}]
    data = {"summary": "A talk.", "speakers": [], "decisions": ["Go."], "tasks": tasks}
    result, beside = await answered(TALK, said(json.dumps(data)), name="minutes/talk.mp3")
    assert result.forms == ("md",)
    assert "## Decisions\n\n- Go.\n\n## Tasks\n\n| Task | Who | Due |" in beside["md"].decode()
    assert "## Transcript\n\n**Speaker 1** (0:00:00): Hello." in beside["md"].decode()


async def test_a_recipes_own_template_takes_the_place_of_the_usual_form() -> None:
    result, _ = await answered(TALK)
    template = "{{ file }} {{ language }}{% for each in transcript %} {{ each.time }} {{ each.speaker }}{% endfor %}"
    _, (made,) = with_sidecars(result, writing("md", markdown=template))
    assert made.content == b"talk.mp3 en 0:00:00 Speaker 1 0:00:02 Speaker 2"


async def test_a_file_that_cannot_be_made_is_a_warning_and_no_lost_answer() -> None:
    result, _ = await answered(TALK)
    told, made = with_sidecars(result, writing("md", "txt", markdown="{{ text"))
    assert ([each.form for each in made], told.forms) == (["txt"], ("txt",))
    assert any("The file for `md` could not be written" in each for each in told.warnings)


async def test_an_error_document_has_no_files() -> None:
    files = MemoryFiles()
    files.put(NAME, b"no sound")
    await memory_app(files, SpeakingModel([TALK])).take(NAME)
    assert (files.outcome(NAME).status, files.outcome(NAME).files, files.beside) == ("error", [], {})


NAMES = st.one_of(
    st.text(min_size=1, max_size=30),
    st.sampled_from(
        ["a", "a.srt", "a.json", "a.srt.json", "a.json.srt", "unusual-names/a.md", "x" * 1024, "../a", "a\x01"]
    ),
    st.integers(MAX_WHOLE_NAME - 3, 1024).map(lambda length: "x" * length),
)


@given(st.lists(NAMES, min_size=2, max_size=6, unique_by=document_name))
def test_no_two_files_beside_documents_nor_a_file_and_a_document_have_one_name(names: list[str]) -> None:
    all_names = [sidecar_name(name, form) for name in names for form in FORMS] + [document_name(name) for name in names]
    assert len(set(all_names)) == len(all_names)
    assert max(map(len, all_names)) <= 1024


@pytest.mark.parametrize("name", ["talk.mp3", "x" * 1020, "a/../b"])
def test_a_file_is_called_like_its_document_but_for_the_end(name: str) -> None:
    assert sidecar_name(name, "srt") == document_name(name).removesuffix(".json") + ".srt"
