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


def test_digest_changes_with_the_prompt(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    before = read_recipe(path).digest
    path.write_text(GOOD.replace("You help.", "You help a lot."))
    assert read_recipe(path).digest != before


def test_a_recipe_with_windows_line_ends_is_read_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert read_recipe(path).render({"language": "fr"}).turns == ("Say it in fr.",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "description:",
            "descripton:",
            "recipes/good.prompty:3: unknown key `descripton`: did you mean `description`?",
        ),
        (
            "temperature:",
            "temprature:",
            "recipes/good.prompty:6: unknown key `model.options.temprature`: did you mean `temperature`?",
        ),
        (
            "kind: string,",
            "kind: number,",
            "recipes/good.prompty:8: `inputs.0.kind`: Input should be 'string'",
        ),
        ("  accepts: [audio]\n", "", "recipes/good.prompty:9: `metadata.accepts` is missing"),
        ("[audio]", "[]", "recipes/good.prompty:10: `metadata.accepts`: List should have at least 1 item"),
        (
            "temperature: 0",
            "temperature: 9",
            "recipes/good.prompty:6: `model.options.temperature`: Input should be",
        ),
        (
            "name: good",
            "name: bad",
            "recipes/good.prompty:2: its name is `bad`; it must be the file's name, `good`",
        ),
        ("{{language}}", "{{tongue}}", "recipes/good.prompty:18: `tongue` is not among the recipe's inputs"),
        ("{{language}}", "{{language", "recipes/good.prompty:18: expected name or number"),
        (
            "{language}/**",
            "{tongue}/**",
            "recipes/good.prompty:11: the route's `tongue` is not among the recipe's inputs",
        ),
        (
            "/**",
            "/**/x",
            "recipes/good.prompty:11: the route `good/{language}/**/x`: `**` may stand only at the end",
        ),
        ("user:", "assistant:", "recipes/good.prompty:17: a recipe has `system:` and `user:` sections only"),
        ("user:\n", "", "recipes/good.prompty:14: there is no `user:` section, so nothing would be asked"),
        ("name: language", "name: recipe", "recipes/good.prompty:8: no input may be called `recipe`"),
        ("A recipe.", "A --- recipe.", "recipes/good.prompty:3: prompty takes `---` and `+++` for the end"),
        ("A recipe.", "${env:SECRET}", "recipes/good.prompty:3: `${...}` is not supported"),
        ("  accepts: [audio]", "  accepts: [audio", "recipes/good.prompty:11: this is not YAML"),
        ("---\nname", "name", "recipes/good.prompty:1: a recipe begins with front matter"),
        ("{{language}}", "{% if tongue %}x{% endif %}", "recipes/good.prompty:18: `tongue` is not among"),
        ("{{language}}", "{{ tongue | upper }}", "recipes/good.prompty:18: `tongue` is not among"),
        (
            "  accepts:",
            "  then: other\n  accepts:",
            "recipes/good.prompty:10: `then` names a model for the turns after",
        ),
        ("  accepts:", "  send: pigeon\n  accepts:", "recipes/good.prompty:10: `metadata.send`: Input should be"),
        (
            "metadata:",
            "outputs:\n  - {name: a b, kind: string}\nmetadata:",
            "recipes/good.prompty:9: `outputs`: `a b` is no name for a field",
        ),
    ],
)
def test_each_slip_is_named_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(expected in problem for problem in found), found


@pytest.mark.parametrize(
    ("start", "problem"), [(b"\xff", "this is not UTF-8"), (b"\xef\xbb\xbf", "without a byte order mark")]
)
def test_a_recipe_must_be_plain_utf_8(tmp_path: Path, start: bytes, problem: str) -> None:
    path = write(tmp_path, "")
    path.write_bytes(start + GOOD.encode())
    with pytest.raises(RecipeProblemsError, match=problem):
        read_recipe(path)


def test_all_slips_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("name: good", "nane: good").replace("accepts", "takes"))
    assert [problem.split(": ", 1)[1] for problem in found] == [
        "`name` is missing",
        "`metadata.accepts` is missing",
        "unknown key `metadata.takes`: there are `accepts`, `route`, `send`, `detail`, `then`",
        "unknown key `nane`: did you mean `name`?",
    ]


