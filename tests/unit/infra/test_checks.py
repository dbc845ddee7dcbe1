"""What runs the checks of the infrastructure; each check has tests of its own in tests/infra."""

from pathlib import Path

import pytest

from infra.checks import ToolMissing
from infra.checks.__main__ import checks, main, result


def nothing(_root: Path) -> list[str]:
    return []


def two_things(_root: Path) -> list[str]:
    return ["a", "b"]


def no_tool(_root: Path) -> list[str]:
    raise ToolMissing("Install it.")


def test_every_module_that_finds_problems_is_a_check() -> None:
    assert {"bicep", "schemas", "security", "shell", "snapshots", "workflows"} <= set(checks())
    assert "tools" not in checks()


def test_a_check_is_judged_by_what_it_found_and_by_whether_it_could_look() -> None:
    found = [result("name", check).outcome for check in (nothing, two_things, no_tool)]
    assert found == ["ok", "2 problems", "no tool"]
    assert result("name", no_tool).missing == "Install it."


def test_a_machine_without_a_compiler_fails_and_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("BICEP", str(tmp_path / "gone"))
    assert main(["bicep"]) == 1
    told = capsys.readouterr()
    assert "bicep" in told.out
    assert "no tool" in told.out
    assert "There is no Bicep compiler: run `az bicep install`" in told.err


def test_a_check_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bicpe"]) == 2
    assert "The checks are: bicep, " in capsys.readouterr().err
