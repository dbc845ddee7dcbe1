"""Speech models: what is said in a recording, when, and by whom."""

from shared.adapters.speech.client import SpeechService
