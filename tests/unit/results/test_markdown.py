import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.recipes.markdown import MAX_CHARACTERS, check_markdown, fill_in_markdown, formatted, plain
from shared.recipes.slips import SlipsError
from shared.results.markdown import usual_markdown
from shared.transcripts.speaking import Spoken

GOOD = """\
# {{ file }}

{% for each in data.tasks %}
- {{ each.what }}{% if each.who %} ({{ each.who | upper }}){% endif %}

{% else %}
Nothing.
{% endfor %}
{% for each in transcript %}
{{ loop.index }} {{ each.speaker }}: {{ each.text }}
{% endfor %}
"""
REFUSED = [
    ("{{ dta }}", "`dta`: did you mean `data`?"),
    ("{{ data.taks }}", "`data.taks`: did you mean `tasks`?"),
    ("{{ inputs.tongue }}", "`inputs.tongue`: there are `language`"),
    ("{% for a in transcript %}{{ a.speakr }}{% endfor %}", "`a.speakr`: did you mean `speaker`?"),
    ("{% for a in transcript %}{% for b in transcript %}{% endfor %}{% endfor %}", "must be over a part of `a`"),
    ("{% for a in range(10) %}{% endfor %}", "this `for` is not supported"),
    ("{% for a, b in transcript %}{% endfor %}", "this `for` is not supported"),
    ("{% for a in transcript recursive %}{% endfor %}", "this `for` is not supported"),
    ("{% include 'other' %}", "`include` is not supported"),
    ("{% macro m() %}{% endmacro %}", "is not supported"),
    ("{% set a = text %}", "`assign` is not supported"),
    ("{{ text() }}", "`call` is not supported"),
    ("{{ text | safe }}", "`safe` is not supported"),
    ("{{ text * 9 }}", "`mul` is not supported"),
    ("{{ data['tasks'] }}", "`getitem` is not supported"),
    ("{{ text", "cannot be read"),
    ("{{ text | nothing }}", "`nothing` is not supported"),
]


@pytest.mark.parametrize(("template", "problem"), REFUSED)
def test_a_template_that_cannot_be_is_refused_with_what_is_wrong(template: str, problem: str) -> None:
    assert any(problem in each for each in check_markdown(template, {"tasks"}, {"language"}))


def test_a_template_is_filled_in_with_each_value_escaped() -> None:
    assert list(check_markdown(GOOD, {"tasks"}, set())) == []
    data = {
        "tasks": [{"what": "# <b>call</b>\n- [me](javascript:x)", "who": "ann_b"}, {"what": "1. rest", "who": None}]
    }
    said = [{"speaker": "A*", "text": "Hi | there", "time": "0:00:00"}]
    assert fill_in_markdown(GOOD, {"file": "a_b.mp3", "data": data, "transcript": said}) == (
        "# a\\_b.mp3\n\n- \\# \\<b\\>call\\</b\\> - \\[me\\](javascript:x) (ANN\\_B)\n- 1\\. rest\n"
        "1 A\\*: Hi \\| there\n"
    )
    assert "Nothing." in fill_in_markdown(GOOD, {"file": "x", "data": None})


def test_no_attribute_of_an_object_can_be_reached() -> None:
    values = {"text": "x", "data": {"items": "mine"}}
    assert fill_in_markdown("{{ text.__class__ }}{{ data.keys }}{{ data.items }}{{ data.a.b.c }}", values) == "mine"


def test_what_would_be_too_long_ends_soon() -> None:
    many = [{"text": "x"}] * 10_000
    with pytest.raises(SlipsError, match=str(MAX_CHARACTERS)):
        fill_in_markdown(
            "{% for a in transcript %}{{ text }}{% endfor %}", {"transcript": many, "text": "y" * 1_000_000}
        )


@given(st.text())
@example("![x](http://e) <img src=x> [a]: b")
@example("\\[a](b) \\<b>")
def test_neither_form_of_a_text_holds_links_pictures_or_html(text: str) -> None:
    for shown in (plain(text), formatted(text)):
        assert not re.search(r"[\[\]<]", re.sub(r"\\.", "", shown, flags=re.DOTALL))
    assert "\n" not in plain(text)


def test_the_usual_form_has_a_heading_for_each_field_and_the_transcript() -> None:
    data = {"summary": "Short.", "tasks": [{"task": "a|b", "who": None}], "decisions": ["One", "Two"], "notes": []}
    assert usual_markdown("talk.mp3", data, [Spoken("0:00:01", "Speaker 1", "Hi *there*")]) == (
        "# talk.mp3\n\n## Summary\n\nShort.\n\n## Tasks\n\n| Task | Who |\n| --- | --- |\n| a\\|b | \u2013 |\n\n"
        "## Decisions\n\n- One\n- Two\n\n## Notes\n\n\u2013\n\n## Transcript\n\n"
        "**Speaker 1** (0:00:01): Hi \\*there\\*\n"
    )


def test_the_template_in_the_docs_is_a_good_one() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "recipes.md").read_text()
    (template,) = re.findall(r"  markdown: \|\n((?:    .*\n|\n)+)", docs)
    text = re.sub("^    ", "", template, flags=re.MULTILINE)
    assert list(check_markdown(text, {"summary", "tasks"}, set())) == []
