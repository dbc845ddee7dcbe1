from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.recipes.parser import RecipeProblemsError, read_recipe
from shared.recipes.recipe import ModelOptions, _agent
from shared.recipes.routes import Route

GOOD = """\
---
name: good
description: A recipe.
model:
  id: default
  options: {maxOutputTokens: 100, temperature: 0}
inputs:
  - {name: language, kind: string, default: es}
metadata:
  accepts: [audio]
  route: good/{language}/**
template: {format: {kind: jinja2}, parser: {kind: prompty}}
---
system:
You help.

user:
Say it in {{language}}.
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "recipes" / "good.prompty"
    path.parent.mkdir()
    path.write_text(text)
    return path


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(RecipeProblemsError) as caught:
        read_recipe(write(folder, text))
    return caught.value.problems


def test_read_recipe_reads_every_part(tmp_path: Path) -> None:
    recipe = read_recipe(write(tmp_path, GOOD))
    assert (recipe.name, recipe.accepts, recipe.route, recipe.model, recipe.options) == (
        "good",
        frozenset({"audio"}),
        Route("good/{language}/**"),
        "default",
        ModelOptions.model_validate({"maxOutputTokens": 100, "temperature": 0}),
    )
    assert [(each.name, each.default) for each in recipe.inputs] == [("language", "es")]
    places = [recipe.place(*keys) for keys in (("model", "id"), ("metadata", "route"), ("metadata", "then"))]
    assert places == ["recipes/good.prompty:5", "recipes/good.prompty:11", "recipes/good.prompty:9"]


def test_digest_changes_with_the_prompt(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    before = read_recipe(path).digest
    path.write_text(GOOD.replace("You help.", "You help a lot."))
    assert read_recipe(path).digest != before


def test_a_recipe_with_windows_line_ends_is_read_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert read_recipe(path).render({"language": "fr"}).turns == ("Say it in fr.",)


SLIPS = [
    ("description:", "descripton:", ":3: unknown key `descripton`: did you mean `description`?"),
    ("temperature:", "temprature:", ":6: unknown key `model.options.temprature`: did you mean `temperature`?"),
    ("maxOutputTokens", "max_tokens", ":6: unknown key `model.options.max_tokens`: did you mean `maxOutputTokens`?"),
    ("temperature", "top_p", ":6: unknown key `model.options.top_p`: did you mean `topP`?"),
    ("  id: default", "  seed: 1", ":5: unknown key `model.seed`: `seed` belongs under `model.options`"),
    ("description:", "accepts:", ":3: unknown key `accepts`: `accepts` belongs under `metadata`"),
    ("  route:", "  outputs:", ":11: unknown key `metadata.outputs`: `outputs` belongs at the top"),
    ("kind: string,", "type: string,", ":8: unknown key `inputs.0.type`: did you mean `kind`?"),
    ("parser:", "praser:", ":12: `template`: write `template: {format: {kind: jinja2}, parser: {kind: prompty}}`"),
    ("metadata:", "outputs: [{form: x}]\nmetadata:", "`outputs.0.form`: there are `name`, `kind`"),
    ("  accepts: [audio]\n", "", ":9: `metadata.accepts` is missing"),
    ("  accepts: [audio]", "  accepts: audio", ":10: `metadata.accepts` must be a list"),
    ("maxOutputTokens: 100", f"maxOutputTokens: {10**21}", "`model.options.maxOutputTokens`: Input should be"),
    ("temperature: 0", "temperature: .nan", "`model.options.temperature`: Input should be"),
    ("temperature: 0", "seed: 9223372036854775808", "`model.options.seed`: Input should be less than"),
    ("  accepts:", "  send: pigeon\n  accepts:", ":10: `metadata.send`: Input should be"),
    ("  accepts:", "  then: other\n  accepts:", ":10: `then` names a model for the turns after"),
    ("  accepts:", "  writes: [docx]\n  accepts:", ":10: `metadata.writes.0`: Input should be"),
    ("  accepts:", "  writes: srt\n  accepts:", ":10: `metadata.writes` must be a list"),
    ("  accepts:", "  writes: [md, md]\n  accepts:", ":10: `metadata.writes`: it names a file twice"),
    ("  accepts:", "  write: [md]\n  accepts:", ":10: unknown key `metadata.write`: did you mean `writes`?"),
    ("accepts: [audio]", "accepts: [image]\n  writes: [srt, txt]", ":11: only a recording has subtitles (`srt`)"),
    ("  accepts:", "  markdown: x\n  accepts:", ":10: `markdown` is the template of a file that is not written"),
    ("  accepts:", "  writes: [md]\n  markdown: '{{ txt }}'\n  accepts:", ":11: the template for Markdown has `txt`"),
    ("  accepts:", "  transcript: yes\n  accepts:", ":10: `metadata.transcript`: Input should be"),
    ("  accepts:", "  phrases: []\n  accepts:", ":10: `phrases` is for transcripts: write `transcript: asked`"),
    ("  accepts:", "  words: false\n  accepts:", ":10: `words` is for transcripts: write `transcript: asked`"),
    ("  accepts:", "  speakers: true\n  accepts:", ":10: `speakers` is for transcripts: write `transcript: asked`"),
    ("[audio]", "[image]\n  transcript: asked", ":11: `transcript` is for recordings, which this recipe does not"),
    ("metadata:", "outputs: [{name: x, kind: string}]\nmetadata:\n  transcript: asked", ":11: a transcript is text"),
    ("  accepts:", "  transcript: asked\n  language: German\n  accepts:", ":11: `metadata.language`: write a language"),
    ("  accepts:", "  transcript: asked\n  language: '{x}'\n  accepts:", ":11: the language's `x` is not among"),
    (
        "  accepts:",
        "  transcript: asked\n  phrases: [' ']\n  accepts:",
        ":11: `metadata.phrases.0`: String should have",
    ),
    ("  accepts:", "  tier: fast\n  accepts:", ":10: `metadata.tier`: Input should be 'flex'"),
    ("  accepts:", "  flexHours: 6\n  accepts:", ":10: `flexHours` is for the tier `flex`: write `tier: flex` too"),
    ("  accepts:", "  tier: flex\n  flexHours: 0\n  accepts:", ":11: `metadata.flexHours`: Input should be greater"),
    ("  accepts:", "  tier: flex\n  flexHours: 145\n  accepts:", ":11: `metadata.flexHours`: Input should be less"),
    ("  accepts:", "  tier: flex\n  flexHours: .nan\n  accepts:", ":11: `metadata.flexHours`: Input should be"),
    ("  accepts:", "  tier: flex\n  tierHours: 6\n  accepts:", ":11: unknown key `metadata.tierHours`"),
    ("name: good", "name: bad", ":2: its name is `bad`; it must be the file's name, `good`"),
    ("name: language", "name: recipe", ":8: `inputs.0`: no input may be called `recipe`"),
    ("name: language", "name: self", ":8: `inputs.0`: no input may be called `self`"),
    ("inputs:", "inputs:\n  - {name: language}", ":7: `inputs`: `language` is declared twice"),
    ("default: es", "default: ''", "'' can never be used: the value of `language` must be 1 to 100"),
    ("default: es", "default: es, enumValues: [fr]", "'es' can never be used: the value of `language` is not one of"),
    ("metadata:", "outputs:\n  - {name: a b, kind: string}\nmetadata:", ":9: `outputs`: `a b` is no name for a field"),
    ("{language}/**", "{tongue}/**", ":11: the route's `tongue` is not among the recipe's inputs"),
    ("good/", "../evil/", ":11: `metadata.route`: it must be folders with one `/` between them"),
    ("user:\n", "", ":18: there is no `user:` section, so nothing would be asked"),
    ("{{language}}", "{{tongue}}", ":18: `tongue` is not among the recipe's inputs"),
    ("---\nname", "name", ":1: a recipe begins with front matter"),
    ("---\nsystem", "system", ":1: the front matter has no end: a second line of `---` is missing"),
    ("A recipe.", "A --- recipe.", ":3: prompty takes `---` for the end"),
    ("inputs:", "inputs:\t", ":7: YAML has no tabulators; write blanks"),
    ("  accepts: [audio]", "  accepts: [audio", ":11: this is not YAML"),
    ("kind: string,", "kind: string, description: Is it? yes,", ":8: this is not YAML"),
]


@pytest.mark.parametrize(("old", "new", "problem"), SLIPS)
def test_each_slip_is_named_with_what_was_meant(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(problem in each for each in found), found


def test_all_slips_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("name: good", "nane: good").replace("accepts", "takes"))
    assert [problem.split(": ", 1)[1] for problem in found] == [
        "`name` is missing",
        "`metadata.accepts` is missing",
        "unknown key `metadata.takes`: there are `accepts`, `route`, `send`, `detail`, `then`, `pages`, `pieces`,"
        " `writes`, `markdown`, `transcript`, `language`, `phrases`, `speakers`, `words`, `tier`,"
        " `flexHours`",
        "unknown key `nane`: did you mean `name`?",
    ]


BOMB = "a\nbomb:\n  a: &a [x, x]\n  b: &b [*a, *a, *a]\n  c: [*b, *b, *b]"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("2026-13-45", ":3: `2026-13-45` looks like YAML's timestamp and is none (month must be in 1..12)"),
        ("2026-11-25", ":3: `description`: Input should be a valid string"),
        ("9" * 5_000, "looks like YAML's int and is none (Exceeds the limit"),
        ("!!int x", ":3: a recipe has no tags"),
        ("!!python/object:os.system x", ":3: a recipe has no tags"),
        ("! x", ":3: a recipe has no tags"),
        ("&a x", ":3: a recipe has no anchors"),
        ("=", ":3: `=` looks like YAML's value and is none"),
        ("[" * 30_000, ":3: lists and mappings are nested more than 20 deep"),
        ("{a: " * 30, ":3: lists and mappings are nested more than 20 deep"),
        ("{[a]: b}", ":3: a key must be a word"),
        ("x" * 33_000, "the front matter has"),
        ('"a\\0b"', ":3: the character U+0000 cannot be in a recipe"),
        ('"\\ud800"', ":3: "),
        ('"\\x24{file:other.txt}"', ":3: `${...}` is not supported"),
        ('"$\\\n  {env:HOME}"', ":3: `${...}` is not supported"),
        (">-\n  ${env:HOME}", ":3: `${...}` is not supported"),
        ("a\nname: again", ":4: the key `name` stands there twice"),
        ("a\n...\nb: c", "this is not YAML"),
        ("a\u0085b", ":3: the character U+0085 cannot be in a recipe"),
        ("a\x01b", ":3: the character U+0001 cannot be in a recipe"),
        ("a\uffffb", ":3: the character U+FFFF cannot be in a recipe"),
        ("a\u2028b", ":3: the character U+2028 cannot be in a recipe"),
        (BOMB, ":5: a recipe has no anchors"),
    ],
    ids=lambda text: text[:40].encode("unicode_escape").decode(),
)
def test_a_value_that_yaml_would_make_something_else_of_is_named_with_its_line(
    tmp_path: Path, value: str, problem: str
) -> None:
    found = problems(tmp_path, GOOD.replace("description: A recipe.", f"description: {value}"))
    assert any(problem in each for each in found), found
    assert all(each.startswith("recipes/good.prompty") for each in found)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("description: A recipe.", "sample: {question: Why}", 3),
        ("  id: default", "  api: chat", 5),
        ("  id: default", "  configuration: {type: azure_openai, azure_deployment: gpt-4o}", 5),
        ("  options: {maxOutputTokens: 100, temperature: 0}", "  parameters: {max_tokens: 128}", 6),
        ("  - {name: language, kind: string, default: es}", "  language: es", 7),
    ],
)
def test_a_file_of_prompty_0_1_is_refused_with_one_sentence(tmp_path: Path, old: str, new: str, line: int) -> None:
    (found,) = problems(tmp_path, GOOD.replace(old, new))
    assert found.startswith(f"recipes/good.prompty:{line}: this file is in the older format of prompty 0.1; ")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff" + GOOD.encode(), ":1: this is not UTF-8"),
        (b"\xef\xbb\xbf" + GOOD.encode(), ":1: save it without a byte order mark"),
        (GOOD.encode() + b"x" * 262_144, ": this has more than 262144 bytes"),
        (None, ": this cannot be read as a recipe (IsADirectoryError: "),
    ],
)
def test_a_file_that_cannot_be_read_or_is_too_long_is_named(
    tmp_path: Path, content: bytes | None, problem: str
) -> None:
    path = tmp_path / "good.prompty"
    path.mkdir() if content is None else path.write_bytes(content)
    with pytest.raises(RecipeProblemsError) as caught:
        read_recipe(path)
    assert f"good.prompty{problem}" in caught.value.problems[0]


@given(st.text(st.characters(codec="utf-8"), max_size=80), st.integers(0, len(GOOD)), st.integers(0, 40))
def test_a_file_is_a_recipe_or_a_problem_with_its_name_whatever_it_holds(text: str, start: int, cut: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "good.prompty"
        path.write_bytes((GOOD[:start] + text + GOOD[start + cut :]).encode())
        try:
            read_recipe(path)
        except RecipeProblemsError as error:
            assert all("good.prompty" in problem for problem in error.problems)


PIECES = (
    "user:\n",
    "\nsystem:\n",
    "{{language}}",
    "# user :\n",
    "{% if language %}",
    "{% endif %}",
    "{# x #}",
    "...\n",
)
INSERTED = st.one_of(st.sampled_from(PIECES), st.sampled_from([*" \t\n\u00a0#:-['\"{}x", "user", "\u3000user:\n"]))


@settings(deadline=None)  # the first example imports prompty
@given(st.lists(st.tuples(INSERTED, st.integers(0, len(GOOD)), st.integers(0, 6)), min_size=1, max_size=3))
def test_a_recipe_that_was_read_can_be_filled_in_by_prompty(changes: list[tuple[str, int, int]]) -> None:
    text = GOOD
    for inserted, start, cut in changes:
        text = text[:start] + inserted + text[start + cut :]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "good.prompty"
        path.write_bytes(text.encode())
        try:
            recipe = read_recipe(path)
        except RecipeProblemsError:
            return
        _agent.cache_clear()
        prompt = recipe.render({each.name: each.example for each in recipe.inputs})
        assert len(prompt.turns) == recipe.turns


ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("page", ["README.md", "docs/recipes.md"])
def test_the_example_of_a_page_is_a_recipe(page: str, tmp_path: Path) -> None:
    text = (ROOT / page).read_text().partition("```yaml\n")[2].partition("```")[0]
    path = tmp_path / f"{text.partition('name: ')[2].split()[0]}.prompty"
    path.write_text(text)
    recipe = read_recipe(path)
    assert recipe.render({each.name: each.example for each in recipe.inputs}).turns
