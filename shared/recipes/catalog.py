"""The recipes together: load them all, and choose one for a file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.errors import ConfigurationError, FileRejected
from shared.media import Kind
from shared.recipes.near_misses import METADATA_KEY, metadata_warnings, require_no_near_folder
from shared.recipes.parser import RecipeProblemsError, read_recipe
from shared.recipes.recipe import Prompt, Recipe, place_of
from shared.recipes.slips import nearest
from shared.recipes.transcript_keys import spoken_language

DEFAULTS: dict[Kind, str] = {"image": "describe", "audio": "transcribe"}
"""The recipe for a file that neither its metadata nor its folder assigns to one."""

_ENDING = ".prompty"


@dataclass(frozen=True)
class RecipeSelection:
    """A recipe, and the values of its inputs for one file.

    Attributes:
        warnings: what people should know of how it was chosen.
    """

    recipe: Recipe
    inputs: Mapping[str, str]
    warnings: tuple[str, ...] = ()

    def render(self) -> Prompt:
        """Fill in the values (see `Recipe.render`)."""
        return self.recipe.render(self.inputs)

    @property
    def spoken_language(self) -> str | None:
        """The language of the recording, for a speech model; None where the service is to find out.

        Raises:
            FileRejected: the input that sets it is no language.
        """
        return spoken_language(self.recipe.language, self.inputs)

    def require(self, kind: Kind) -> None:
        """Make sure that the recipe takes files of this kind.

        Raises:
            FileRejected: it does not.
        """
        if kind not in self.recipe.accepts:
            accepted = " and ".join(sorted(self.recipe.accepts))
            raise FileRejected(
                "recipe_mismatch",
                f"This is an {kind} file; the recipe {self.recipe.name} is for {accepted} files.",
                f"Drop the file into the folder of a recipe that takes {kind} files.",
            )


class RecipeCatalog:
    """All recipes of the app."""

    def __init__(self, recipes: Iterable[Recipe]) -> None:
        self._by_name = {recipe.name: recipe for recipe in recipes}
        self._longest_first = sorted(self, key=lambda each: len(each.route.prefix) if each.route else 0, reverse=True)

    @classmethod
    def load(cls, folder: Path) -> "RecipeCatalog":
        """Read every `.prompty` file in the folder.

        Raises:
            ConfigurationError: with all problems of all files.
        """
        recipes: list[Recipe] = []
        problems: list[str] = []
        for path in sorted(folder.glob("*")):
            try:
                if path.suffix == _ENDING:
                    recipes.append(read_recipe(path))
                elif path.suffix[1:].isalpha() and nearest(path.suffix, [_ENDING]):  # no copy of an editor's
                    problems.append(f"{place_of(path)}: the name of a recipe must end in `{_ENDING}`")
            except RecipeProblemsError as error:
                problems.extend(error.problems)
        problems.extend(_clashes(recipes))
        if not problems:
            problems.extend(_missing_defaults(folder, recipes))
        if problems:
            raise ConfigurationError(problems)
        return cls(recipes)

    def __iter__(self) -> Iterator[Recipe]:
        return iter(self._by_name.values())

    def choose(self, name: str, metadata: Mapping[str, str]) -> RecipeSelection | None:
        """Choose by the file's metadata, else by its path; None leaves it to `default_for`.

        Raises:
            FileRejected: the metadata names an unknown recipe, an input has no fit value, or a slip in a folder or in
                the metadata would have led to another recipe, or to another value, than was meant.
        """
        given = _lower(metadata)
        if named := given.get(METADATA_KEY, "").strip():
            return self._selection(self._named(named), name, given)
        for recipe in self._longest_first:
            if _match(recipe, name) is not None:
                return self._selection(recipe, name, given)
        require_no_near_folder(name, self._longest_first)
        return None

    def default_for(self, kind: Kind, metadata: Mapping[str, str]) -> RecipeSelection:
        """The recipe for files of this kind that nothing else assigns to one.

        Raises:
            FileRejected: an input has no fit value, or a slip in the metadata would have changed the answer.
        """
        return self._selection(self._by_name[DEFAULTS[kind]], "", _lower(metadata))

    def _named(self, name: str) -> Recipe:
        if name.lower() not in self._by_name:
            known = ", ".join(sorted(self._by_name))
            meant = nearest(name, self._by_name)
            raise FileRejected(
                "unknown_recipe",
                f"The file's metadata asks for the recipe {name[:100]!r}, which does not exist"
                + (f"; `{meant}` was probably meant." if meant else "."),
                f"Set the metadata `{METADATA_KEY}` to one of these and drop the file again: {known}.",
            )
        return self._by_name[name.lower()]

    def _selection(self, recipe: Recipe, path: str, metadata: Mapping[str, str]) -> RecipeSelection:
        given = {**(_match(recipe, path) or {}), **metadata}
        warnings = tuple(metadata_warnings(metadata, recipe, given, self._by_name))
        return RecipeSelection(recipe, dict(_values(recipe, given)), warnings)


def _match(recipe: Recipe, path: str) -> Mapping[str, str] | None:
    """The inputs that the path sets, if it is one of the recipe's route; a folder that sets one may be missing."""
    return recipe.route.match(path, {each.name for each in recipe.inputs}) if recipe.route else None


def _values(recipe: Recipe, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for each in recipe.inputs:
        value = given.get(each.name, each.default)
        if value is None:
            raise FileRejected(
                "invalid_input",
                f"The recipe {recipe.name} needs a value for `{each.name}`, and the file brings none.",
                f"Set the metadata `{each.name}` on the file, or drop it into a folder that names it.",
            )
        yield each.name, each.checked(value)


def _lower(metadata: Mapping[str, str]) -> dict[str, str]:
    """Storage keeps the case of metadata keys, but compares them without it."""
    return {key.lower(): value for key, value in metadata.items()}


def _clashes(recipes: list[Recipe]) -> Iterator[str]:
    first: dict[str, Recipe] = {}
    for recipe in recipes:
        if recipe.route and (one := first.setdefault(recipe.route.prefix, recipe)) is not recipe:
            yield (
                f"{recipe.place('metadata', 'route')}: its route `{recipe.route.pattern}` begins like that of"
                f" {one.path.name}: a file could match both. Give one of them a longer beginning."
            )


def _missing_defaults(folder: Path, recipes: list[Recipe]) -> Iterator[str]:
    names = {recipe.name for recipe in recipes}
    for kind, name in DEFAULTS.items():
        if name not in names:
            yield f"{folder}: {name}{_ENDING} is missing; files of kind {kind} use it by default."
