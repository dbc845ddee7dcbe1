"""Slips in a folder's name or in metadata, which would lead to another task than was meant, and be paid for.

What would be answered otherwise than was meant is refused before anything is paid for. What changes nothing is said in
a warning of the document. Metadata that is like none of ours is other tools', and passes.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from shared.errors import FileRejected
from shared.recipes.recipe import Recipe
from shared.recipes.routes import path_folders
from shared.recipes.slips import nearest

METADATA_KEY = "recipe"
"""The blob metadata key that chooses a recipe by name, before any route."""


def require_no_near_folder(path: str, recipes: Iterable[Recipe]) -> None:
    """Make sure that the folders of a file of no route are not nearly those of a recipe, nor its very name.

    Raises:
        FileRejected: they are.
    """
    found = [name.casefold() for name in path_folders(path)[:-1]]
    for recipe in recipes:
        folders = recipe.route.folders if recipe.route else []
        if _are_near(found, folders) or found[:1] == [recipe.name] or _are_near(found, [recipe.name]):
            raise FileRejected(
                "unknown_recipe",
                f"The folder {'/'.join(found[: len(folders) or 1])[:100]!r} belongs to no recipe; probably the recipe"
                f" {recipe.name} was meant, which has {f'`{recipe.route.pattern}`' if recipe.route else 'no folder'}.",
                f"Drop the file into the folder that was meant, or set its metadata `recipe` (here to {recipe.name}).",
            )


def _are_near(found: Sequence[str], folders: Sequence[str]) -> bool:
    """Whether all folders are there, or nearly, and not all as they are."""
    pairs = list(zip(found, folders, strict=False))
    near = [one == other or nearest(one, [other], min_letters=4) is not None for one, other in pairs]
    return len(pairs) == len(folders) and all(near) and any(one != other for one, other in pairs)


def metadata_warnings(
    metadata: Mapping[str, str], recipe: Recipe, given: Mapping[str, str], recipes: Container[str]
) -> Iterator[str]:
    """A sentence for each metadata that is nearly `recipe` or an input of the recipe; `given` are the inputs' values.

    Raises:
        FileRejected: it would have chosen another recipe, or set an input that has no value but its default.
    """
    words = [METADATA_KEY, *(each.name for each in recipe.inputs)]
    for name, value in metadata.items():
        meant = nearest(name, words) if name not in words else None
        if meant is None:
            continue
        problem = f"The metadata {name[:100]!r} means nothing to the recipe {recipe.name}"
        if meant not in given and (meant != METADATA_KEY or value.strip().lower() in recipes):
            raise FileRejected(
                "unknown_recipe" if meant == METADATA_KEY else "invalid_input",
                f"{problem}; `{meant}` was probably meant.",
                f"Name the metadata `{meant}`, and drop the file again.",
            )
        yield f"{problem}; was `{meant}` meant?"
