"""How the setup shows how far it is, from what pip says and from what lies on the disk."""

import json
import sys
from pathlib import Path

import pytest
import steps
from progress import NpmProgress, PipProgress, Progress

LOCK = """rich==15.0 \\
    --hash=sha256:1
typer[all]==0.29 \\
    --hash=sha256:2
colorama==1 ; sys_platform == 'win32' \\
    --hash=sha256:3
"""


@pytest.fixture
def pip(tmp_path: Path) -> PipProgress:
    (tmp_path / "lock.txt").write_text(LOCK)
    (tmp_path / "pip-25.dist-info").mkdir()
    return PipProgress(tmp_path / "lock.txt", tmp_path)


def test_pip_is_as_far_as_what_it_has_fetched_and_what_it_has_installed(pip: PipProgress, tmp_path: Path) -> None:
    for line in (
        "Ignoring colorama: markers 'sys_platform' don't match your environment",
        "Collecting rich==15.0 (from -r lock.txt (line 1))",
        "  Downloading rich-15.0-py3-none-any.whl (3.0 MB)",
        "Progress 3000000 of 3000000",
        "Processing typer-0.29-py3-none-any.whl",
        "Progress 500000 of 1000000",
    ):
        pip.read(line)
    pip.look()
    assert (pip.done, pip.total, pip.fetched_bytes) == (2, 4, 3_500_000)
    (tmp_path / "rich-15.0.dist-info").mkdir()
    pip.look()
    assert pip.done == 3


def test_a_package_that_pip_finds_installed_counts_as_done(pip: PipProgress) -> None:
    pip.read("Requirement already satisfied: rich==15.0 in site-packages (from -r lock.txt (line 1)) (15.0)")
    pip.look()
    assert (pip.done, pip.total) == (2, 6)


def test_npm_is_as_far_as_the_packages_that_lie_there(tmp_path: Path) -> None:
    names = ("", "node_modules/a", "node_modules/@b/c", "node_modules/a/node_modules/d", "unused/e")
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": {name: {} for name in names}}, indent=2))
    (tmp_path / "node_modules" / "a").mkdir(parents=True)
    (tmp_path / "node_modules" / "a" / "package.json").touch()
    npm = NpmProgress(tmp_path)
    npm.look()
    assert (npm.done, npm.total) == (1, 3)


def test_one_line_tells_how_far_all_steps_are_together(pip: PipProgress) -> None:
    pip.read("Collecting rich==15.0")
    pip.read("Progress 2000000 of 3000000")
    pip.look()
    told = steps.state([pip, Progress()], seconds=7.2)
    assert told == "[#####.........................]  16 %, 2 MB fetched, 7 s"


def step(code: str, what: str = "installing it") -> steps.Step:
    return steps.Step(what, [sys.executable, "-c", code], hint="Is the index within reach?", folder=Path.cwd())


def test_a_step_that_fails_tells_what_it_said_and_ends_the_others() -> None:
    endless = step("import threading; threading.Event().wait()")
    with pytest.raises(steps.SetupFailedError) as caught:
        steps.wait_for(endless, step("print('no such package'); raise SystemExit(1)"))
    assert str(caught.value) == "no such package\n\nInstalling it failed (see above). Is the index within reach?"
    assert not endless.runs


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(steps.SetupFailedError, match=r"^Installing it failed: .*no-such-program"):
        steps.Step("installing it", ["no-such-program"], hint="", folder=Path.cwd())


def test_progress_without_a_terminal_is_a_line_every_few_seconds(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "SECONDS_BETWEEN_LINES", 0)
    steps.wait_for(step("print('kept back')"))
    told = capsys.readouterr().out
    assert told.endswith(" s\n")
    assert "\r" not in told
    assert "kept back" not in told
