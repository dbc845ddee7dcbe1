"""What a reasoning model thought, apart from what it answered, in each of the ways in which models send it."""

from collections.abc import Sequence
from typing import Any

THOUGHTS = ("thinking", "reasoning", "redacted_thinking")
"""Kinds of an answer's parts that are thoughts (Anthropic, Mistral, Databricks)."""

BESIDE = ("reasoning_content", "reasoning", "thinking")
"""Where servers put them beside the answer (DeepSeek, vLLM; OpenRouter; Ollama)."""

_MARKS = [
    ("<think>", "</think>"),  # DeepSeek, Qwen and most others
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("[think]", "[/think]"),  # Magistral
    ("<seed:think>", "</seed:think>"),  # Seed-OSS
    ("◁think▷", "◁/think▷"),  # Kimi-VL
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),  # gpt-oss
]
"""What stands before and behind a thought in the text, where no parser took it out."""

_ENDS = ("<|end|><|start|>assistant", "<|return|>", "<|end|>")
"""What a server of gpt-oss leaves at the end of either."""

_MAX_DEPTH = 4


def without_thought(text: str) -> tuple[str, str]:
    """The answer, and the thought that stands before it; where nothing stands behind a thought, there is no answer.

    Where a model's template opens the thought, only its end arrives.
    """
    begins = text.lstrip()
    lower = begins.lower()
    for opens, closes in _MARKS:
        is_open, end = lower.startswith(opens), lower.find(closes)
        if is_open or end >= 0:
            thought = begins[len(opens) if is_open else 0 : end if end >= 0 else len(begins)]
            answer = begins[end + len(closes) :] if end >= 0 else ""
            return _without_ends(answer), _without_ends(thought)
    return text, ""


def words_in(value: Any, names: Sequence[str] = ("thinking", "text", "summary"), depth: int = _MAX_DEPTH) -> str:
    """The words of a text, of a part that has some under one of these names, or of parts, also of parts in a part."""
    if isinstance(value, str):
        return value
    if depth and isinstance(value, dict):
        found = (words_in(value.get(name), names, depth - 1) for name in names)
        return next(filter(None, found), "")
    if depth and isinstance(value, list):
        return "".join(words_in(part, names, depth - 1) for part in value)
    return ""


def _without_ends(text: str) -> str:
    text = text.strip()
    for mark in _ENDS:
        text = text.removesuffix(mark).rstrip()
    return text
