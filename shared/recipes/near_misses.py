"""Slips in a folder's name or in metadata, which would lead to another task than was meant, and be paid for.

What would be answered otherwise than was meant is refused before anything is paid for. What changes nothing is said in
a warning of the document. Metadata that is like none of ours is other tools', and passes.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from shared.errors import FileRejected
from shared.recipes.recipe import Recipe
from shared.recipes.routes import path_folders
from shared.recipes.spelling import nearest


def folder_meant(path: str, recipes: Iterable[Recipe]) -> FileRejected | None:
    """The refusal of a file of no route whose folders are nearly those of a recipe, or its very name; else None."""
    found = [name.casefold() for name in path_folders(path)[:-1]]
    for recipe in recipes:
        folders = recipe.route.folders if recipe.route else []
        if _are_near(found, folders) or found[:1] == [recipe.name] or _are_near(found, [recipe.name]):
            return _refused_folder(found[: len(folders) or 1], recipe)
    return None


def _are_near(found: Sequence[str], folders: Sequence[str]) -> bool:
    """Whether all folders are there, or nearly, and not all as they are."""
    pairs = list(zip(found, folders, strict=False))
    near = [one == other or nearest(one, [other], min_letters=4) is not None for one, other in pairs]
    return len(pairs) == len(folders) and all(near) and any(one != other for one, other in pairs)


def _refused_folder(found: Sequence[str], recipe: Recipe) -> FileRejected:
    place = f"`{recipe.route.pattern}`" if recipe.route else "no folder"
    return FileRejected(
        "unknown_recipe",
        f"The folder {'/'.join(found)[:100]!r} belongs to no recipe; probably the recipe {recipe.name} was meant, which"
        f" has {place}.",
        f"Drop the file into the folder that was meant, or set its metadata `recipe` (here to {recipe.name}).",
    )


def require_recipe_key(key: str, given: Mapping[str, str], recipes: Container[str]) -> None:
    """Make sure that no metadata names a recipe under a key that is only nearly `key`.

    Raises:
        FileRejected: some does.
    """
    for name, value in given.items():
        if nearest(name, [key]) and value.strip().lower() in recipes:
            raise FileRejected(
                "unknown_recipe",
                f"The file's metadata {name[:100]!r} names a recipe, but chooses none; `{key}` was probably meant.",
                f"Name the metadata `{key}`, and drop the file again.",
            )


def metadata_warnings(key: str, metadata: Mapping[str, str], recipe: Recipe, given: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each metadata that is nearly `key` or an input of the recipe; `given` are the inputs' values.

    Raises:
        FileRejected: it is nearly an input that has no other value than its default.
    """
    inputs = [each.name for each in recipe.inputs]
    for name in metadata:
        meant = nearest(name, [key, *inputs]) if name not in (key, *inputs) else None
        if meant in inputs and meant not in given:
            raise FileRejected(
                "invalid_input",
                f"The recipe {recipe.name} has no input {name[:100]!r}; `{meant}` was probably meant.",
                f"Name the metadata `{meant}`, and drop the file again.",
            )
        if meant:
            yield f"The metadata {name[:100]!r} means nothing to the recipe {recipe.name}; was `{meant}` meant?"
