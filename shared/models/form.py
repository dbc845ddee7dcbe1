"""The form that a recipe asks of its last answer: asked for in words, read, and asked for once more."""

import json
from dataclasses import dataclass, field
from typing import Any

from shared.recipes import AnswerInvalid, AnswerSchema, read_answer

ASK_FOR_JSON = "Answer with one JSON object and nothing else. It must fit this JSON Schema:\n{schema}"
ASK_AGAIN = "That answer cannot be used: {problem}. Answer again, with one JSON object and nothing else."


def in_words(prompt: str, schema: AnswerSchema) -> str:
    """A prompt for a model that cannot be held to a schema."""
    return f"{prompt}\n\n{ASK_FOR_JSON.format(schema=json.dumps(schema.schema))}"


@dataclass
class FormRead:
    """What was read of the last answer.

    Attributes:
        data: the object that it holds, for a recipe that asks for one.
        problems: sentences about an answer that is not as it should be.
    """

    data: Any = None
    problems: list[str] = field(default_factory=list)

    def read(self, text: str, schema: AnswerSchema, *, may_ask: bool) -> str | None:
        """Read an answer. Where it does not fit, return what to ask once more, if that `may_ask`; else note that."""
        try:
            self.data = read_answer(text, schema.schema)
        except AnswerInvalid as problem:
            if may_ask:
                return ASK_AGAIN.format(problem=problem)
            self.problems.append(f"The answer is not of the form that the recipe asks for: {problem}.")
        return None
