"""The compiler, the linter and the formatter as a check."""

from pathlib import Path

import pytest

from infra.checks import ToolMissing
from infra.checks.bicep import problems
from infra.checks.tools import compiler
from tests.infra.conftest import Project


def test_sound_templates_are_passed(project: Project) -> None:
    assert problems(project.root) == []


def test_what_compiler_linter_and_formatter_have_against_a_file_is_found_and_placed(project: Project) -> None:
    project.change("infra/storage.bicep", "minimumTlsVersion", "minimumTlsVersoin")  # which is only a warning
    project.change("infra/storage.bicep", "  kind: 'StorageV2'", "    kind:   'StorageV2'")
    project.change("infra/main.bicep", "param location", "param unused string = ''\nparam location")
    project.write("infra/main.bicepparam", "using 'main.bicep'\n\nvar unused = 1\n")
    found = problems(project.root)
    for said in (
        'infra/main.bicep:3: no-unused-params: Parameter "unused"',
        'infra/main.bicepparam:3: no-unused-vars: Variable "unused"',
        'infra/storage.bicep:14: BCP089: The property "minimumTlsVersoin"',
        "infra/storage.bicep: not formatted as `bicep format` does it: run that.",
    ):
        assert [problem for problem in found if problem.startswith(said)], said


def test_files_that_do_not_parse_are_never_passed(project: Project) -> None:
    files = {"open": "resource x = {\n", "json": "{}\n", "binary": "\0\0\n"}
    for name, text in files.items():
        project.write(f"infra/{name}.bicep", text)
    found = problems(project.root)
    assert all(any(problem.startswith(f"infra/{name}.bicep:1: BCP") for problem in found) for name in files)


def test_a_project_without_templates_is_not_passed(project: Project) -> None:
    for name in ("main", "storage"):
        (project.root / "infra" / f"{name}.bicep").unlink()
    assert problems(project.root) == ["infra/ holds no .bicep file: there is nothing to deploy."]


def test_a_machine_without_a_compiler_is_told_where_to_get_one(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BICEP", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("HOME", str(project.root))
    with pytest.raises(ToolMissing, match="run `az bicep install`"):
        problems(project.root)


def test_a_formatter_that_fails_is_not_believed(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failing = tmp_path / "bicep"
    failing.write_text(f'#!/bin/sh\n[ "$1" = format ] && exit 1\nexec "{compiler()}" "$@"\n')
    failing.chmod(0o755)
    monkeypatch.setenv("BICEP", str(failing))
    assert problems(project.root)[0].startswith("`bicep format` failed")


def test_a_compiler_that_says_nothing_is_not_believed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BICEP", "/bin/true")
    assert problems(project.root) == ["The compiler told of 0 files, but there are 2: "]
