"""Media made by `make.py`; what the tests expect of it stands here once."""

from pathlib import Path

FOLDER = Path(__file__).parent
CHART = FOLDER / "chart.png"
HELLO = FOLDER / "hello_how_are_you.mp3"
TRAIN = FOLDER / "train.wav"
SENTENCES = FOLDER / "sentences"
"""Recordings of the first of `tests/support/sentences.py`: `00.mp3` and so on."""

WORDS_IN_CHART = "Umbrellas sold by season Winter 420 Spring 610 Summer 150 Autumn 880"
WORDS_IN_HELLO = "Hello, how are you?"
WORDS_IN_TRAIN = "The train to the coast leaves at nine."
WORDS_IN_RECEIPT = "CORNER BAKERY 2026-11-20 Rye bread 4.50 Two rolls 1.80 Coffee 3.20 TOTAL 9.50"
