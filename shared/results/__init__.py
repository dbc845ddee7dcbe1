"""The one document in which a file ends, and where it is kept."""

from shared.results.build import Facts, answered, answered_in_text_only, rejected, warnings_about
from shared.results.events import EventPublisher, cloud_event
from shared.results.labels import spending_labels
from shared.results.logged_fields import log_fields
from shared.results.result import DOCUMENT_ENDING, SCHEMA_VERSION, Result, document_name
from shared.results.sidecars import MEDIA_TYPES, Sidecar, sidecar_name, with_sidecars
from shared.results.store import FileStore, ResultStore, StoredResult, StoredSidecar
