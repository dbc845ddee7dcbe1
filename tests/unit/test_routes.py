import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.recipes.routes import Route

SEGMENT = st.text(st.characters(exclude_characters="/{}*"), min_size=1, max_size=20)


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
    ],
)
def test_match_gives_the_variables_of_a_path_that_fits(pattern: str, path: str, values: dict[str, str] | None) -> None:
    assert Route(pattern).match(path) == values


@given(st.lists(SEGMENT, min_size=1, max_size=4), SEGMENT)
def test_match_finds_any_name_in_a_variable(folders: list[str], language: str) -> None:
    route = Route("/".join([*folders, "{language}", "**"]))
    assert route.match("/".join([*folders, language, "file.mp3"])) == {"language": language}


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [
        ("describe/**", "describe/"),
        ("translate/{language}/**", "translate/"),
        ("**", ""),
        ("a/b.png", "a/b.png"),
    ],
)
def test_prefix_is_what_stands_before_the_first_variable_or_star(pattern: str, prefix: str) -> None:
    assert Route(pattern).prefix == prefix


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("a/**", None),
        ("a/{x}/b-{y}.png", None),
        ("a/**/b", "`**` may stand only at the end"),
        ("a/{x}/{x}", "it names a variable twice"),
        ("a/{x", "a brace is never closed, or holds no plain name"),
        ("a/{two words}/**", "a brace is never closed, or holds no plain name"),
    ],
)
def test_problem_says_what_is_wrong_with_a_pattern(pattern: str, problem: str | None) -> None:
    assert Route(pattern).problem() == problem
