"""Reading one `.prompty` file, strictly, so that a slip in it stops the app and not a file.

Microsoft's `prompty` package is lenient: it drops keys that it does not know, and lets an unknown variable
become nothing. Hence a reading of our own at start, with the line of each problem; see
`docs/decisions/recipes.md`.
"""

import hashlib
from collections.abc import Iterator, Set
from pathlib import Path

from shared.recipes.body import body_problems, turns
from shared.recipes.front_matter import FrontMatter, require_printable
from shared.recipes.markdown import check_markdown
from shared.recipes.output_schema import AnswerSchema, object_schema
from shared.recipes.recipe import DAY_HOURS, FORMS_WITH_TIMES, Recipe, place_of
from shared.recipes.recipe_keys import Keys, read_keys
from shared.recipes.routes import Route
from shared.recipes.slips import Problem, SlipsError
from shared.recipes.transcript_keys import input_of

_MAX_BYTES = 262_144
"""Of a whole file. A prompt of this size costs some 60,000 tokens for each file that is dropped."""


class RecipeProblemsError(Exception):
    """All that is wrong with one file: a sentence for each problem, which begins with the file and the line."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.problems = [f"{place_of(path, line)}: {what}" for line, what in problems]
        super().__init__(*self.problems)


def read_recipe(path: Path) -> Recipe:
    """Read and check one `.prompty` file.

    Raises:
        RecipeProblemsError: with everything that is wrong in it.
    """
    try:
        return _recipe(path)
    except SlipsError as error:
        problems = error.problems
    except Exception as error:  # no right to read it, or an error that is not foreseen: that stops the app as well
        problems = [(None, f"this cannot be read as a recipe ({type(error).__name__}: {str(error)[:200]})")]
    raise RecipeProblemsError(path, problems)


def _recipe(path: Path) -> Recipe:
    if path.stat().st_size > _MAX_BYTES:
        raise SlipsError((None, f"this has more than {_MAX_BYTES} bytes, which would cost too much with each file"))
    content = path.read_bytes()
    head, body = _parts(content)
    front = FrontMatter(head)
    keys = read_keys(front)
    recipe = _built(path, content, keys, body, front)
    values = {each.name: each.example for each in recipe.inputs}
    fields = frozenset(each.name for each in keys.outputs)
    if problems := [*_problems(recipe, front), *_file_problems(recipe, fields), *body_problems(body, values)]:
        raise SlipsError(*problems)
    return recipe


def _built(path: Path, content: bytes, keys: Keys, body: str, front: FrontMatter) -> Recipe:
    return Recipe(
        name=keys.name,
        path=path,
        digest="sha256:" + hashlib.sha256(content).hexdigest(),
        accepts=frozenset(keys.metadata.accepts),
        route=Route(keys.metadata.route) if keys.metadata.route else None,
        inputs=keys.inputs,
        model=keys.model.id,
        options=keys.model.options,
        turns=turns(body),
        schema=AnswerSchema(keys.name, keys.description, object_schema(keys.outputs)) if keys.outputs else None,
        send=keys.metadata.send,
        detail=keys.metadata.detail,
        then=keys.metadata.then,
        pages=keys.metadata.pages,
        pieces=keys.metadata.pieces,
        writes=keys.metadata.writes,
        markdown=keys.metadata.markdown,
        transcript=keys.metadata.transcript,
        language=keys.metadata.language,
        phrases=keys.metadata.phrases,
        speakers=keys.metadata.speakers,
        words=keys.metadata.words,
        tier=keys.metadata.tier,
        flex_hours=keys.metadata.flex_hours or DAY_HOURS,
        description=keys.description,
        front=front,
    )


def _parts(content: bytes) -> tuple[str, str]:
    """The front matter and the body, each with an empty line for every line of the file before it."""
    try:
        text = content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SlipsError((content.count(b"\n", 0, error.start) + 1, "this is not UTF-8")) from error
    if text.startswith("\ufeff"):
        raise SlipsError((1, "save it without a byte order mark, which prompty cannot read"))
    require_printable(text)
    lines = text.split("\n")
    ends = [number for number, line in enumerate(lines) if line.rstrip(" \t") == "---"]
    if ends[:1] != [0]:
        raise SlipsError((1, "a recipe begins with front matter between two lines of `---`"))
    if len(ends) == 1:
        raise SlipsError((1, "the front matter has no end: a second line of `---` is missing"))
    end = ends[1]
    return "\n".join(["", *lines[1:end], ""]), "\n".join([""] * (end + 1) + lines[end + 1 :])


def _file_problems(recipe: Recipe, fields: Set[str]) -> Iterator[Problem]:
    """What is wrong with the files for people; `fields` are those of the answer."""
    if "audio" not in recipe.accepts and (with_times := FORMS_WITH_TIMES.intersection(recipe.writes)):
        forms = " and ".join(f"`{each}`" for each in sorted(with_times))
        yield (
            recipe.front.line("metadata", "writes"),
            f"only a recording has subtitles ({forms}); `accepts` has no audio",
        )
    if recipe.markdown is None:
        return
    line = recipe.front.line("metadata", "markdown")
    if "md" not in recipe.writes:
        yield line, "`markdown` is the template of a file that is not written: add `writes: [md]`"
    for problem in check_markdown(recipe.markdown, fields, {each.name for each in recipe.inputs}):
        yield line, problem


def _problems(recipe: Recipe, front: FrontMatter) -> Iterator[Problem]:
    """What is wrong though each key is as it must be."""
    if recipe.name != recipe.path.stem:
        yield front.line("name"), f"its name is `{recipe.name}`; it must be the file's name, `{recipe.path.stem}`"
    if recipe.then and recipe.turns < 2 and recipe.transcript != "instead":
        yield (
            front.line("metadata", "then"),
            "`then` names a model for the turns after the first, and there is only one",
        )
    if ("metadata", "flexHours") in front and not recipe.tier:
        yield front.line("metadata", "flexHours"), "`flexHours` is for the tier `flex`: write `tier: flex` too"
    yield from _transcript_problems(recipe, front)
    names = {each.name for each in recipe.inputs}
    for variable in recipe.route.variables if recipe.route else []:
        if variable not in names:
            yield front.line("metadata", "route"), f"the route's `{variable}` is not among the recipe's inputs"


def _transcript_problems(recipe: Recipe, front: FrontMatter) -> Iterator[Problem]:
    place = front.line("metadata", "transcript")
    if recipe.transcript == "never":
        for key in ("language", "phrases", "speakers", "words"):
            if ("metadata", key) in front:
                yield (
                    front.line("metadata", key),
                    f"`{key}` is for transcripts: write `transcript: asked` or `instead` too",
                )
        return
    if "audio" not in recipe.accepts:
        yield place, "`transcript` is for recordings, which this recipe does not accept"
    if recipe.transcript == "asked" and recipe.schema and recipe.turns < 2:
        yield place, "a transcript is text: ask for `outputs` in a turn after it, or write `transcript: instead`"
    name = input_of(recipe.language)
    if name and name not in {each.name for each in recipe.inputs}:
        yield front.line("metadata", "language"), f"the language's `{name}` is not among the recipe's inputs"
