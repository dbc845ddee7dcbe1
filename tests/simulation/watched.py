"""A world that notes which of its rare branches a run took: a branch that no run takes is proven by none."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.errors import Conflict, InputNotFound, StorageUnavailable
from shared.media.files import InputFile
from shared.models.chat import ChatAnswer
from shared.processing.claims import Claim, VersionedClaim
from shared.processing.jobs import Job
from shared.processing.kept import KeptAnswers
from shared.recipes.recipe import FileForm, Tier
from shared.recovery.progress import ScanProgress
from shared.results.result import Result
from shared.results.sidecars import Sidecar
from shared.results.store import StoredResult, StoredSidecar
from tests.simulation.world import FLEX_HOURS, Message, Run, World

BRANCHES = (
    "a claim was taken over from a worker that died",
    "a claim was lost to another worker",
    "only the response to a written claim was lost",
    "a document came between our look and our claim",
    "the file changed during the attempt",
    "the file went during the attempt",
    "a record was deleted after its file",
    "a document was overwritten by a newer version",
    "a document was written again after another came in between",
    "what a worker left beside its document was deleted",
    "a conversation was left half finished",
    "kept answers were gone on with",
    "a document was made of kept answers alone",
    "a piece was kept before the next was asked about",
    "pieces that an earlier attempt kept were gone on with",
    "answers that were kept beside an error were gone on with",
    "a speech model was asked",
    "a speech model was asked about a piece",
    "the cheaper tier was asked",
    "the standard tier was asked after the deadline",
    "the standard tier was asked because the cheaper one brought nothing",
    "kept answers of an older version were left alone",
    "answers could not be kept",
    "answers died with their worker",
    "a worker died between two files, or before their document",
    "what lies beside a document was made to fit it",
    "files of an older version were deleted",
    "a file beside a document was changed in between",
    "a worker was told to stop",
    "a message was sent and its wait could not be noted",
    "no message could be sent, and the record says that the file waits",
    "the reconciler queued a file again",
    "the reconciler went on where it had stopped",
    "the third try was made alone",
    "a call waited until another had been made alone",
    "a call that is to be made alone waited for the others",
    "a file waited because the model is left alone",
    "a file waited because the tokens of the day are spent",
    "the host gave up once",
    "the host gave up twice",
    "a forged message said that the host had given up",
    "a message named a file that never was",
    "a repeat found the document",
    "a repeat found the file in the hands of another message",
    "a repeat found that the file had changed since",
    "a repeat took up a file that the webhook had refused",
    "a repeat came back after its worker had died",
    "an event was taken from the dead letters",
    "the host gave up on a message with an event",
    "the model was asked three times for nothing",
    "three workers broke down over a file",
)


@dataclass
class WatchedWorld(World):
    """Counts the branches in `seen`."""

    seen: Counter[str] = field(default_factory=Counter)
    did: defaultdict[Run | None, set[str]] = field(default_factory=lambda: defaultdict(set))
    known: set[str] = field(default_factory=set)

    def saw(self, branch: str, *, where: object = True) -> None:
        """Count a branch, where it was one."""
        assert branch in BRANCHES
        self.seen[branch] += bool(where)

    @property
    def doing(self) -> set[str]:
        """What the run that is under way did so far."""
        return self.did[self._stepping]

    def is_newest(self, name: str, etag: str) -> bool:
        return self.inputs.get(name, ("",))[0] == etag

    # What people and the host do

    def upload(self, name: str, *, events: int = 1) -> None:
        self.known.add(name)
        super().upload(name, events=events)

    def kill(self, run: Run) -> None:
        self.saw(
            "answers died with their worker", where="asked" in self.did[run] and "wrote a document" not in self.did[run]
        )
        self.saw(
            "a worker died between two files, or before their document",
            where="wrote a file" in self.did[run] and "wrote a document" not in self.did[run],
        )
        super().kill(run)

    def stop(self, run: Run) -> None:
        self.saw("a worker was told to stop")
        super().stop(run)

    def _take(self, queue: str, message: Message) -> None:
        record = self.records.get(message.job.name)
        is_forged = message.job.chance and not (record and record.claim.chance == message.job.chance)
        self.saw("a repeat came back after its worker had died", where=message.job.is_repeat and message.tries)
        self.saw("the host gave up on a message with an event", where=queue == "events-poison")
        self.saw("a forged message said that the host had given up", where=is_forged and queue.endswith("-poison"))
        super()._take(queue, message)

    # Storage

    async def look(self, name: str) -> InputFile:
        self.saw("a message named a file that never was", where=name not in self.known)
        return await super().look(name)

    @property
    def _has_new_repeat(self) -> bool:
        """Whether the run that is under way looks at a file for a repeat that no worker had before."""
        message = self._stepping.message if self._stepping else None
        return bool(message and message.job.is_repeat and message.tries == 1 and "claimed" not in self.doing)

    async def find_result(self, name: str) -> StoredResult | None:
        found = await super().find_result(name)
        is_answered = found and self.is_newest(name, found.input_etag)
        self.saw("a repeat found the document", where=is_answered and self._has_new_repeat)
        self.saw("a document came between our look and our claim", where=is_answered and "claimed" in self.doing)
        return found

    async def write_result(self, outcome: Result, *, replacing: StoredResult | None) -> None:
        try:
            await super().write_result(outcome, replacing=replacing)
        except Conflict:
            self.doing.add("was overtaken with a document")
            raise
        is_newer = replacing and replacing.input_etag != outcome.input.etag
        alone = {"read kept answers", "asked"} & self.doing == {"read kept answers"}
        code = outcome.error.code if outcome.error else None
        self.saw("a document was overwritten by a newer version", where=is_newer)
        again = "was overtaken with a document" in self.doing
        self.saw("a document was written again after another came in between", where=again)
        self.saw("a document was made of kept answers alone", where=alone and code is None)
        self.saw("the host gave up twice", where=code == "poisoned")
        self.saw("the model was asked three times for nothing", where=code in ("no_answer", "model_timeout"))
        self.saw("three workers broke down over a file", where=code == "crash_loop")
        self.doing.add("wrote a document")

    async def write_sidecar(self, name: str, sidecar: Sidecar, *, replacing: StoredSidecar | None) -> None:
        try:
            await super().write_sidecar(name, sidecar, replacing=replacing)
        except Conflict:
            self.saw("a file beside a document was changed in between")
            raise
        self.doing.add("wrote a file")

    async def delete_sidecar(self, name: str, form: FileForm, stored: StoredSidecar) -> None:
        await super().delete_sidecar(name, form, stored)
        self.saw("files of an older version were deleted", where="wrote a document" in self.doing)

    async def make(self, result: Result) -> tuple[Result, Sequence[Sidecar]]:
        self.saw("what lies beside a document was made to fit it", where=result.files)
        return await super().make(result)

    async def read(self, name: str) -> VersionedClaim | None:
        found = await super().read(name)
        is_ours = found and self.is_newest(name, found.claim.etag)
        self.saw("a repeat found the file in the hands of another message", where=is_ours and self._has_new_repeat)
        self.saw("a repeat found that the file had changed since", where=found and not is_ours and self._has_new_repeat)
        return found

    async def delete_dead_letter(self, name: str) -> None:
        await super().delete_dead_letter(name)
        self.saw("an event was taken from the dead letters")

    async def write(self, name: str, claim: Claim, *, replacing: VersionedClaim | None) -> VersionedClaim:
        seen, lost = replacing.claim if replacing else None, self.half_written[name]
        is_dead = seen and seen.has_crashed and seen.etag == claim.etag and seen.until < self.now()
        try:
            written = await super().write(name, claim, replacing=replacing)
        except Conflict:
            self.saw("a claim was lost to another worker", where=claim.kind == "claimed")
            raise
        except StorageUnavailable:
            self.saw("only the response to a written claim was lost", where=self.half_written[name] > lost)
            self.saw("a message was sent and its wait could not be noted", where="sent" in self.doing)
            raise
        self.saw("a claim was taken over from a worker that died", where=is_dead and claim.kind == "claimed")
        self.saw(
            "no message could be sent, and the record says that the file waits", where="could not send" in self.doing
        )
        self.saw(
            "a repeat took up a file that the webhook had refused",
            where=claim.kind == "claimed" and not replacing and self._has_new_repeat,
        )
        self.doing.add(claim.kind)
        return written

    async def delete(self, name: str, stored: VersionedClaim) -> None:
        self.saw("a record was deleted after its file", where=name not in self.inputs)
        left = name in self.inputs and "wrote a document" not in self.doing
        self.saw("what a worker left beside its document was deleted", where=left)
        await super().delete(name, stored)

    async def read_cooldown(self, deployment: str) -> datetime | None:
        until = await super().read_cooldown(deployment)
        self.saw("a file waited because the model is left alone", where=until and until > self.now())
        return until

    async def read_spent(self, day: str) -> int:
        spent = await super().read_spent(day)
        is_spent = self.daily_tokens and spent >= self.daily_tokens
        self.saw("a file waited because the tokens of the day are spent", where=is_spent)
        return spent

    async def read_kept(self, name: str) -> KeptAnswers | None:
        kept = await super().read_kept(name)
        if kept and self.is_newest(name, kept.etag):
            self.doing.add("read kept answers")
            self.saw("pieces that an earlier attempt kept were gone on with", where=kept.about_pieces)
            is_redriven = name not in self.records and self.redriven[name, kept.etag]
            self.saw("answers that were kept beside an error were gone on with", where=is_redriven)
        self.saw("kept answers of an older version were left alone", where=kept and not self.is_newest(name, kept.etag))
        return kept

    async def keep(self, name: str, kept: KeptAnswers) -> None:
        half = name in self.talkative and len(kept.exchanges) == 1
        try:
            await super().keep(name, kept)
        except StorageUnavailable:
            self.saw("answers could not be kept")
            raise
        self.saw("a conversation was left half finished", where=half)
        self.saw("a piece was kept before the next was asked about", where=kept.about_pieces)

    async def read_scan(self) -> ScanProgress | None:
        scan = await super().read_scan()
        self.saw("the reconciler went on where it had stopped", where=scan and scan.inputs)
        return scan

    async def send(self, job: Job, seconds: float) -> None:
        run = self._stepping
        try:
            await super().send(job, seconds)
        except StorageUnavailable:
            self.doing.add("could not send")
            raise
        self.doing.add("sent")
        self.saw("the reconciler queued a file again", where=run and run.queue == "timer")
        self.saw("the host gave up once", where=job.chance)

    # Gate and model

    @asynccontextmanager
    async def enter(self, *, alone: bool) -> AsyncIterator[None]:
        self.saw("a call waited until another had been made alone", where=self._alone)
        self.saw("a call that is to be made alone waited for the others", where=alone and self.calls)
        async with super().enter(alone=alone):
            self.saw("the third try was made alone", where=alone)
            yield

    async def answer(self, file: InputFile, *, turn: int, tier: Tier = None) -> ChatAnswer:
        answer = await super().answer(file, turn=turn, tier=tier)
        is_full_price = file.name in self.patient and file.name not in self.spoken and tier is None
        is_late = self.now() >= file.modified + timedelta(hours=FLEX_HOURS)
        self.saw("the cheaper tier was asked", where=tier)
        self.saw("the standard tier was asked after the deadline", where=is_full_price and is_late)
        self.saw(
            "the standard tier was asked because the cheaper one brought nothing", where=is_full_price and not is_late
        )
        self.saw("kept answers were gone on with", where="read kept answers" in self.doing and turn)
        self.saw("a speech model was asked", where=file.name in self.spoken and turn != 2)
        self.saw("a speech model was asked about a piece", where=file.name in self.spoken and turn > 2)
        self.doing.add("asked")
        return answer

    def _require_version(self, file: InputFile) -> None:
        try:
            super()._require_version(file)
        except (Conflict, InputNotFound) as error:
            gone = isinstance(error, InputNotFound)
            self.saw("the file went during the attempt" if gone else "the file changed during the attempt")
            raise
