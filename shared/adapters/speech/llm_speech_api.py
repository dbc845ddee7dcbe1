"""LLM Speech and fast transcription, beside the models on a Foundry resource."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from azure.core.credentials import AzureKeyCredential

from shared.adapters.speech.addresses import COGNITIVE_SERVICES, llm_speech_address
from shared.adapters.speech.languages import language_in, primary
from shared.adapters.speech.timeline import Told, counted_seconds, each_of, number_in, text_of, timeline_of
from shared.adapters.speech.transcript import Transcript
from shared.models import Deployment, SpeechRequest

MILLISECONDS = 1000.0


class LlmSpeechApi:
    """What goes out and comes in at `transcriptions:transcribe` (implements `SpeechApi`)."""

    file_field = "audio"

    def address(self, deployment: Deployment) -> str:
        """See `SpeechApi.address`."""
        return llm_speech_address(deployment)

    def scope(self, deployment: Deployment) -> str:  # noqa: ARG002 - the same for all
        """See `SpeechApi.scope`."""
        return COGNITIVE_SERVICES

    def key_headers(self, key: AzureKeyCredential) -> dict[str, str]:
        """See `SpeechApi.key_headers`."""
        return {"Ocp-Apim-Subscription-Key": key.key}

    def options(self, request: SpeechRequest, deployment: Deployment) -> dict[str, Any]:
        """See `SpeechApi.options`."""
        wanted, is_mai = request.options, deployment.model.lower().startswith("mai-transcribe")
        options: dict[str, Any] = {}
        if is_mai:
            options["enhancedMode"] = {"enabled": True, "model": deployment.model}
        if wanted.language:  # MAI's models have languages; fast transcription has locales
            options["locales"] = [primary(wanted.language) if is_mai else wanted.language]
        if wanted.speakers:
            options["diarization"] = {"enabled": True}
        if is_mai:
            options["modelOptions"] = {"timestamps": "word" if wanted.words else "segment"}
        if wanted.phrases:
            options["phraseList"] = {"phrases": list(wanted.phrases)}
        return options

    def fields(self, options: Mapping[str, Any], deployment: Deployment) -> list[tuple[str, str]]:  # noqa: ARG002
        """See `SpeechApi.fields`."""
        return [("definition", json.dumps(options, separators=(",", ":"), ensure_ascii=False))]

    def transcript(self, document: Any, length: float | None) -> Transcript | None:
        """See `SpeechApi.transcript`."""
        if not isinstance(document, dict):
            return None
        phrases = document.get("phrases")
        combined = document.get("combinedPhrases")
        if not isinstance(combined, list) and not isinstance(phrases, list):
            return None
        told = each_of(phrases, _told)
        text = text_of(each_of(combined, _told), "\n") or text_of(told, "\n")
        seconds = counted_seconds(document.get("durationMilliseconds"), MILLISECONDS)
        usage = None if seconds is None else {"seconds": seconds}
        return Transcript(text, timeline_of(told, (), length), _language_in(phrases), usage)


def _told(item: Mapping[str, Any]) -> Told:
    offset = number_in(item.get("offsetMilliseconds"), MILLISECONDS)
    duration = number_in(item.get("durationMilliseconds"), MILLISECONDS)
    end = None if offset is None or duration is None or duration < 0 else offset + duration
    words = each_of(item.get("words"), _told) if "words" in item else ()
    return Told(offset, end, item.get("text"), item.get("speaker"), words)


def _language_in(phrases: Any) -> str | None:
    """The language in which most is said: each phrase has its own."""
    said: Counter[str] = Counter()
    for phrase in phrases if isinstance(phrases, list) else ():
        if isinstance(phrase, dict) and (language := language_in(phrase.get("locale"))):
            said[language] += len(phrase["text"]) if isinstance(phrase.get("text"), str) else 1
    return max(said, key=lambda language: said[language]) if said else None
