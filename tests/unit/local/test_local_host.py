import json
from pathlib import Path
from typing import Any

import pytest

from local.host.blob_trigger import container_and_name
from local.host.settings import HOST_ID, HostSettings, HostSettingsError, QueueRules, is_disabled, resolve


def host_json(folder: Path, **parts: object) -> Path:
    (folder / "host.json").write_text(json.dumps({"version": "2.0", **parts}))
    return folder


def test_settings_read_what_host_json_says(tmp_path: Path) -> None:
    extensions = {
        "blobs": {"maxDegreeOfParallelism": 16, "poisonBlobThreshold": 3},
        "queues": {
            "batchSize": 4,
            "newBatchThreshold": 2,
            "maxDequeueCount": 7,
            "visibilityTimeout": "00:00:30",
        },
    }
    settings = HostSettings.load(host_json(tmp_path, functionTimeout="00:10:00", extensions=extensions))
    assert settings.function_timeout == 600
    assert settings.blobs == QueueRules(9, 7, max_tries=3, retry_after=0, max_pause=60)
    assert settings.queues == QueueRules(4, 2, max_tries=7, retry_after=30, max_pause=60)


def test_settings_have_the_hosts_own_defaults(tmp_path: Path) -> None:
    settings = HostSettings.load(host_json(tmp_path))
    assert settings.function_timeout == 1800
    assert (settings.blobs.max_tries, settings.queues) == (5, QueueRules(16, 8, 5, 0, 60))


@pytest.mark.parametrize(
    ("value", "disabled"), [("true", True), ("True", True), ("1", True), ("false", False), ("", False)]
)
def test_a_function_is_disabled_by_the_setting_that_the_real_host_knows(
    value: str, disabled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AzureWebJobs.reconcile.Disabled", value)
    assert is_disabled("reconcile") is disabled
    assert not is_disabled("answer_blob")


def test_a_timeout_of_minus_one_is_none_at_all(tmp_path: Path) -> None:
    assert HostSettings.load(host_json(tmp_path, functionTimeout="-1")).function_timeout is None


@pytest.mark.parametrize("text", ["ten minutes", "600", "00:10"])
def test_a_time_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(HostSettingsError, match="is not a time of the form"):
        HostSettings.load(host_json(tmp_path, functionTimeout=text))


def test_a_folder_without_host_json_is_no_app(tmp_path: Path) -> None:
    with pytest.raises(HostSettingsError, match="it has no host.json"):
        HostSettings.load(tmp_path)


def test_local_settings_do_not_override_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SET_BEFORE", "mine")
    monkeypatch.delenv("NOT_SET", raising=False)
    values = {"Values": {"SET_BEFORE": "theirs", "NOT_SET": "theirs"}}
    (host_json(tmp_path) / "local.settings.json").write_text(json.dumps(values))
    HostSettings.load(tmp_path)
    assert resolve("%SET_BEFORE% %NOT_SET%") == "mine theirs"


def test_a_binding_that_needs_a_missing_setting_is_refused() -> None:
    with pytest.raises(HostSettingsError, match="NO_SUCH_SETTING"):
        resolve("%NO_SUCH_SETTING%/{name}")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://account.blob.core.windows.net/input/a/b.png", ("input", "a/b.png")),
        ("http://127.0.0.1:10000/devstoreaccount1/input/a%20b%23%25.png", ("input", "a b#%.png")),
        ("http://localhost:10000/devstoreaccount1/input/%C3%A9.png", ("input", "é.png")),
        ("http://azurite:10000/devstoreaccount1/input/a+b.png", ("input", "a+b.png")),
    ],
)
def test_an_event_names_the_blob_in_its_url(url: str, expected: tuple[str, str]) -> None:
    assert container_and_name(url) == expected


@pytest.mark.parametrize("given", ["Ünï", "UPPER", "a--b", "-a", "a-", "a_b", "a" * 33, " "])
def test_a_host_id_that_no_queue_can_be_named_by_is_refused(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOST_ID, given)
    with pytest.raises(HostSettingsError, match=f"^{HOST_ID} is {given!r}. A host's id"):
        HostSettings.load(host_json(tmp_path))


@pytest.mark.parametrize("name", ["pc", "Some_Host.example", "a-very-long-host-name-of-some-virtual-machine-in-a-pool"])
def test_the_id_that_a_host_gives_itself_can_name_a_queue(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(HOST_ID, raising=False)
    monkeypatch.setattr("socket.gethostname", lambda: name)
    own = HostSettings.load(host_json(tmp_path)).host_id
    monkeypatch.setenv(HOST_ID, own)
    assert HostSettings.load(tmp_path).host_id == own


@pytest.mark.parametrize("file", ["host.json", "local.settings.json"])
@pytest.mark.parametrize("text", ["{", "[]", "[" * 100_000, "\ufffe"])
def test_a_file_of_settings_that_is_no_object_is_named(file: str, text: str, tmp_path: Path) -> None:
    host_json(tmp_path)
    (tmp_path / file).write_text(text)
    with pytest.raises(HostSettingsError, match=rf"{file} (cannot be read as JSON|must hold an object)"):
        HostSettings.load(tmp_path)


@pytest.mark.parametrize(
    "parts",
    [
        {"functionTimeout": 600},
        {"extensions": []},
        {"extensions": {"queues": {"batchSize": "many"}}},
        {"extensions": {"blobs": {"maxDegreeOfParallelism": None}}},
    ],
)
def test_a_value_of_the_wrong_kind_in_host_json_is_told_in_a_sentence(parts: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(HostSettingsError, match=r"host\.json: a value is of the wrong kind"):
        HostSettings.load(host_json(tmp_path, **parts))


def test_local_settings_are_left_alone_where_they_are_not_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    (host_json(tmp_path) / "local.settings.json").write_text(json.dumps({"Values": {"NOT_SET": "theirs"}}))
    HostSettings.load(tmp_path, local_settings=False)
    with pytest.raises(HostSettingsError, match="NOT_SET"):
        resolve("%NOT_SET%")
