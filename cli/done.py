"""Which files have their document already, so that nothing is paid for twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.documents import Document, digest_of
from cli.targets import Targets
from cli.uploads import Upload
from local.offline_model import OFFLINE
from shared.errors import FileRejected
from shared.media import Kind
from shared.recipes import DEFAULTS, RecipeCatalog


@dataclass(frozen=True)
class Asked:
    """What would be asked now: of the recipes, with this metadata, of a model of this kind."""

    catalog: RecipeCatalog
    metadata: Mapping[str, str]
    is_offline: bool

    def is_answered_by(self, document: Document, upload: Upload) -> bool:
        """Whether the document is the answer to this content, by the same recipe with the same values.

        A document of the offline model is no answer where a real one is asked, nor the other way round.
        """
        view = document.view
        if not document.is_ok or view.model is None or view.recipe is None or view.input.sha256 is None:
            return False
        return (
            (view.model.deployment in OFFLINE) == self.is_offline
            and (view.recipe.digest, view.recipe.inputs) == self._recipe(upload, view.input.kind)
            and digest_of(upload.path) == view.input.sha256
        )

    def _recipe(self, upload: Upload, kind: str | None) -> tuple[str, Mapping[str, str]] | None:
        kinds: dict[str, Kind] = {each: each for each in DEFAULTS}
        try:
            selection = self.catalog.choose(upload.name, self.metadata)
            if selection is None and kind in kinds:
                selection = self.catalog.default_for(kinds[kind], self.metadata)
        except FileRejected:
            return None
        return (selection.recipe.digest, dict(selection.inputs)) if selection else None


def find_done(uploads: Sequence[Upload], targets: Targets, asked: Asked) -> list[Document]:
    """The documents that are saved already, and need not be asked for again."""
    saved = [(upload, _read(targets.paths[upload.name], upload.name)) for upload in uploads]
    return [
        document
        for upload, document in saved
        if document and _has_its_files(document, targets) and asked.is_answered_by(document, upload)
    ]


def _has_its_files(document: Document, targets: Targets) -> bool:
    """Whether the files beside a document are saved too, as they were."""
    paths = {targets.beside(document.name, form): digest for form, digest in document.digests.items()}
    return all(path.is_file() and digest_of(path) == digest for path, digest in paths.items())


def _read(path: Path, name: str) -> Document | None:
    try:
        return None if path.is_symlink() else Document.parse(name, path.read_bytes())
    except OSError:
        return None
