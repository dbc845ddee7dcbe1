"""Whether the settings, the recipes and the models that the settings name fit together."""

from collections.abc import Iterator

from shared.models import DEFAULT, Deployments, can_be_limited
from shared.recipes import RecipeCatalog
from shared.settings.model_settings import suffix_of
from shared.settings.names import kind_meant
from shared.settings.settings import Settings


def contradictions(settings: Settings, recipes: RecipeCatalog | None, deployments: Deployments) -> Iterator[str]:
    """A sentence for each thing that must be put right. `recipes` is None where they cannot be read."""
    if recipes:
        yield from _unknown_models(recipes, deployments)
        yield from _misspelt_models(recipes, deployments)
        yield from _speech_for_later_turns(recipes, deployments)
    if settings.daily_cost:
        yield from _unknown_prices(deployments)


def without_effect(settings: Settings, deployments: Deployments) -> Iterator[str]:
    """What is said of models that no setting names, and so is perhaps a slip."""
    known = ", ".join(dict.fromkeys(name for each in deployments for name in (each.name, each.model)))
    if names := list(deployments.unpriced_names(settings.prices)):
        yield (
            f"MODEL_PRICES names {', '.join(names)}, but no setting does: that has no effect unless a model calls"
            f" itself so in its answers. The settings name {known}."
        )
    if names := list(deployments.unaffected_names(each for each in settings.capabilities if each.lower() != DEFAULT)):
        yield (
            f"MODEL_CAPABILITIES names {', '.join(names)}, with which the name of no model begins that the settings"
            f" name: {known}."
        )


def _unknown_models(recipes: RecipeCatalog, deployments: Deployments) -> Iterator[str]:
    known = ", ".join(f"`{each.alias}`" for each in deployments)
    for recipe in recipes:
        for keys, name in ((("model", "id"), recipe.model), (("metadata", "then"), recipe.then)):
            if name and name not in deployments:
                yield (
                    f"{recipe.place(*keys)}: there is no model `{name}`, only {known}. Name another with"
                    f" AZURE_INFERENCE_DEPLOYMENT_{suffix_of(name)}."
                )


def _speech_for_later_turns(recipes: RecipeCatalog, deployments: Deployments) -> Iterator[str]:
    for recipe in recipes:
        name = recipe.then
        if name and name in deployments and deployments[name].capability.is_speech:
            yield (
                f"{recipe.place('metadata', 'then')}: `{name}` is a speech model, which only writes down what is said."
                " Name a chat model there."
            )


def _misspelt_models(recipes: RecipeCatalog, deployments: Deployments) -> Iterator[str]:
    """Models that no recipe names, and that would have all files of a kind if their alias had no slip in it."""
    named = {name for recipe in recipes for name in (recipe.model, recipe.then)}
    for each in deployments:
        if not named & {each.alias, each.name} and (meant := kind_meant(each.alias)):
            yield (
                f"No recipe names the model `{each.alias}`: did you mean _{meant} at the end of its settings' names, in"
                f" place of _{suffix_of(each.alias)}?"
            )


def _unknown_prices(deployments: Deployments) -> Iterator[str]:
    """A limit that does not see what some of the calls cost would not hold."""
    for each in deployments:
        if not can_be_limited(each):
            rates = '"hour": ...' if each.capability.is_speech else '"input": ..., "output": ...'
            yield (
                f"DAILY_COST cannot hold: what a call of the deployment {each.name} costs is not known. Say it in"
                f' MODEL_PRICES (`{{"{each.name}": {{{rates}}}}}`), or set AZURE_INFERENCE_MODEL'
                f"{'' if each.alias == DEFAULT else f'_{suffix_of(each.alias)}'} to the whole name of its model."
            )
