"""What the docs name is there, and what people can call or set stands in the docs."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import dev

from tests.support.environment_names import names_read

ROOT = Path(__file__).parents[2]
HIDDEN_OF_OURS = {".ci", ".devcontainer", ".github", ".vscode"}
MADE = {"node_modules", "__pycache__", "test-results"}
ENDINGS = r"py|js|ts|md|toml|bicep|bicepparam|kql|prompty|yml|yaml"


def ours(folder: Path = ROOT) -> Iterator[Path]:
    """Every file and folder of the project, and nothing that its commands made."""
    for at, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if each in HIDDEN_OF_OURS or not (each in MADE or each.startswith("."))]
        yield from (Path(at, each) for each in [*folders, *files])


FILES = {each.relative_to(ROOT).as_posix() for each in ours()}
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in sorted(FILES) if name.endswith(".md")}
del PAGES["CHANGELOG.md"]  # it tells of earlier versions, whose files and names may be gone
PATTERNS = {"recipes/NAME.prompty"}
"""What looks like a file and stands for several."""


def in_backticks(text: str) -> set[str]:
    """What a page has in backticks, outside of its blocks of code."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)))


def named_files(text: str) -> set[str]:
    """What looks like a file of ours, or like a folder with one above it: an example or a pattern has other letters."""
    told = in_backticks(text)
    files = {each for each in told if re.fullmatch(rf"(?:\.?[\w-]+/)*[\w-]+(?:\.test|\.spec)?\.(?:{ENDINGS})", each)}
    tops = "|".join(sorted(each for each in FILES if (ROOT / each).is_dir() and "/" not in each))
    return files | {each for each in told if re.fullmatch(rf"(?:{tops})/[\w./-]*", each)}


def is_there(name: str) -> bool:
    wanted = name.rstrip("/")
    return any(f"/{each}".endswith(f"/{wanted}") for each in FILES)


def test_each_file_that_a_page_names_is_there() -> None:
    missing = {page: {name for name in named_files(text) if not is_there(name)} for page, text in PAGES.items()}
    assert {page: names - PATTERNS for page, names in missing.items() if names - PATTERNS} == {}


def test_each_link_of_a_page_to_another_file_leads_somewhere() -> None:
    links = {(page, link) for page, text in PAGES.items() for link in re.findall(r"\]\(([^)\s:#]+)(?:#[^)]*)?\)", text)}
    assert {(page, link) for page, link in links if not (ROOT / page).parent.joinpath(link).exists()} == set()


def test_each_command_of_development_is_told_to_contributors() -> None:
    targets = {
        each for line in (ROOT / "Makefile").read_text().split(".PHONY:")[1:] for each in line.split("\n")[0].split()
    }
    told = " ".join(in_backticks(PAGES["CONTRIBUTING.md"]))
    made = {name for name in [*dev.COMMANDS, *targets] if re.search(rf"(?:make|dev\.py) {name}(?![\w-])", told)}
    assert (targets | dev.COMMANDS.keys()) - made == set()


def test_no_page_names_a_command_of_development_that_there_is_not() -> None:
    told = {
        name
        for text in PAGES.values()
        for each in in_backticks(text)
        for name in re.findall(r"^make ([a-z0-9-]+)|dev\.py ([a-z]+)", each)
    }
    assert {one or other for one, other in told} <= {*dev.COMMANDS, "web-check", "web-test", "web-picture"}


def test_the_map_has_the_rooms_in_the_order_of_the_import_contract() -> None:
    layers = re.findall(
        r'^  "([a-z |]+)",$', (ROOT / "pyproject.toml").read_text().split("layers = [")[1].split("]")[0], re.M
    )
    shown = PAGES["CONTRIBUTING.md"].split("\nshared/ ")[1].split("```")[0]
    rows = [re.findall(r"^  ((?:[a-z]+(?:/|\.py) +)+)", line) for line in shown.splitlines()[1:]]
    assert [[re.sub(r"/|\.py", "", each) for each in row[0].split()] for row in rows if row] == [
        each.split(" | ") for each in layers
    ]


def test_each_variable_of_the_environment_that_the_code_reads_stands_in_the_docs() -> None:
    """One that people need not know is named in `environment_names.py`, with the reason."""
    read = names_read(ROOT, FILES)
    told = set(re.findall(r"\w+", "\n".join(PAGES.values())))
    assert {"MEDIA_STORAGE", "DROPSCRIBE_INBOX", "E2E_STORAGE"} <= read.keys()
    assert {name: files for name, files in read.items() if name not in told} == {}
