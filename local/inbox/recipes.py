"""The recipes as the page offers them: their names, folders, inputs and descriptions (`recipes.json`)."""

import json
import sys
from pathlib import Path
from typing import Any

from shared.recipes import DEFAULTS, Recipe, RecipeCatalog


def recipes_for_page(folder: Path) -> list[dict[str, Any]]:
    """One entry for each recipe in the folder, in the order of their names.

    Raises:
        ConfigurationError: a recipe is wrong.
    """
    return [_entry(recipe) for recipe in sorted(RecipeCatalog.load(folder), key=lambda each: each.name)]


def _entry(recipe: Recipe) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "description": recipe.description or "",
        "accepts": sorted(recipe.accepts),
        "route": recipe.route.pattern if recipe.route else None,
        "defaultFor": [kind for kind, name in DEFAULTS.items() if name == recipe.name],
        "inputs": [
            {
                "name": each.name,
                "description": each.description or "",
                "default": each.default,
                "values": each.enum_values or [],
            }
            for each in recipe.inputs
        ],
    }


if __name__ == "__main__":
    json.dump(recipes_for_page(Path(sys.argv[1])), sys.stdout, indent=2)
