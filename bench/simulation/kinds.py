"""The kinds of files that are reckoned with: what the recipes allow, and what pages say of the models."""

from bench.simulation.limits import ASSUMED, PUBLISHED
from bench.simulation.served import Kind
from shared.bootstrap import RECIPES
from shared.recipes import RecipeCatalog

_SCHEMA_TOKENS = 200
_CATALOG = {recipe.name: recipe for recipe in RecipeCatalog.load(RECIPES)}


def _kind(name: str, recipe: str, media: str, answer: str, more_tokens: int = 0) -> Kind:
    prompt = int(PUBLISHED[media].value + ASSUMED["prompt_tokens"].value) + more_tokens
    tokens = int(ASSUMED[answer].value)
    seconds = PUBLISHED["first_token"].value + tokens / PUBLISHED["tokens_a_second"].value
    limit = _CATALOG[recipe].options.max_output_tokens
    assert limit
    return Kind(name, round(seconds, 1), prompt + tokens, prompt + limit)


PICTURE = _kind("picture, described", "describe", "image_tokens", "picture_answer")
RECEIPT = _kind("receipt, as data", "receipt", "image_tokens", "receipt_answer", _SCHEMA_TOKENS)
SPEECH = _kind("minute of speech, transcribed", "transcribe", "audio_tokens", "speech_answer")
KINDS = (PICTURE, RECEIPT, SPEECH)
