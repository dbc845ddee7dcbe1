import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.recipes.output_schema import MAX_PROBLEM, AnswerInvalid, Output, object_schema, read_answer

OUTPUTS = [
    Output(name="merchant", kind="string", description="Who sold it."),
    Output(name="currency", kind="string", enumValues=["EUR", "USD"]),
    Output(
        name="items",
        kind="array",
        required=True,
        items=Output(kind="object", properties=[Output(name="price", kind="float", required=True)]),
    ),
]
SCHEMA = object_schema(OUTPUTS)
GOOD = {"merchant": "Café", "currency": None, "items": [{"price": 1.5}]}


def test_outputs_become_a_schema_of_the_strict_form() -> None:
    assert SCHEMA == {
        "type": "object",
        "properties": {
            "merchant": {"type": ["string", "null"], "description": "Who sold it."},
            "currency": {"type": ["string", "null"], "enum": ["EUR", "USD", None]},
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"price": {"type": "number"}},
                    "required": ["price"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["merchant", "currency", "items"],
        "additionalProperties": False,
    }
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD),
        f"```json\n{json.dumps(GOOD, indent=2)}\n```",
        f"Here it is:\n```JSON\n{json.dumps(GOOD)}\n```\nAnything else?",
        f"\ufeff{json.dumps(GOOD)}",
        f"Here is {{your}} receipt: {json.dumps(GOOD)} Is there anything else?",
        f'{json.dumps(GOOD)} {{"and so on',
        f'The fields {{"merchant","currency"}}: {json.dumps(GOOD)}',
        f"{json.dumps(GOOD)}{json.dumps(GOOD)}",
        f"{json.dumps(GOOD)}\n{{}}",
    ],
)
def test_an_answer_is_read_whatever_stands_around_it(text: str) -> None:
    assert read_answer(text, SCHEMA) == GOOD


def test_line_breaks_inside_of_a_string_are_taken() -> None:
    text = json.dumps({"merchant": "A|B", "total": -(10**300)}).replace("|", "\n")
    assert read_answer(text, {}) == {"merchant": "A\nB", "total": -(10**300)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not JSON"),
        ("Here it is: {}", "it holds no object"),
        ('Here it is: {"merchant": null}', "the object: 'currency' is a required property"),
        ('{"a":' * 30_000, "not JSON"),
        ('{"items": [' + "1," * 70_000 + "1]}", "more than 65536 values"),
        ('{"items": [{"price": 1.5}], "merchant": "a', "not JSON"),
        ('{"merchant": NaN}', "NaN is no number of JSON"),
        (f"```{json.dumps(GOOD)}``` or ```{json.dumps({**GOOD, 'merchant': 'B'})}```", "it holds more than one object"),
        ('{"merchant": "A", "items": [{"merchant": "B", "currency": null, "items": []}, {"a": 1}', "not JSON"),
        ('{"total": 1e400}', "1e400 is no number of JSON, or too large"),
        ('{"total": ' + "9" * 5_000 + "}", "99999999999999999999 is no number of JSON, or too large"),
        ('{"merchant": "a", "merchant": "b"}', "a field stands there twice"),
        ('{"merchant": "\\ud800"}', "surrogates not allowed"),
        ("[]", "it holds no object"),
        ('{"a"}' * 30 + json.dumps(GOOD), "not JSON"),
        (json.dumps({**GOOD, "currency": "CHF"}), "currency: 'CHF' is not one of"),
        (json.dumps({**GOOD, "items": [{"price": "2"}]}), r"items\[0\].price: '2' is not of type 'number'"),
        (json.dumps({**GOOD, "more": 1}), "the object: Additional properties"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_what_is_wrong(text: str, problem: str) -> None:
    with pytest.raises(AnswerInvalid, match=problem):
        read_answer(text, SCHEMA)


def test_a_problem_with_an_answer_is_told_shortly() -> None:
    with pytest.raises(AnswerInvalid) as caught:
        read_answer(json.dumps({**GOOD, "items": "x" * 100_000}), SCHEMA)
    assert len(str(caught.value)) < MAX_PROBLEM + 50


@given(st.text())
def test_any_text_is_either_an_answer_that_fits_or_refused(text: str) -> None:
    try:
        data = read_answer(text, SCHEMA)
    except AnswerInvalid:
        return
    jsonschema.validate(data, SCHEMA)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "a", "kind": "array"},
        {"name": "a", "kind": "object"},
        {"name": "a", "kind": "string", "items": {"kind": "string"}},
        {"name": "a", "kind": "date"},
        {"name": "a", "kind": "integer", "enumValues": ["1"]},
        {"name": "a", "kind": "object", "properties": [{"name": "b c", "kind": "string"}]},
        {"name": "a", "kind": "object", "properties": [{"name": "b", "kind": "string"}] * 2},
    ],
)
def test_an_output_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Output.model_validate(wrong)
