import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recipes.template import RESERVED, TemplateSlipError, fill_in_template, template_problems


def problems(template: str) -> list[tuple[int, str]]:
    return list(template_problems(template, {"a", "b"}))


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{{ a }} and {{a|upper}}", "x and X"),
        ("{% if a == 'x' and not b != 'y' %}1{% elif a or b %}2{% else %}3{% endif %}", "1"),
        ("{# a note #}{% raw %}{{ a }}{% endraw %}", "{{ a }}"),
        ("{{ b | trim | lower -}}   !\n", "y!\n"),
    ],
)
def test_an_allowed_template_is_filled_in(template: str, filled: str) -> None:
    assert problems(template) == []
    assert fill_in_template(template, {"a": "x", "b": "y"}) == filled


@pytest.mark.parametrize(
    "template",
    [
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% from 'x' import y %}",
        "{% extends 'x' %}",
        "{% block x %}{% endblock %}",
        "{% macro m() %}{{ m() }}{% endmacro %}",
        "{% call a() %}{% endcall %}",
        "{% for i in a %}{% for j in a %}{% endfor %}{% endfor %}",
        "{% set a = 1 %}",
        "{% with c = a %}{% endwith %}",
        "{% filter upper %}{% endfilter %}",
        "{{ a.upper() }}",
        "{{ a.__class__ }}",
        "{{ a['x'] }}",
        "{{ a * 10 ** 8 }}",
        "{{ 1 / 0 }}",
        "{{ a ~ b }}",
        "{{ a if b else a }}",
        "{{ a is defined }}",
        "{{ a in 'xyz' }}",
        "{{ a | replace('', 'xxxxxxxxxx') }}",
        "{{ a | upper(1) }}",
        "{{ a | map('upper') }}",
        "{{ [a, b] }}",
        "{{ {'a': b} }}",
    ],
)
def test_a_template_that_could_read_call_repeat_or_grow_is_refused(template: str) -> None:
    (line, problem), *_ = problems(f"One.\n{template}")
    assert line == 1
    assert "is not supported: a template may hold `{{ input }}`" in problem


@pytest.mark.parametrize("name", ["range", "dict", "lipsum", "cycler", "c", "a_"])
def test_only_inputs_have_a_value(name: str) -> None:
    assert problems(f"{{{{ {name} }}}}{{# #}}") == [(0, f"`{name}` is not among the recipe's inputs")]


@pytest.mark.parametrize(
    "template",
    ["{{ " + "9" * 5_000 + " }}", "{{ " + "(" * 5_000, "{% if a %}" * 5_000, "{{ a", "{% nothing %}", "{{ 'x }}"],
)
def test_a_template_that_jinja_cannot_read_is_a_problem_and_no_exception(template: str) -> None:
    assert len(problems(template)) == 1


def test_a_template_that_only_pythons_compiler_refuses_is_refused_when_it_is_filled_in() -> None:
    template = "{% if a %}" * 150 + "x" + "{% endif %}" * 150
    with pytest.raises(TemplateSlipError, match="the template cannot be filled in"):
        fill_in_template(template, {"a": "x"})


@given(st.text(st.sampled_from("{}%# ab|'=\n-if()[].0"), max_size=60))
def test_a_template_is_filled_in_or_refused_whatever_it_holds(template: str) -> None:
    if not problems(template):
        try:
            fill_in_template(template, {"a": "x", "b": "y"})
        except TemplateSlipError:
            return


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_word_of_the_template_language_could_not_be_an_input(name: str) -> None:
    """That is why none may be called so: it is no variable, or it is one of Jinja's own."""
    try:
        assert fill_in_template(f"{{{{ {name} }}}}", {name: "value"}) != "value"
    except (TemplateSlipError, AssertionError):
        return
