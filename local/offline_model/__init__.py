"""The offline model: a real answer without a cloud.

It writes down English speech and reads the text in pictures, by the chat completions API of Azure AI
Foundry, and says so when it is asked for anything else. By OpenAI's API of transcriptions it tells when what is said.
It refuses what the real services refuse.
"""

MODEL = "dropscribe-offline-model"
"""Its deployment for pictures and words, and what every answer carries in `model`."""

SPEECH_MODEL = "dropscribe-offline-speech"
"""Its deployment for recordings."""

OFFLINE = (MODEL, SPEECH_MODEL)
"""What documents call it."""
