"""What a file is, and how its content is read."""

from shared.media.files import InputContent, InputFile, InputStore, ListedFile, MediaSource, Page
from shared.media.media import Detail, Kind, Media, SendPolicy, Transport
from shared.media.metadata import read_metadata
from shared.media.names import (
    MAX_BLOB_NAME,
    can_exist,
    digest,
    harmless,
    has_dot_segment,
    is_plain,
    problem_with,
    require_addressable,
    stored_name,
)
from shared.media.parts import HEAD_BYTES
from shared.media.sniffing import sniff