BOMB = "\n".join(
    ["  a0: &a0 [x, x, x, x, x, x, x, x, x]", *(f"  a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]" for n in range(1, 8))]
)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("2026-13-45", ":3: `2026-13-45` looks like YAML's timestamp and is none (month must be in 1..12)"),
        ("2026-11-25", ":3: `description`: Input should be a valid string"),
        ("9" * 5_000, "looks like YAML's int and is none (Exceeds the limit"),
        ("!!int x", ":3: a recipe has no tags"),
        ("!!float x", ":3: a recipe has no tags"),
        ("!!timestamp x", ":3: a recipe has no tags"),
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
        ('"\\u0024{env:NOPE}"', ":3: `${...}` is not supported"),
        ('"$\\\n  {env:HOME}"', ":3: `${...}` is not supported"),
        (">-\n  ${env:HOME}", ":3: `${...}` is not supported"),
        ("a\nname: again", ":4: the key `name` stands there twice"),
        ("a\n...\nb: c", "this is not YAML"),
        ("a\nmodel: 5", "the key `model` stands there twice"),
        ("a\u0085b", ":3: the character U+0085 cannot be in a recipe"),
        ("a\x01b", ":3: the character U+0001 cannot be in a recipe"),
        ("a\uffffb", ":3: the character U+FFFF cannot be in a recipe"),
        ("a\u2028b", ":3: the character U+2028 cannot be in a recipe"),
        ("a\nbomb:\n" + BOMB, "a recipe has no anchors"),
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
    ("old", "new", "problem"),
    [
        (
            "maxOutputTokens",
            "max_tokens",
            ":6: unknown key `model.options.max_tokens`: did you mean `maxOutputTokens`?",
        ),
        ("maxOutputTokens", "max_output_tokens", "did you mean `maxOutputTokens`?"),
        ("maxOutputTokens", "maxCompletionTokens", "did you mean `maxOutputTokens`?"),
        ("temperature", "top_p", "unknown key `model.options.top_p`: did you mean `topP`?"),
        ("temperature", "stop", "did you mean `stopSequences`?"),
        (
            "  id: default",
            "  temperature: 0",
            "unknown key `model.temperature`: `temperature` belongs under `model.options`",
        ),
        ("description:", "accepts:", "unknown key `accepts`: `accepts` belongs under `metadata`"),
        ("  route:", "  outputs:", "unknown key `metadata.outputs`: `outputs` belongs at the top"),
        ("kind: string,", "type: string,", "unknown key `inputs.0.type`: did you mean `kind`?"),
        ("default: es", "defualt: es", "unknown key `inputs.0.defualt`: did you mean `default`?"),
        ("parser:", "praser:", "unknown key `template.praser`: did you mean `parser`?"),
        ("  accepts: [audio]", "  accepts: audio", "`metadata.accepts` must be a list"),
        ("temperature: 0", "temperature: yes", "`model.options.temperature`: Input should be a valid number"),
        ("temperature: 0", "temperature: .nan", "`model.options.temperature`: Input should be"),
        ("temperature: 0", "stopSequences: []", "`model.options.stopSequences`: List should have at least 1 item"),
        ("temperature: 0", "seed: 9223372036854775808", "`model.options.seed`: Input should be less than"),
        (
            "maxOutputTokens: 100",
            "maxOutputTokens: yes",
            "`model.options.maxOutputTokens`: Input should be a valid int",
        ),
        ("kind: string,", "kind: string, description: Is it? yes,", ":8: this is not YAML"),
        ("inputs:", "inputs:\t", ":7: YAML has no tabulators; write blanks"),
        ("default: es", "default: ''", "'' can never be used: The value of `language` must be 1 to 100"),
        (
            "default: es",
            "default: es, enumValues: [fr]",
            "'es' can never be used: The value of `language` is not one of fr",
        ),
        ("default: es", "enumValues: []", "List should have at least 1 item"),
        ("name: language", "name: self", "no input may be called `self`: that is a word of the template language"),
        ("good/{language}/**", "/good/{language}/**", "it must be folders with one `/` between them"),
        ("good/{language}/**", "good/{language}-*/**", "a folder may hold one variable or star"),
        ("{{language}}", "{% include 'x' %}", ":18: `include` is not supported: a template may hold"),
        ("{{language}}", "{{ ''.__class__ }}", ":18: `getattr` is not supported"),
        ("{{language}}", "{{ range(10**8) }}", ":18: `call` is not supported"),
        ("user:", "usr:", ":17: `usr:` begins no section: did you mean `user:`?"),
    ],
)
def test_each_slip_is_named_with_what_was_meant(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any(problem in each for each in found), found


OLDER = """\
---
name: basic
description: A prompt.
authors: [me]
model:
  api: chat
  configuration: {type: azure_openai, azure_deployment: gpt-4o}
  parameters: {max_tokens: 128}
sample: {question: Why}
---
system:
You help.

user:
{{question}}
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (OLDER, 6),
        (OLDER.replace("  api: chat\n", ""), 6),
        (GOOD.replace("  - {name: language, kind: string, default: es}", "  language: es"), 7),
        (GOOD.replace("template: {format: {kind: jinja2}, parser: {kind: prompty}}", "template: jinja2"), 12),
    ],
)
def test_a_file_of_prompty_0_1_is_refused_with_one_sentence(tmp_path: Path, text: str, line: int) -> None:
    (found,) = problems(tmp_path, text)
    assert found.startswith(f"recipes/good.prompty:{line}: this file is in the older format of prompty 0.1; ")


def test_a_file_that_cannot_be_read_or_is_too_long_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.prompty").mkdir()
    (tmp_path / "long.prompty").write_text(GOOD + "x" * 262_144)
    for name, problem in (("folder", "this cannot be read (Is a directory)"), ("long", "more than 262144 bytes")):
        with pytest.raises(RecipeProblemsError, match=f"{name}.prompty: ") as caught:
            read_recipe(tmp_path / f"{name}.prompty")
        assert problem in str(caught.value)


def test_front_matter_without_an_end_is_named(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD.replace("---\nsystem", "system")) == [
        "recipes/good.prompty:1: the front matter has no end: a second line of `---` is missing"
    ]


@given(st.text(st.characters(codec="utf-8"), max_size=80), st.integers(0, len(GOOD)), st.integers(0, 40))
def test_a_file_is_a_recipe_or_a_problem_with_its_name_whatever_it_holds(text: str, start: int, cut: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "good.prompty"
        path.write_bytes((GOOD[:start] + text + GOOD[start + cut :]).encode())
        try:
            read_recipe(path)
        except RecipeProblemsError as error:
            assert all("good.prompty" in problem for problem in error.problems)


def test_the_parts_of_a_recipe_are_known_by_their_lines(tmp_path: Path) -> None:
    recipe = read_recipe(write(tmp_path, GOOD))
    assert [recipe.place(part) for part in ("model", "route", "then")] == [
        "recipes/good.prompty:5",
        "recipes/good.prompty:11",
        "recipes/good.prompty:9",
    ]


INSERTED = st.one_of(
    st.sampled_from(
        ["user:\n", "\nsystem:\n", "{{language}}", "# user :\n", "{% if language %}", "{% endif %}", "{# x #}"]
    ),
    st.sampled_from(
        [" ", "\t", "\n", "\u00a0", "#", ":", "-", "[", "'", '"', "{", "}", "user", "x", "\u3000user:\n", "...\n"]
    ),
)


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


ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["README.md", "docs/recipes.md"])
def test_the_example_of_a_page_is_a_recipe(page: str, tmp_path: Path) -> None:
    text = (ROOT / page).read_text().partition("```yaml\n")[2].partition("```")[0]
    path = tmp_path / f"{text.partition('name: ')[2].split()[0]}.prompty"
    path.write_text(text)
    recipe = read_recipe(path)
    assert recipe.render({each.name: each.example for each in recipe.inputs}).turns
