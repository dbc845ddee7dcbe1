"""The files that `doctor` drops: uploaded, awaited, and removed with their documents."""

import asyncio
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import ContentSettings

from cli.doctor.account import Account
from cli.doctor.findings import BLOB_CONTRIBUTOR, Finding, refused
from cli.doctor.log import Watch
from cli.documents import Document
from cli.uploads import Upload
from local.stack import APP
from shared.adapters.storage import blob_of
from shared.media import Kind
from shared.recipes import DEFAULTS, METADATA_KEY
from shared.results import document_name

FOLDER = "dropscribe-doctor"
"""The folder of the samples, by which their documents and announcements are known."""
POLL_SECONDS = 1

_FILES: dict[Kind, str] = {"image": "chart.png", "audio": "hello_8khz.mp3"}
_WORDS: dict[Kind, str] = {"image": "picture", "audio": "recording"}


@dataclass
class Sample:
    """A file, and what became of it.

    Attributes:
        is_garbled: whether what lies in its document's place is none.
        waits_until: when the app looks at it again, where it noted that.
        dropped: when it was, by the clock of the storage.
    """

    kind: Kind | None
    upload: Upload
    document: Document | None = None
    is_garbled: bool = False
    waits_until: datetime | None = None
    dropped: datetime | None = None

    @property
    def name(self) -> str:
        """Its name in storage."""
        return self.upload.name

    @property
    def word(self) -> str:
        """What it is called before people."""
        return _WORDS[self.kind] if self.kind else "text"


def new_samples() -> list[Sample]:
    """A picture and a recording, under names that were not used before."""
    number = secrets.token_hex(4)
    paths = {kind: APP / "tests" / "samples" / file for kind, file in _FILES.items()}
    return [Sample(kind, Upload(path, f"{FOLDER}/{number}{path.suffix}")) for kind, path in paths.items()]


def new_probe() -> Sample:
    """A text, of which the app says without a call that no model takes it."""
    return Sample(None, Upload(APP / "LICENSE", f"{FOLDER}/{secrets.token_hex(4)}.txt"))


class Samples:
    """The samples in the account.

    Attributes:
        dropped: all that may lie there: the samples, and what else was put there.
        seconds: until the app was first seen to have heard of one; None until then.
    """

    def __init__(self, each: list[Sample], account: Account, watch: Watch) -> None:
        self.each = each
        self.dropped: list[Sample] = []
        self.seconds: float | None = None
        self._account = account
        self._watch = watch
        self._start = time.monotonic()

    @property
    def unanswered(self) -> list[Sample]:
        """Those without a document."""
        return [sample for sample in self.each if sample.document is None and not sample.is_garbled]

    async def drop(self) -> Finding:
        """Put them into the input container."""
        for sample in self.each:
            if problem := await self.put(sample):
                return problem
        self._start = time.monotonic()
        names = " and ".join(sample.name for sample in self.each)
        return Finding("ok", "sample", f"{names} are dropped.")

    async def put(self, sample: Sample) -> Finding | None:
        """Put one into the input container, or return why that cannot be."""
        self.dropped.append(sample)  # also where only the response is lost
        try:
            put = await blob_of(self._account.input, sample.name).upload_blob(
                await asyncio.to_thread(sample.upload.path.read_bytes),
                metadata={METADATA_KEY: DEFAULTS[sample.kind]} if sample.kind else {},
                content_settings=ContentSettings(content_type=sample.upload.content_type),
            )
        except AzureError as error:
            where = f"the container {self._account.input.container_name}"
            return Finding("error", "sample", refused(error, BLOB_CONTRIBUTOR, where))
        sample.dropped = put["last_modified"]
        return None

    async def wait(self, seconds: float) -> Finding | None:
        """Wait for their documents, for so many seconds at most, or until it is clear that none comes in that time.

        What is returned is why documents could not be looked for.
        """
        deadline = datetime.now(UTC) + timedelta(seconds=seconds)
        try:
            async with asyncio.timeout(seconds):
                while any(self._is_awaited(sample, deadline) for sample in self.unanswered):
                    await asyncio.sleep(POLL_SECONDS)
                    await self._look()
        except TimeoutError:
            pass
        except AzureError as error:
            where = f"the container {self._account.output.container_name}"
            return Finding("error", "document", refused(error, BLOB_CONTRIBUTOR, where))
        return None

    def _is_awaited(self, sample: Sample, deadline: datetime) -> bool:
        if sample.is_garbled or (sample.waits_until and sample.waits_until > deadline):
            return False
        return not self._watch.is_hopeless(sample.name, (deadline - datetime.now(UTC)).total_seconds())

    async def _look(self) -> None:
        for sample in self.unanswered:
            with suppress(ResourceNotFoundError):
                blob = blob_of(self._account.output, document_name(sample.name))
                content = await (await blob.download_blob(decompress=False)).readall()
                sample.document = Document.parse(sample.name, content)
                sample.is_garbled = sample.document is None
        await self._watch.read()
        records = [await self._look_at_record(sample) for sample in self.unanswered]
        if self.seconds is None and (any(records) or self._watch.heard or len(self.unanswered) < len(self.each)):
            self.seconds = time.monotonic() - self._start

    async def _look_at_record(self, sample: Sample) -> bool:
        """Whether the app noted anything of it."""
        record = await self._account.record(sample.name)
        sample.waits_until = record.until if record and record.kind == "deferred" else None
        return record is not None

    def paths(self) -> Iterator[str]:
        """Where the files and documents are that there are."""
        for sample in self.dropped:
            yield f"{self._account.input.container_name}/{sample.name}"
            if sample.document:
                yield f"{self._account.output.container_name}/{document_name(sample.name)}"
