"""What is attached to the files: a recipe by name, and values for its inputs. Checked before anything is uploaded."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import chain
from urllib.parse import quote, unquote

from cli.uploads import Upload, refused
from shared.errors import FileRejected
from shared.recipes.catalog import DEFAULTS, METADATA_KEY, RecipeCatalog
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
    recipes = [chosen.recipe] if chosen else [each for each in catalog if each.name in DEFAULTS.values()]
    known = set(_inputs(recipes))
    for key in metadata.keys() - {METADATA_KEY} - known:
        names = " and ".join(each.name for each in recipes)
        takes = f"it takes {', '.join(sorted(known))}" if known else "it has none"
        raise refused(
            f"{upload.name} is answered by the recipe {names}, which has no input `{key}`"
            f" ({takes}).{_near(key, _inputs(catalog))} See: dropscribe recipes"
        )


def _inputs(recipes: RecipeCatalog | Sequence[Recipe]) -> Iterator[str]:
    return chain.from_iterable((each.name for each in recipe.inputs) for recipe in recipes)


def _near(word: str, words: "Iterator[str] | Sequence[str]") -> str:
    found = get_close_matches(word, list(words), n=1)
    return f" Did you mean {found[0]}?" if found else ""
