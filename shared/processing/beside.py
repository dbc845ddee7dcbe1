"""Sidecars, the files beside a document: written before it, and made to fit it where a worker broke down in between.

What stands in them is made by `shared/results/sidecars.py`; here they are stored.

Two workers may be at the same file, with two versions of it or with two answers. So whoever writes or deletes looks
first, then makes sure that the record is still the one that it knows, and then changes only what it saw. A worker that
lost the record can therefore change nothing that its successor wrote: docs/decisions/files.md has the proof.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from shared.errors import Conflict, StorageUnavailable
from shared.observability import log_event
from shared.processing.claim_handle import ClaimHandle
from shared.processing.claims import ClaimStore, VersionedClaim
from shared.recipes import FORMS, FileForm, Recipe
from shared.results import FileStore, Result, Sidecar, StoredSidecar, sidecar_name, with_sidecars

MAX_WRITES = 5
"""How often files are written anew because something else wrote them in between."""


class SidecarMaker(Protocol):
    """Makes the files of a document."""

    async def make(self, result: Result) -> tuple[Result, Sequence[Sidecar]]:
        """The document with the list of its files, and the files. The same document has the same files each time."""
        ...


class RecipeSidecars:
    """Makes what a document's own recipe writes (implements `SidecarMaker`)."""

    def __init__(self, recipes: Iterable[Recipe]) -> None:
        self._recipes = {(recipe.name, recipe.digest): recipe for recipe in recipes if recipe.writes}

    async def make(self, result: Result) -> tuple[Result, Sequence[Sidecar]]:
        """See `SidecarMaker.make`."""
        used = result.recipe
        recipe = self._recipes.get((used.name, used.digest)) if used else None
        return await asyncio.to_thread(with_sidecars, result, recipe) if recipe else (result, ())


class NoSidecars:
    """Makes none (implements `SidecarMaker`)."""

    async def make(self, result: Result) -> tuple[Result, Sequence[Sidecar]]:
        """See `SidecarMaker.make`."""
        return result, ()


class Beside:
    """What lies beside the documents in a store."""

    def __init__(self, files: FileStore, claims: ClaimStore, maker: SidecarMaker) -> None:
        self._files = files
        self._claims = claims
        self.maker = maker

    async def write(self, name: str, sidecars: Sequence[Sidecar], claim: ClaimHandle, *, looks: bool) -> None:
        """Write the files of a document that follows. The record tells of them before they are there.

        `looks` says that files may lie there already; else none are expected.

        Raises:
            Conflict: another worker has the record.
            StorageUnavailable
        """
        for _ in range(MAX_WRITES):
            found = await self._find(name, FORMS if looks else ())
            await claim.note(has_files=True)
            try:
                for each in sidecars:
                    await self._files.write_sidecar(name, each, replacing=found.get(each.form))
            except Conflict:  # a worker that lost the record was late, or a version that no record tells of left them
                looks = True
            else:
                return
        raise StorageUnavailable("Something else writes to the files beside this document again and again.")

    async def clear(self, name: str, kept: Collection[FileForm], record: VersionedClaim) -> None:
        """Delete what lies beside the document and is not among its files. May raise `StorageUnavailable`."""
        found = await self._find(name, [form for form in FORMS if form not in kept])
        if await self._is_still(name, record):
            await self._delete(name, found)

    async def restore(self, name: str, result: Result | None, record: VersionedClaim) -> None:
        """Make what lies beside a document fit it; `result` is None where there is no document.

        What cannot be made again, because the recipe is another by now, is deleted where it does not fit.
        """
        listed = {each.name: each.sha256 for each in result.files} if result else {}
        made = (await self.maker.make(result))[1] if result and listed else ()
        again = [each for each in made if listed.get(sidecar_name(name, each.form)) == each.sha256]
        for _ in range(MAX_WRITES):
            found = await self._find(name, FORMS)
            if not await self._is_still(name, record):
                return
            try:  # also what fits already: after that no late worker can write over it
                for each in again:
                    await self._files.write_sidecar(name, each, replacing=found.pop(each.form, None))
            except Conflict:
                continue
            await self._delete(
                name, {form: each for form, each in found.items() if not _fits(name, form, each, listed)}
            )
            return
        raise StorageUnavailable("Something else writes to the files beside this document again and again.")

    async def _find(self, name: str, forms: Collection[FileForm]) -> dict[FileForm, StoredSidecar]:
        found = [(form, await self._files.find_sidecar(name, form)) for form in forms]
        return {form: each for form, each in found if each}

    async def _is_still(self, name: str, record: VersionedClaim) -> bool:
        """Whether no other worker has the record since: else that one takes care of the files."""
        found = await self._claims.read(name)
        return found is not None and found.version == record.version

    async def _delete(self, name: str, found: Mapping[FileForm, StoredSidecar]) -> None:
        for form, stored in found.items():
            log_event("file.deleted", name=name, form=form)
            await self._files.delete_sidecar(name, form, stored)


def _fits(name: str, form: FileForm, stored: StoredSidecar, listed: Mapping[str, str]) -> bool:
    return listed.get(sidecar_name(name, form)) == stored.sha256
