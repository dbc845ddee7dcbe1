"""`make clean`, in a checkout made for it."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import cleaning as subject
import pytest

MADE = (
    *(".venv/bin/python", ".local/demo/one.json", "local/azurite/node_modules/a.js", "dropscribe.egg-info/PKG-INFO"),
    *(".mypy_cache/a", ".ruff_cache/a", ".pytest_cache/a", ".hypothesis/a", ".import_linter_cache/a"),
    *("shared/media/__pycache__/sniff.pyc", "tests/__pycache__/a.pyc", "__pycache__/function_app.pyc"),
)
OURS = ("shared/media/sniffing.py", "local/azurite/package.json", "answers/one.json", "function_app.py")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DROPSCRIBE_HOME", raising=False)
    for name in (*MADE, *OURS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(bytes(600_000 if name.startswith(".venv") else 1))
    return tmp_path


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_clean_removes_what_the_commands_made_and_says_how_much_that_was(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert subject.clean(checkout) == 0
    assert files(checkout) == set(OURS)
    told = capsys.readouterr().out
    assert "Removed .venv: 1 MB\n" in told
    assert "Removed .hypothesis: 0 MB\n" in told
    assert subject.clean(checkout) == 0
    assert capsys.readouterr().out == "There was nothing to remove.\n"


class Status(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/admin/host/status" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Status)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def record(home: Path, text: str) -> None:
    (home / "host").mkdir(parents=True)
    (home / "host" / "running.json").write_text(text)


def test_clean_removes_nothing_while_a_host_runs(checkout: Path, host: str, capsys: pytest.CaptureFixture[str]) -> None:
    record(checkout / ".local", json.dumps({"address": host}))
    assert subject.clean(checkout) == 1
    assert files(checkout) >= {*MADE, *OURS}
    assert f"A host runs from this folder, at {host}. Stop it first" in capsys.readouterr().out


@pytest.mark.parametrize("text", ['{"address": "http://127.0.0.1:9"}', "{", "[]", '{"address": "nonsense"}'])
def test_the_record_of_a_host_that_is_gone_keeps_nothing(checkout: Path, text: str) -> None:
    record(checkout / ".local", text)
    assert subject.clean(checkout) == 0
    assert files(checkout) == set(OURS)


def test_a_folder_that_cannot_be_removed_is_told_and_is_a_failure(
    checkout: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(place: str, onerror: object) -> None:
        onerror(None, place, (None, PermissionError(13, "Permission denied", str(place)), None))  # type: ignore[operator]

    monkeypatch.setattr("shutil.rmtree", refuse)
    assert subject.clean(checkout) == 1
    assert "It could not be removed: [Errno 13] Permission denied: " in capsys.readouterr().out
