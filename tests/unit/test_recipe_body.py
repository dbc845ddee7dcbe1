import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recipes.body import body_problems, turns

PIECES = st.lists(st.sampled_from(["user:\n", "words ", "{{a}}", "{{ b }}", "{{c }}", "\n", "system:\n", "} {"]))


@given(PIECES.map("".join))
def test_a_plain_body_is_judged_as_jinja2_would_judge_it(body: str) -> None:
    """A comment at the beginning makes it a template, and changes nothing else but the number of lines."""
    as_template = list(body_problems("{# #}\n" + body, {"a": "x"}))
    expected = [
        (0 if "there is no" in problem else line + 1, problem) for line, problem in body_problems(body, {"a": "x"})
    ]
    assert sorted(as_template) == sorted(expected)


@pytest.mark.parametrize(
    ("body", "count"), [("user:\nOne.", 1), ("system:\nBe brief.\nuser:\nOne.\n\nUser:\nTwo.", 2), ("Words.", 0)]
)
def test_turns_counts_how_often_the_user_speaks(body: str, count: int) -> None:
    assert turns(body) == count


def slips(body: str, **values: str) -> list[tuple[int, str]]:
    return list(body_problems(body, values))


@pytest.mark.parametrize(
    ("body", "line", "problem"),
    [
        ("usr:\nOne.\nuser:\nTwo.", 0, "`usr:` begins no section: did you mean `user:`?"),
        ("sytem:\nBe brief.\nuser:\nOne.", 0, "did you mean `system:`?"),
        ("user:\nOne.\n\nuser:\n\t\n", 3, "this `user:` section is empty"),
        ('user[name="Ada"]:\nOne.', 0, "a section has a name only: write `user:`"),
        ("user:\nOne.\ntool:\nTwo.", 2, "no `tool:`"),
        ("user:\n{# nothing #}", 0, "with its values filled in this `user:` section is empty"),
        ("user:\nOne.\n{% if a == 'x' %}\nuser:\nTwo.{% endif %}", None, None),
        ("user:\nOne.\n{% if a == 'y' %}\nuser:\nTwo.{% endif %}", 0, "has other sections"),
        ("user:\nOne.\n{{ b }}:\nTwo.", 0, "has other sections"),
    ],
)
def test_a_body_that_would_be_read_as_other_sections_than_it_shows_is_refused(
    body: str, line: int | None, problem: str | None
) -> None:
    found = slips(body, a="x", b="user")
    assert [each for each, _ in found] == ([] if line is None else [line])
    assert problem is None or problem in found[0][1]


@pytest.mark.parametrize("line", ["The answer:", "Note:", "https://a.example:", "1:", "- user:", "users: all"])
def test_a_line_of_words_begins_no_section(line: str) -> None:
    assert slips(f"user:\n{line}\nOne.") == []
