import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recipes.body import body_problems, turns

PIECES = st.lists(st.sampled_from(["user:\n", "words ", "{{a}}", "{{ b }}", "{{c }}", "\n", "system:\n", "} {"]))


@given(PIECES.map("".join))
def test_a_plain_body_is_judged_as_jinja2_would_judge_it(body: str) -> None:
    """A comment at the end makes it a template, and changes nothing else."""
    assert sorted(body_problems(body, {"a"})) == sorted(body_problems(body + "\n{# #}", {"a"}))


@pytest.mark.parametrize(
    ("body", "count"), [("user:\nOne.", 1), ("system:\nBe brief.\nuser:\nOne.\n\nUser:\nTwo.", 2), ("Words.", 0)]
)
def test_turns_counts_how_often_the_user_speaks(body: str, count: int) -> None:
    assert turns(body) == count
