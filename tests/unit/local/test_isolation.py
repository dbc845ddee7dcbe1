"""What a stack takes of the shell's environment, and what it must not."""

import os
from pathlib import Path

import pytest

from local.isolation import offline_settings, process_settings, storage_settings
from local.process import NotStartedError
from local.storage import KEY, connection_string, kept_key, new_key
from shared import bootstrap
from shared.settings.settings import Settings

PRODUCTION = {
    "MEDIA_STORAGE": "AccountName=production",
    "MEDIA_STORAGE__blobServiceUri": "https://production.blob.core.windows.net",
    "MEDIA_STORAGE__queueServiceUri": "https://production.queue.core.windows.net",
    "MEDIA_STORAGE__clientId": "id",
    "MEDIA_STORAGE__another": "something",
    "MEDIA_PUBLIC_BASE_URL": "https://production.example",
    "AzureWebJobsMEDIA_STORAGE": "AccountName=production",
    "AzureWebJobsStorage__accountName": "production",
}


def test_no_setting_of_the_shell_leads_to_another_storage() -> None:
    given = storage_settings("ours", PRODUCTION)
    assert {given[name] for name in PRODUCTION} == {"", "ours"}
    assert {name for name, value in given.items() if value} == {"MEDIA_STORAGE", "AzureWebJobsStorage"}


def test_storage_settings_that_the_shell_does_not_name_are_given_as_empty() -> None:
    """Every setting of the app that is about storage."""
    named = {str(field.alias) for field in Settings.model_fields.values()}
    leading = {name for name in named if name.startswith("MEDIA_")}
    assert leading <= set(storage_settings("ours", {}))


def test_the_offline_model_gets_nothing_that_is_meant_for_another() -> None:
    shell = {"AZURE_INFERENCE_MODEL": "gpt-6-luna", "AZURE_INFERENCE_SCOPE": "x", "AZURE_INFERENCE_DEPLOYMENT": "mine"}
    given = {**shell, **offline_settings("http://127.0.0.1:1")}
    storage = storage_settings(connection_string("http://127.0.0.1:1", "http://127.0.0.1:2"), {})
    assert Settings.from_environ({**given, **storage})
    assert {name: given[name] for name in shell} == {
        "AZURE_INFERENCE_MODEL": "",
        "AZURE_INFERENCE_SCOPE": "",
        "AZURE_INFERENCE_DEPLOYMENT": "dropscribe-offline-model",
    }


def test_recordings_go_to_the_offline_model_as_to_a_speech_model() -> None:
    given = {**offline_settings("http://127.0.0.1:1"), **storage_settings("AccountName=a;AccountKey=YQ==", {})}
    apis = {each.alias: each.capability.speech for each in bootstrap.load(given).deployments}
    assert apis == {"default": None, "audio": "openai"}


def test_processes_of_a_stack_use_no_proxy_for_this_machine_and_no_netrc() -> None:
    given = process_settings({"no_proxy": "intranet.example"})
    assert (given["no_proxy"], given["NO_PROXY"]) == ("intranet.example,127.0.0.1,localhost", "127.0.0.1,localhost")
    assert given["NETRC"] == os.devnull
    assert process_settings({"NO_PROXY": "*"})["NO_PROXY"] == "*"


def test_a_key_is_long_and_never_the_same() -> None:
    assert len({new_key(), new_key(), KEY}) == 3
    assert len(new_key()) == len(KEY)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_the_key_for_a_folder_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    key = kept_key(tmp_path / "storage")
    assert kept_key(tmp_path / "storage") == key != KEY
    assert (tmp_path / "storage" / "account.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("left", ["", "half"])
def test_a_key_that_was_not_written_to_the_end_is_made_anew(tmp_path: Path, left: str) -> None:
    (tmp_path / "account.key").write_text(left)
    assert len(kept_key(tmp_path)) == len(KEY)


def test_a_folder_that_can_hold_no_storage_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotStartedError, match=r"^The storage in .*file cannot be used: "):
        kept_key(tmp_path / "file")
