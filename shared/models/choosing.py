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
    if media.kind != "audio" or _suits(named, recipe, media, deployments):
        return named
    wants_speech = recipe.transcript != "never"
    fit = [each for each in deployments if each.capability.is_speech == wants_speech and each.capability.takes(media)]
    if fit and (recipe.model == DEFAULT or recipe.transcript == "instead"):
        return fit[0]
    if wants_speech:
        return named
    raise _needs_sound(recipe, named)


def _suits(named: Deployment, recipe: Recipe, media: Media, deployments: Deployments) -> bool:
    """Whether the model that is named can do with a recording what the recipe wants of it."""
    takes = named.capability
    if recipe.transcript == "instead":
        return takes.takes(media)
    if recipe.transcript == "asked":
        return takes.is_speech or (takes.takes(media) and _leaves_no_chat(recipe, deployments))
    return not takes.is_speech


def _leaves_no_chat(recipe: Recipe, deployments: Deployments) -> bool:
    """Whether no model could be asked about a transcript alone, and the recipe does ask about it."""
    return recipe.turns > 1 and not any(_takes_words(each) for each in deployments)


def later_deployment(
    recipe: Recipe, first: Deployment, deployments: Deployments, *, is_in_pieces: bool = False
) -> Deployment:
    """The one that is asked from the second turn on. `is_in_pieces` is whether the recording is certain to be cut.

    Raises:
        FileRejected: words are to be asked about, and no model takes words alone.
    """
    if recipe.then:
        return deployments[recipe.then]
    hears_once = _only_hears(first) and (recipe.transcript == "asked" or is_in_pieces)
    asks_about_words = first.capability.is_speech or hears_once
    if not asks_about_words:
        return first
    preferred = (deployments[recipe.model], deployments[DEFAULT], *deployments)
    chat: list[Deployment] = [each for each in preferred if _takes_words(each)]
    if chat:
        return chat[0]
    is_speech = first.capability.is_speech
    needs_words = recipe.turns > 1 or (is_speech and recipe.transcript == "instead")
    if needs_words and (is_speech or is_in_pieces):
        raise _needs_chat(recipe, first)
    return first


def _takes_words(deployment: Deployment) -> bool:
    """Whether it can be asked about words alone."""
    return not deployment.capability.is_speech and not _only_hears(deployment)


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


def _needs_chat(recipe: Recipe, first: Deployment) -> FileRejected:
    does = "only writes down what is said" if first.capability.is_speech else "takes no words without sound"
    return FileRejected(
        "recipe_mismatch",
        f"The recipe {recipe.name} asks about the transcript, and {first.name} {does}.",
        "Deploy a chat model for words too and name it with AZURE_INFERENCE_DEPLOYMENT, the model for recordings with"
        " AZURE_INFERENCE_DEPLOYMENT_AUDIO; or drop the file into transcribe/.",
    )
