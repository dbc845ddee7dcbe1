"""Azure Storage."""

from shared.adapters.storage.addresses import blob_of, properties_of, stay_in_container
from shared.adapters.storage.blobs import BlobFiles
from shared.adapters.storage.clients import (
    bare,
    blobs_by_connection_string,
    blobs_by_identity,
    code_of,
    only_if,
    queues_by_connection_string,
    queues_by_identity,
)
from shared.adapters.storage.dead_letters import BlobDeadLetters
from shared.adapters.storage.queues import StorageEventQueue, StorageJobQueue
from shared.adapters.storage.sas import PublicLinks, SignedLinks
from shared.adapters.storage.state import BlobState
