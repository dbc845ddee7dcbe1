"""OpenAI's transcriptions, on Azure and on every other server that speaks as OpenAI's does."""

from collections.abc import Mapping
from typing import Any

from azure.core.credentials import AzureKeyCredential

from shared.adapters.http import counts_in
from shared.adapters.speech.addresses import openai_address
from shared.adapters.speech.languages import language_in, primary
from shared.adapters.speech.timeline import Told, counted_seconds, each_of, text_of, timeline_of
from shared.adapters.speech.transcript import Transcript
from shared.bounds import identifier, writable
from shared.models import Deployment, SpeechRequest

GRANULARITIES = "timestamp_granularities[]"


class OpenAiApi:
    """What goes out and comes in at `audio/transcriptions` (implements `SpeechApi`)."""

    file_field = "file"

    def address(self, deployment: Deployment) -> str:
        """See `SpeechApi.address`."""
        return openai_address(deployment)

    def scope(self, deployment: Deployment) -> str:
        """See `SpeechApi.scope`."""
        return deployment.endpoint.scope

    def key_headers(self, key: AzureKeyCredential) -> dict[str, str]:
        """See `SpeechApi.key_headers`. As chat completions have them: Azure reads one, other servers the other."""
        return {"api-key": key.key, "Authorization": f"Bearer {key.key}"}

    def options(self, request: SpeechRequest, deployment: Deployment) -> dict[str, Any]:
        """See `SpeechApi.options`."""
        wanted = request.options
        options: dict[str, Any] = {"response_format": _format_of(deployment.model)}
        if options["response_format"] == "diarized_json":
            options["chunking_strategy"] = "auto"  # required for more than 30 seconds
        elif wanted.phrases:
            options["prompt"] = ", ".join(wanted.phrases)
        if options["response_format"] == "verbose_json":
            options[GRANULARITIES] = ["segment", "word"] if wanted.words else ["segment"]
        if wanted.language:
            options["language"] = primary(wanted.language)
        return options

    def fields(self, options: Mapping[str, Any], deployment: Deployment) -> list[tuple[str, str]]:
        """See `SpeechApi.fields`."""
        named = deployment.is_named and deployment.endpoint.names_model
        fields = [("model", deployment.name)] if named else []
        for name, value in options.items():
            if name == GRANULARITIES and options.get("response_format") != "verbose_json":
                continue  # these two go together only
            fields += [(name, each) for each in ([value] if isinstance(value, str) else value)]
        return fields

    def transcript(self, document: Any, length: float | None) -> Transcript | None:
        """See `SpeechApi.transcript`."""
        if not isinstance(document, dict):
            return None
        segments, words = (each_of(document.get(name), _told) for name in ("segments", "words"))
        told = document.get("text")
        text = writable(told).strip() if isinstance(told, str) else ""
        text = text or text_of(segments, " ") or text_of(words, " ")
        if not text and not isinstance(told, str):
            return None
        language, model = language_in(document.get("language")), identifier(document.get("model"))
        return Transcript(text, timeline_of(segments, words, length), language, _usage_in(document), model or "")


def _format_of(model: str) -> str:
    """The richest form in which a model answers. One that nobody knows may be a whisper: what it refuses is learnt."""
    name = model.lower().rpartition("/")[2]
    if "diarize" in name:
        return "diarized_json"
    return "json" if name.startswith("gpt-") and "transcribe" in name else "verbose_json"


def _told(item: Mapping[str, Any]) -> Told:
    text = item.get("word", item.get("text"))
    words = each_of(item.get("words"), _told) if "words" in item else ()
    return Told(item.get("start"), item.get("end"), text, item.get("speaker"), words)


def _usage_in(document: Mapping[str, Any]) -> dict[str, Any] | None:
    usage = counts_in(document.get("usage")) or {}
    usage.pop("seconds", None)  # they may have a fraction, and are never 0
    told = document["usage"].get("seconds") if isinstance(document.get("usage"), dict) else None
    seconds = counted_seconds(told) or counted_seconds(document.get("duration"))
    return {**usage, **({"seconds": seconds} if seconds else {})} or None
