"""All that is damaged, odd, or made to do harm, with what must come of each."""

from tests.corpus.bad_containers import bad_containers
from tests.corpus.bad_pages import bad_pages
from tests.corpus.bad_photographs import BAD_PHOTOGRAPHS
from tests.corpus.bad_pictures import BAD_PICTURES
from tests.corpus.bad_scans import BAD_SCANS
from tests.corpus.bad_sounds import bad_sounds
from tests.corpus.damaged import damaged
from tests.corpus.made import Made, by_name
from tests.corpus.names import NAMES
from tests.corpus.other_files import other_files
from tests.corpus.playlists import playlists


def hostile(port: int) -> dict[str, Made]:
    """All of them, by name.

    Args:
        port: where a test listens on this machine: what a file would make us fetch lies there.
    """
    crafted = (BAD_PICTURES, BAD_SCANS, BAD_PHOTOGRAPHS, bad_pages(port), bad_sounds(port), bad_containers(port))
    return by_name(*crafted, playlists(port), other_files(port), NAMES, damaged())
