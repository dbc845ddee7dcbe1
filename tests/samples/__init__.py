"""Media made by `make.py`; what the tests expect of it stands here once."""

from pathlib import Path

FOLDER = Path(__file__).parent
CHART = FOLDER / "chart.png"
HELLO = FOLDER / "hello_how_are_you.mp3"
TRAIN = FOLDER / "train.wav"

WORDS_IN_CHART = (
    "Umbrellas sold by season",
    "Winter",
    "420",
    "Spring",
    "610",
    "Summer",
    "150",
    "Autumn",
    "880",
)
WORDS_IN_HELLO = "hello how are you"
