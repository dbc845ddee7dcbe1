import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Never

import pytest

from cli import running_host
from cli.model import NoModelError, described, is_offline, require_endpoint, require_reachable
from cli.running_host import RunningHost, missing

ENDPOINT = "AZURE_INFERENCE_ENDPOINT"


@pytest.fixture
def dead_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def raising(error: Exception) -> Callable[..., Never]:
    def fail(*_: object, **__: object) -> Never:
        raise error

    return fail


@contextmanager
def saying(reply: bytes) -> Iterator[int]:
    """A service that says this to every client, and hangs up; yields its port."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(5)
            connection.recv(4096)
            connection.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def record(port: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a host that ran at this port has left behind."""
    path = folder / "running.json"
    left = {
        "address": f"http://127.0.0.1:{port}",
        "storage": "",
        "input_container": "input",
        "output_container": "output",
    }
    path.write_text(json.dumps(left))
    monkeypatch.setattr(running_host, "_RECORD", path)


async def test_an_endpoint_where_nothing_listens_is_told_in_one_sentence(dead_port: int) -> None:
    with pytest.raises(NoModelError) as error:
        await require_reachable({ENDPOINT: f"http://127.0.0.1:{dead_port}/models"})
    assert "the connection is refused; check AZURE_INFERENCE_ENDPOINT" in str(error.value)


async def test_a_host_that_is_unknown_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", raising(socket.gaierror(-2, "Name or service not known")))
    with pytest.raises(NoModelError, match="there is no host of that name; correct AZURE_INFERENCE_ENDPOINT"):
        await require_reachable({ENDPOINT: "https://nowhere.example/models"})


async def test_an_endpoint_that_is_silent_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", raising(TimeoutError()))
    with pytest.raises(NoModelError, match="no connection within 5 seconds"):
        await require_reachable({ENDPOINT: "https://nowhere.example/models"})


async def test_an_endpoint_that_listens_can_be_reached() -> None:
    with saying(b"") as port:
        await require_reachable({ENDPOINT: f"http://127.0.0.1:{port}/models"})


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {ENDPOINT: "no address"},
        {ENDPOINT: "http://127.0.0.1:99999999/models"},
        {ENDPOINT: "https://:pw@host:x/models"},
        {ENDPOINT: "http://127.0.0.1:1/models", f"{ENDPOINT}_IMAGE": "http://127.0.0.1:2/models"},
    ],
)
async def test_an_endpoint_that_cannot_be_tried_is_left_to_the_app(environ: dict[str, str]) -> None:
    await require_reachable(environ)


async def test_nothing_is_tried_where_a_proxy_stands_between(dead_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("http_proxy", "http://proxy.example:8080")
    await require_reachable({ENDPOINT: f"http://127.0.0.1:{dead_port}/models"})


@pytest.mark.parametrize(
    "name", ["AZURE_INFERENCE_ENDPONT", "AZURE_INFERENCE_DEPLOYMENT", "AZURE_INFERENCE_CREDENTIAL"]
)
def test_settings_of_a_model_without_its_endpoint_are_not_answered_by_the_offline_model(name: str) -> None:
    with pytest.raises(NoModelError, match=f"{name} is set, but AZURE_INFERENCE_ENDPOINT is not"):
        require_endpoint({name: "secret", "PATH": "/bin"})
    require_endpoint({name: "", "PATH": "/bin"})
    require_endpoint({name: "secret", ENDPOINT: "https://place.example"})


def test_which_model_answers_is_told_without_secrets() -> None:
    environ = {ENDPOINT: "https://me:secret@place.example/models?key=secret", "AZURE_INFERENCE_DEPLOYMENT": "phi-4"}
    assert (is_offline(environ), is_offline({})) == (False, True)
    assert described(environ) == "phi-4 at https://place.example/models"
    assert "offline model" in described({})


@pytest.mark.parametrize(
    "reply", [b"SSH-2.0-OpenSSH_9.6\r\n", b"", b"HTTP/1.1 200 OK\r\n\r\nhello", b"HTTP/1.1 200 OK\r\n\r\n[]"]
)
def test_a_port_that_belongs_to_something_else_is_no_running_host(
    reply: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with saying(reply) as port:
        record(port, tmp_path, monkeypatch)
        assert RunningHost.find() is None


def test_a_host_that_does_not_answer_is_said_not_to(
    dead_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(dead_port, tmp_path, monkeypatch)
    assert missing().startswith(f"The host that was started here does not answer at http://127.0.0.1:{dead_port}")
    monkeypatch.setattr(running_host, "_RECORD", tmp_path / "none")
    assert missing().startswith("No host is running here.")


def test_a_host_that_answers_is_the_running_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with saying(b'HTTP/1.1 200 OK\r\n\r\n{"state": "Running"}') as port:
        record(port, tmp_path, monkeypatch)
        found = RunningHost.find()
    assert found
    assert found.output_container == "output"
