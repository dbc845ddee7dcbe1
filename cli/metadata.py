"""What is attached to the files: a recipe by name, and values for its inputs. Checked before anything is uploaded."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import chain
from urllib.parse import quote, unquote

from cli.uploads import Upload, refused
from shared.errors import FileRejected
from shared.recipes.catalog import DEFAULTS, RecipeCatalog
from shared.recipes.near_misses import METADATA_KEY
from shared.recipes.recipe import Recipe

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def parse_metadata(recipe: str | None, settings: Sequence[str]) -> dict[str, str]:
    """The metadata for every file, from `--recipe NAME` and `--set KEY=VALUE`.

    Raises:
        typer.BadParameter: a setting has another form, or stands there twice.
    """
    metadata: dict[str, str] = {METADATA_KEY: recipe} if recipe is not None else {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not _KEY.fullmatch(key):
            raise refused(f"--set {setting!r}: write it as KEY=VALUE, such as language=fr.")
        if key.lower() == METADATA_KEY:
            raise refused("--set cannot choose the recipe: use --recipe NAME.")
        if key.lower() in metadata:
            raise refused(f"--set {key} is given twice.")
        metadata[key.lower()] = value
    return metadata


def check_metadata(uploads: Sequence[Upload], metadata: Mapping[str, str], catalog: RecipeCatalog) -> None:
    """Make sure that the recipe is there, and that every value is for an input of each file's recipe.

    Raises:
        typer.BadParameter: it is not, and nothing would come of it, or another answer than was asked for.
    """
    if not metadata:
        return
    names = [each.name for each in catalog]
    recipe = metadata.get(METADATA_KEY)
    if recipe is not None and recipe not in names:
        raise refused(f"There is no recipe {recipe!r}.{_near(recipe, names)} There are: {', '.join(sorted(names))}.")
    for upload in uploads:
        _check(upload, metadata, catalog)


def in_header(value: str) -> str:
    """A value as storage can keep it: metadata travels in headers, which hold ASCII; the app decodes it."""
    is_plain = value.isascii() and value.isprintable() and unquote(value) == value and value == value.strip()
    return value if is_plain else quote(value)


def _check(upload: Upload, metadata: Mapping[str, str], catalog: RecipeCatalog) -> None:
    try:
        chosen = catalog.choose(upload.name, metadata)
    except FileRejected as error:
        raise refused(f"{upload.name}: {error.message}") from None
    recipes = [chosen.recipe] if chosen else [each for each in catalog if each.name in _defaults(upload)]
    known = set(_inputs(recipes))
    for key in metadata.keys() - {METADATA_KEY} - known:
        names = " or ".join(each.name for each in recipes)
        takes = f"only {', '.join(sorted(known))}" if known else "nor any other"
        raise refused(
            f"{upload.name} is answered by the recipe {names}, which has no input `{key}`, {takes}."
            f"{_where_it_is(key, catalog)} See: dropscribe recipes"
        )


def _defaults(upload: Upload) -> list[str]:
    """The recipes that a file gets of which nothing chooses one: by its kind, if its ending says what that is."""
    kind = upload.content_type.partition("/")[0]
    return [recipe for each, recipe in DEFAULTS.items() if each == kind] or list(DEFAULTS.values())


def _where_it_is(key: str, catalog: RecipeCatalog) -> str:
    """Which recipe has this input, or one of nearly this name."""
    owners = [each.name for each in catalog if key in _inputs([each])]
    if owners:
        return f" `{key}` is an input of {', '.join(owners)}: add --recipe {owners[0]}."
    return _near(key, _inputs(catalog))


def _inputs(recipes: RecipeCatalog | Sequence[Recipe]) -> Iterator[str]:
    return chain.from_iterable((each.name for each in recipe.inputs) for recipe in recipes)


def _near(word: str, words: "Iterator[str] | Sequence[str]") -> str:
    found = get_close_matches(word, list(words), n=1)
    return f" Did you mean {found[0]}?" if found else ""
