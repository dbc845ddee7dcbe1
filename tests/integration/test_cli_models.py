"""`dropscribe models`, with an `az` that answers as Azure's does."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.exits import CommandFailedError
from cli.models.command import models
from cli.models.resource import resource_name
from tests.integration.test_cli_doctor_azure import plant

MY = "https://my-foundry.services.ai.azure.com"
SETTINGS = {
    "AZURE_INFERENCE_ENDPOINT": MY,
    "AZURE_INFERENCE_CREDENTIAL": "key",
    "AZURE_INFERENCE_DEPLOYMENT": "gpt-6-luna",
    "AZURE_INFERENCE_DEPLOYMENT_AUDIO": "ears",
    "AZURE_INFERENCE_DEPLOYMENT_LOCAL": "gemma3:4b",
    "AZURE_INFERENCE_ENDPOINT_LOCAL": "http://localhost:11434/v1",
    "MODEL_PRICES": '{"gpt-6-luna": {"input": 0.1, "output": 0.5}, "ears": {"hour": 0.36}}',
    "MODEL_CAPABILITIES": '{"gpt-6-luna": {"retires": "2028-03-11"}}',
}
ACCOUNTS = [{"name": "other", "resourceGroup": "g"}, {"name": "My-Foundry", "resourceGroup": "group"}, 5]


def deployment(name: str, model: str, version: str = "1") -> dict[str, Any]:
    properties = {"model": {"name": model, "version": version, "format": "OpenAI"}}
    return {"name": name, "properties": properties, "sku": {"name": "GlobalStandard", "capacity": 10}}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)


def planted(folder: Path, monkeypatch: pytest.MonkeyPatch, *deployments: dict[str, Any]) -> None:
    """Let the resource have these."""
    ends = [{"name": "gpt-6-luna", "version": "1", "deprecation": {"inference": "2020-01-01T00:00:00Z"}}, {}]
    for name, answer in (("list", ACCOUNTS), ("deployment", list(deployments)), ("list-models", ends)):
        (folder / name).write_text(json.dumps(answer))
    plant(folder, monkeypatch, f'cat "{folder}/$3"')


@pytest.mark.usefixtures("settings")
async def test_models_tells_what_each_takes_costs_and_until_when(capsys: pytest.CaptureFixture[str]) -> None:
    assert await models(None, as_json=False) == 0
    assert [line.split("\t") for line in capsys.readouterr().out.splitlines()] == [
        ["default", "gpt-6-luna", "images, JSON Schema", "128,000", "0.1 in, 0.5 out", "2028-03-11"],
        ["audio", "ears", "images, audio", "unknown", "0.36 an hour", "unknown"],
        ["local", "gemma3:4b", "images, audio", "unknown", "unknown", "unknown"],
    ]


@pytest.mark.usefixtures("settings")
async def test_models_names_each_difference_from_what_a_resource_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planted(tmp_path, monkeypatch, deployment("gpt-6-luna", "gpt-6-luna"), deployment("spare", "gpt-5.4"))
    assert await models("my-foundry", as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["differences"] == [
        "The settings of `audio` name ears, which is not deployed in my-foundry.",
        "gpt-6-luna (gpt-6-luna 1) retired on 2020-01-01: deploy another.",
        "spare is deployed, but no setting names it.",
    ]
    assert [each["name"] for each in told["deployed"]] == ["gpt-6-luna", "spare"]
    planted(tmp_path, monkeypatch, deployment("gpt-6-luna", "gpt-6.1-sol", "2"), deployment("EARS", "gpt-audio-1.5"))
    assert await models(f"{MY}/openai/v1", as_json=True) == 0
    first, second = json.loads(capsys.readouterr().out)["differences"]
    assert first.endswith("set AZURE_INFERENCE_MODEL of `default` to gpt-6.1-sol.")
    assert "is a deployment of gpt-audio-1.5, but is taken for ears" in second


@pytest.mark.usefixtures("settings")
async def test_a_resource_to_which_no_setting_points_is_told_so_and_compared_with_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planted(tmp_path, monkeypatch, deployment("gpt-6-luna", "gpt-6-luna", "2"))
    assert await models("other", as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["differences"] == [
        "No setting points to other, so it is compared with nothing: see AZURE_INFERENCE_ENDPOINT."
    ]


@pytest.mark.usefixtures("settings")
async def test_a_model_of_llm_speech_is_no_deployment_and_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AZURE_INFERENCE_DEPLOYMENT_AUDIO", "MAI-Transcribe-2")
    planted(tmp_path, monkeypatch, deployment("gpt-6-luna", "gpt-6-luna", "2"))
    assert await models("my-foundry", as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["differences"] == []


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    ("script", "words"),
    [("exit 1", "`az cognitiveservices account` failed"), ("echo '[]'", "Your login sees no resource my-foundry")],
)
async def test_a_resource_that_cannot_be_looked_at_is_told_with_a_next_step(
    script: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, monkeypatch, script)
    with pytest.raises(CommandFailedError, match=words):
        await models("my-foundry", as_json=False)


@pytest.mark.parametrize("told", ["", "a b", "x;rm", "https://", "-x"])
def test_what_is_no_resources_name_is_not_given_to_az(told: str) -> None:
    with pytest.raises(CommandFailedError, match="is no resource's name"):
        resource_name(told)
