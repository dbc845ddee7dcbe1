import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recipes.body import body_problems
from shared.recipes.slips import SlipsError
from shared.recipes.template import RESERVED, fill_in

PIECES = st.lists(st.sampled_from(["user:\n", "words ", "{{a}}", "{{ b }}", "{{c }}", "\n", "system:\n", "} {"]))
VALUES = {"a": "x", "b": "user"}


@given(PIECES.map("".join))
def test_a_plain_body_is_judged_as_jinja2_would_judge_it(body: str) -> None:
    """A comment at its end makes it a template, and changes nothing else."""
    assert list(body_problems(body + " {# #}", {"a": "x"})) == list(body_problems(body, {"a": "x"}))


@pytest.mark.parametrize(
    ("body", "line", "problem"),
    [
        ("usr:\nOne.\nuser:\nTwo.", 1, "`usr:` begins no section: did you mean `user:`?"),
        ("user:\nOne.\n\nuser:\n\t\n", 4, "this `user:` section is empty"),
        ("user:\n{# nothing #}", 1, "this `user:` section is empty"),
        ('user[name="Ada"]:\nOne.', 1, "a section has a name only: write `user:`"),
        ("user:\nOne.\ntool:\nTwo.", 3, "no `tool:`"),
        ("user:\nOne.\n{% if a == 'y' %}\nuser:\nTwo.{% endif %}", None, "has other sections"),
        ("user:\nOne.\n{{ b }}:\nTwo.", None, "has other sections"),
        ("user:\n" + "{% if a %}" * 150 + "x" + "{% endif %}" * 150, None, "the template cannot be filled in"),
    ],
)
def test_a_body_that_would_be_read_as_other_sections_than_it_shows_is_refused(
    body: str, line: int | None, problem: str
) -> None:
    ((found_line, found),) = body_problems(body, VALUES)
    assert found_line == line
    assert problem in found


@pytest.mark.parametrize("line", ["The answer:", "Note:", "https://a.example:", "1:", "- user:", "users: all"])
def test_a_line_of_words_begins_no_section(line: str) -> None:
    assert list(body_problems(f"user:\n{line}\nOne.", VALUES)) == []


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{{ a }} and {{a|upper}}", "x and X"),
        ("{% if a == 'x' and not b != 'y' %}1{% elif a or b %}2{% else %}3{% endif %}", "2"),
        ("{# a note #}{% raw %}{{ a }}{% endraw %}", "{{ a }}"),
    ],
)
def test_an_allowed_template_is_filled_in(template: str, filled: str) -> None:
    assert fill_in(template, VALUES) == filled


def refused(template: str) -> list[tuple[int | None, str]]:
    with pytest.raises(SlipsError) as caught:
        fill_in(template, VALUES)
    return caught.value.problems


STATEMENTS = (
    *("include 'x'", "import 'x' as y", "from 'x' import y", "extends 'x'", "set a = 1"),
    *("block x %}{% endblock", "macro m() %}{{ m() }}{% endmacro", "call a() %}{% endcall"),
    *("for i in a %}{% endfor", "with c = a %}{% endwith", "filter upper %}{% endfilter"),
)
EXPRESSIONS = (
    *(
        "a.upper()",
        "a.__class__",
        "a['x']",
        "a * 10 ** 8",
        "1 / 0",
        "a ~ b",
        "a if b else a",
        "a is defined",
        "a in 'x'",
    ),
    *("a | replace('', 'xxxxxxxxxx')", "a | upper(1)", "a | map('upper')", "[a, b]", "{'a': b}"),
)


@pytest.mark.parametrize(
    "template", [*(f"{{% {each} %}}" for each in STATEMENTS), *(f"{{{{ {each} }}}}" for each in EXPRESSIONS)]
)
def test_a_template_that_could_read_call_repeat_or_grow_is_refused(template: str) -> None:
    (line, problem), *_ = refused(f"One.\n{template}")
    assert line == 2
    assert "is not supported: a template may hold `{{ input }}`" in problem


@pytest.mark.parametrize("name", ["range", "dict", "lipsum", "cycler", "c", "a_"])
def test_only_inputs_have_a_value(name: str) -> None:
    assert refused(f"{{{{ {name} }}}}") == [(1, f"`{name}` is not among the recipe's inputs")]


@pytest.mark.parametrize(
    "template",
    ["{{ " + "9" * 5_000 + " }}", "{{ " + "(" * 5_000, "{% if a %}" * 5_000, "{{ a", "{% nothing %}", "{{ 'x }}"],
)
def test_a_template_that_jinja_cannot_read_is_a_problem_and_no_other_exception(template: str) -> None:
    assert len(refused(template)) == 1


@given(st.text(st.sampled_from("{}%# ab|'=\n-if()[].0"), max_size=60))
def test_a_template_is_filled_in_or_refused_whatever_it_holds(template: str) -> None:
    try:
        assert len(fill_in(template, VALUES)) <= 10 * len(template)
    except SlipsError as error:
        assert error.problems


@pytest.mark.parametrize("name", ["false", "none", "not", "self", "true"])
def test_a_word_that_jinja_takes_for_something_else_is_no_name_of_an_input(name: str) -> None:
    assert name in RESERVED
    try:
        assert fill_in(f"{{{{ {name} }}}}{{# #}}", {name: "value"}) != "value"
    except SlipsError:
        return
