"""All that must be answered: pictures, pages and sounds, with the words that must come out."""

from tests.corpus.good_pages import PAGES
from tests.corpus.good_pictures import PICTURES
from tests.corpus.good_sounds import SOUNDS
from tests.corpus.made import by_name

GOOD = by_name(PICTURES, PAGES, SOUNDS)

LARGE = ("noise_of_20_mb.jpg", "scan_of_25_mb.tiff", "wide.jpg")
"""Those that take a second to make."""
