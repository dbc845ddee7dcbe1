import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recipes.routes import Route

NAME = st.text(st.characters(exclude_characters="/{}*\\"), min_size=1, max_size=20)


FOLDERS = "it must be folders with one `/` between them, none at its beginning or end, and none `.` or `..`"


@pytest.mark.parametrize(
    ("pattern", "path", "values"),
    [
        ("describe/**", "describe/a.png", {}),
        ("describe/**", "describe/2026/11/a.png", {}),
        ("describe/**", "describe/", None),
        ("describe/**", "describes/a.png", None),
        ("translate/{language}/**", "translate/es/hello.mp3", {"language": "es"}),
        ("translate/{language}/**", "translate/hello.mp3", None),
        ("a/*/b.png", "a/x/b.png", {}),
        ("a/*/b.png", "a/x/y/b.png", None),
        ("scan-{year}.png", "scan-2026.png", {"year": "2026"}),
        ("a.b/**", "aXb/c.png", None),
        ("a/**", "a/new\nline.png", {}),
        ("translate/{language}/**", "Translate/FR/hello.mp3", {"language": "FR"}),
        ("translate/{language}/**", "/translate/fr/hello.mp3", {"language": "fr"}),
        ("translate/{language}/**", "translate//fr///hello.mp3", {"language": "fr"}),
        ("Scans/**", "scans/a.png", {}),
        ("scan-{year}.PNG", "SCAN-2026.png", {"year": "2026"}),
        ("scan-{year}.png", "scan-.png", None),
        ("scan-{year}-n.png", "scan-n.png", None),
        ("**", "a.png", {}),
        ("a/**", "a/", None),
    ],
)
def test_match_gives_the_variables_of_a_path_that_fits(pattern: str, path: str, values: dict[str, str] | None) -> None:
    assert Route(pattern).match(path) == values


@given(st.lists(NAME, min_size=1, max_size=4), NAME)
def test_match_finds_any_name_in_a_variable(folders: list[str], language: str) -> None:
    route = Route("/".join([*folders, "{language}", "**"]))
    assert route.match("/".join([*folders, language, "file.mp3"])) == {"language": language}


@given(NAME, NAME, NAME)
def test_match_finds_what_stands_between_a_beginning_and_an_end(start: str, middle: str, end: str) -> None:
    assert Route(f"a/{start}{{x}}{end}").match(f"a/{start}{middle}{end}") == {"x": middle}


@pytest.mark.parametrize(
    ("pattern", "path", "values"),
    [
        ("translate/{language}/**", "translate/hello.mp3", {}),
        ("translate/{language}/**", "translate//hello.mp3", {}),
        ("translate/{language}/**", "translate/fr/hello.mp3", {"language": "fr"}),
        ("x/{a}/{b}/**", "x/1/f.png", {"a": "1"}),
        ("x/{a}/{b}/**", "x/f.png", {}),
        ("x/{a}/y/{language}.mp3", "x/1/y/fr.mp3", {"a": "1", "language": "fr"}),
        ("x/{a}/y/scan-{b}.mp3", "x/1/y/scan-.mp3", None),
        ("translate/{language}/**", "translate", None),
        ("translate/{language}/**", "other/hello.mp3", None),
    ],
)
def test_a_folder_that_sets_an_input_may_be_missing(pattern: str, path: str, values: dict[str, str] | None) -> None:
    assert Route(pattern).match(path, {"a", "b", "language"}) == values


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [
        ("describe/**", "describe/"),
        ("translate/{language}/**", "translate/"),
        ("**", ""),
        ("a/b.png", "a/b.png"),
        ("Receipts/**", "receipts/"),
    ],
)
def test_prefix_is_what_stands_before_the_first_variable_or_star(pattern: str, prefix: str) -> None:
    assert Route(pattern).prefix == prefix


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("a/**", None),
        ("a/{x}/b-{y}.png", None),
        ("**", None),
        ("a/**/b", "`**` may stand only at the end, in place of a folder"),
        ("a/b**", "`**` may stand only at the end, in place of a folder"),
        ("a/{x}/{x}", "it names a variable twice"),
        ("a/{x", "a brace is never closed, or holds no plain name"),
        ("a/{two words}/**", "a brace is never closed, or holds no plain name"),
        ("a/{1}/**", "a brace is never closed, or holds no plain name"),
        ("a/{x}-{y}.png", "a folder may hold one variable or star"),
        ("a/*-*-*-*.png", "a folder may hold one variable or star"),
        ("/a/**", FOLDERS),
        ("a//**", FOLDERS),
        ("a/", FOLDERS),
        ("a\\**", "`**` may stand only at the end, in place of a folder"),
        ("a\\b/**", FOLDERS),
        ("../a/**", FOLDERS),
    ],
)
def test_problem_says_what_is_wrong_with_a_pattern(pattern: str, problem: str | None) -> None:
    assert Route(pattern).problem() == problem
