"""The way the end-to-end tests are put to Core Tools, with our own host in the place of theirs."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in for func is a shell script")


def real_host(path: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/real_host.py", *arguments]
    environ = {**os.environ, "PATH": path}
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("package")
def test_the_tests_are_put_to_the_func_on_path_with_the_package(tmp_path: Path) -> None:
    func = tmp_path / "func"
    func.write_text(
        f'#!/bin/sh\necho "$PWD" "$BLOB_TRIGGER_SOURCE" > "{tmp_path}/started"\n'
        f'[ "$1" = start ] && exec "{sys.executable}" -P -m local.host . "$2" "$3"\n'
    )
    func.chmod(func.stat().st_mode | stat.S_IXUSR)
    done = real_host(f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "--quiet", "-k", "metadata_chooses")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert (tmp_path / "started").read_text() == f"{ROOT / '.local' / 'package'} LogsAndContainerScan\n"


def test_a_machine_without_core_tools_is_told_where_to_get_them(tmp_path: Path) -> None:
    done = real_host(str(tmp_path))
    assert done.returncode == 1
    assert "npm install --global azure-functions-core-tools@4" in done.stderr
