import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recipes.routes import Route

NAME = st.text(st.characters(exclude_characters="/{}*\\"), min_size=1, max_size=20).filter(lambda name: name.strip("."))
LANGUAGE = "translate/{language}/**"


@pytest.mark.parametrize(
    ("pattern", "path", "values"),
    [
        ("describe/**", "describe/2026/11/a.png", {}),
        ("describe/**", "describe/", None),
        (LANGUAGE, "translate/es/hello.mp3", {"language": "es"}),
        (LANGUAGE, "translate/hello.mp3", None),
        (LANGUAGE, "Translate/FR/hello.mp3", {"language": "FR"}),
        (LANGUAGE, "/translate//fr///hello.mp3", {"language": "fr"}),
        ("a/*/b.png", "a/x/b.png", {}),
        ("a/*/b.png", "a/x/y/b.png", None),
        ("a.b/**", "aXb/c.png", None),
        ("a/**", "a/new\nline.png", {}),
        ("scan-{year}.PNG", "SCAN-2026.png", {"year": "2026"}),
        ("scan-{year}-n.png", "scan-n.png", None),
        ("**", "a.png", {}),
    ],
)
def test_match_gives_the_variables_of_a_path_that_fits(pattern: str, path: str, values: dict[str, str] | None) -> None:
    assert Route(pattern).match(path) == values


@given(st.lists(NAME, min_size=1, max_size=4), NAME, NAME, NAME)
def test_match_finds_any_name_in_a_variable(folders: list[str], start: str, middle: str, end: str) -> None:
    route = Route("/".join([*folders, f"{start}{{x}}{end}", "**"]))
    assert route.match("/".join([*folders, f"{start}{middle}{end}", "file.mp3"])) == {"x": middle}


@pytest.mark.parametrize(
    ("pattern", "path", "values"),
    [
        (LANGUAGE, "translate//hello.mp3", {}),
        (LANGUAGE, "translate", None),
        ("x/{a}/{b}/**", "x/1/f.png", {"a": "1"}),
        ("x/{a}/{b}/**", "x/f.png", {}),
        ("x/{a}/y/{language}.mp3", "x/1/y/fr.mp3", {"a": "1", "language": "fr"}),
        ("x/{a}/y/scan-{b}.mp3", "x/1/y/scan-.mp3", None),
        ("x/-a-/**", "x/f.png", None),
    ],
)
def test_a_folder_that_sets_an_input_may_be_missing(pattern: str, path: str, values: dict[str, str] | None) -> None:
    assert Route(pattern).match(path, {"a", "b", "language"}) == values


@pytest.mark.parametrize(
    ("problem", "patterns"),
    [
        ("`**` may stand only at the end, in place of a folder", ["a/**/b", "a/b**", "a\\**"]),
        ("it names a variable twice", ["a/{x}/{x}"]),
        ("a brace is never closed, or holds no plain name", ["a/{x", "a/{two words}/**", "a/{1}/**"]),
        ("a folder may hold one variable or star", ["a/{x}-{y}.png", "a/*-*-*-*.png"]),
        ("it must be folders with one `/` between them", ["/a/**", "a//**", "a/", "a\\b/**", "../a/**"]),
    ],
)
def test_problem_says_what_is_wrong_with_a_pattern(problem: str, patterns: list[str]) -> None:
    for pattern in patterns:
        with pytest.raises(ValueError, match=re.escape(problem)):
            Route(pattern)
