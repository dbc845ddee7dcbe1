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
from shared.recipes import DEFAULTS, FORMS, METADATA_KEY
from shared.results import document_name, sidecar_name

FOLDER = "dropscribe-doctor"
"""The folder of the samples, by which their documents and announcements are known."""
POLL_SECONDS = 1

_FILES: dict[Kind, str] = {"image": "chart.png", "audio": "hello_8khz.mp3"}
_WORDS: dict[Kind, str] = {"image": "picture", "audio": "recording"}


@dataclass
class Sample:
    """A file, and what became of it.

    Attributes:
        is_there: whether it may lie in the input container.
        is_garbled: whether what lies in its document's place is none.
        waits_until: when the app looks at it again, where it noted that.
    """

    kind: Kind
    upload: Upload
    is_there: bool = False
    document: Document | None = None
    is_garbled: bool = False
    waits_until: datetime | None = None

    @property
    def name(self) -> str:
        """Its name in storage."""
        return self.upload.name

    @property
    def word(self) -> str:
        """What it is called before people."""
        return _WORDS[self.kind]


def new_samples() -> list[Sample]:
    """A picture and a recording, under names that were not used before."""
    number = secrets.token_hex(4)
    paths = {kind: APP / "tests" / "samples" / file for kind, file in _FILES.items()}
    return [Sample(kind, Upload(path, f"{FOLDER}/{number}{path.suffix}")) for kind, path in paths.items()]


class Samples:
    """The samples in the account.

    Attributes:
        seconds: until the app was first seen to have heard of one; None until then.
    """

    def __init__(self, each: list[Sample], account: Account, watch: Watch) -> None:
        self.each = each
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
        try:
            for sample in self.each:
                sample.is_there = True  # also where only the response is lost
                settings = ContentSettings(content_type=sample.upload.content_type)
                await blob_of(self._account.input, sample.name).upload_blob(
                    await asyncio.to_thread(sample.upload.path.read_bytes),
                    metadata={METADATA_KEY: DEFAULTS[sample.kind]},
                    content_settings=settings,
                )
        except AzureError as error:
            where = f"the container {self._account.input.container_name}"
            return Finding("error", "sample", refused(error, BLOB_CONTRIBUTOR, where))
        self._start = time.monotonic()
        names = " and ".join(sample.name for sample in self.each)
        return Finding("ok", "sample", f"{names} are dropped.")

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

    async def remove(self) -> list[Finding]:
        """Remove the files, then their documents: a file without one would be answered again."""
        left = [problem for sample in self.each if sample.is_there for problem in await self._remove(sample)]
        if left:
            return [Finding("error", "traces", f"These could not be removed; remove them: {', '.join(left)}.")]
        if not any(sample.is_there for sample in self.each):
            return []
        late = [f"{self._account.output.container_name}/{document_name(name)}" for name in self._late]
        told = f" If a document still comes, remove it: {', '.join(late)}." if late else ""
        return [Finding("ok", "traces", f"The samples and their documents are removed.{told}")]

    @property
    def _late(self) -> list[str]:
        """The samples on which the app may be at work, with a copy in its hands. One that waits is looked for first."""
        return [each.name for each in self.unanswered if each.is_there and not self._watch.cause(each.name)]

    async def _remove(self, sample: Sample) -> list[str]:
        """What is left of it, each with storage's reason."""
        beside = [sidecar_name(sample.name, form) for form in FORMS]
        outputs = [(self._account.output, name) for name in (document_name(sample.name), *beside)]
        places = [(self._account.input, sample.name), *outputs]
        left = []
        for container, name in places:
            try:
                with suppress(ResourceNotFoundError):
                    await blob_of(container, name).delete_blob()
            except AzureError as error:
                left.append(f"{container.container_name}/{name} ({type(error).__name__})")
        return left

    def places(self) -> Iterator[str]:
        """Where the files and documents are that there are."""
        for sample in self.each:
            if sample.is_there:
                yield f"{self._account.input.container_name}/{sample.name}"
            if sample.document:
                yield f"{self._account.output.container_name}/{document_name(sample.name)}"
