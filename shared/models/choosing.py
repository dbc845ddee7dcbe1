"""Which deployment answers: decided by what it can do, so that no recipe names a kind of model."""

from shared.errors import FileRejected
from shared.media import Media
from shared.models.deployments import DEFAULT, Deployment, Deployments
from shared.recipes import Recipe


def first_deployment(media: Media, recipe: Recipe, deployments: Deployments) -> Deployment:
    """The one that is asked first, with the file. Whether it takes such a file is not looked at.

    Raises:
        FileRejected: the recipe needs the sound itself, and only a speech model is there.
    """
    named = deployments.named_for(media.kind, recipe.model)
    if media.kind != "audio" or recipe.transcript == "instead":
        return named
    is_free, wants_speech = recipe.model == DEFAULT, recipe.transcript == "asked"
    if named.capability.is_speech == wants_speech:
        return named
    fit = [each for each in deployments if each.capability.is_speech == wants_speech and each.capability.takes(media)]
    if fit and is_free:
        return fit[0]
    if wants_speech:
        return named
    raise _needs_sound(recipe, named)


def later_deployment(recipe: Recipe, first: Deployment, deployments: Deployments) -> Deployment:
    """The one that is asked from the second turn on.

    Raises:
        FileRejected: words are to be asked about, and only speech models are there.
    """
    if recipe.then:
        return deployments[recipe.then]
    asks_about_words = first.capability.is_speech or (_only_hears(first) and recipe.transcript == "asked")
    if not asks_about_words:
        return first
    chat: list[Deployment] = [each for each in (deployments[DEFAULT], *deployments) if not each.capability.is_speech]
    if chat:
        return min(chat, key=_only_hears)  # the first that takes words alone, if there is one
    if recipe.turns > 1 or recipe.transcript == "instead":
        raise _needs_chat(recipe, first)
    return first


def _only_hears(deployment: Deployment) -> bool:
    """Whether it takes nothing but sound. gpt-audio refuses words alone; a recording in pieces is not sent again."""
    return deployment.capability.kinds == ["audio"]


def _needs_sound(recipe: Recipe, named: Deployment) -> FileRejected:
    return FileRejected(
        "recipe_mismatch",
        f"The recipe {recipe.name} asks about the sound itself, and {named.name} only writes down what is said.",
        "Deploy a chat model that takes recordings and name it in the recipe; or write `transcript: instead` into the"
        " recipe if the words are enough; then drop the file again.",
    )


def _needs_chat(recipe: Recipe, speech: Deployment) -> FileRejected:
    return FileRejected(
        "recipe_mismatch",
        f"The recipe {recipe.name} asks about the transcript, and {speech.name} only writes down what is said.",
        "Deploy a chat model too and name it with AZURE_INFERENCE_DEPLOYMENT, the speech model with"
        " AZURE_INFERENCE_DEPLOYMENT_AUDIO; or drop the file into transcribe/.",
    )
