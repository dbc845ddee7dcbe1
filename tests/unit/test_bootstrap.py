import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared import bootstrap
from shared.adapters.foundry.client import FoundryModel
from shared.errors import ConfigurationError
from shared.models.deployments import Deployment
from tests.unit.fakes import HearingModel, said
from tests.unit.settings.test_settings import GOOD


def test_everything_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    """A missing endpoint, an unknown key in a recipe, and two recipes on one route."""
    shutil.copytree(bootstrap.RECIPES, tmp_path, dirs_exist_ok=True)
    describe = (tmp_path / "describe.prompty").read_text()
    (tmp_path / "twin.prompty").write_text(describe.replace("name: describe", "name: twin"))
    (tmp_path / "slip.prompty").write_text(describe.replace("name: describe", "name: slip\ncolour: red"))
    environ = {name: value for name, value in GOOD.items() if name != "AZURE_INFERENCE_ENDPOINT"}
    with pytest.raises(ConfigurationError) as caught:
        bootstrap.load(environ, tmp_path)
    said = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "AZURE_INFERENCE_ENDPOINT is missing" in said
    assert "slip.prompty:3: unknown key `colour`" in said
    assert "twin.prompty:9: its route `describe/**` begins like that of describe.prompty" in said


def test_a_recipe_for_an_unknown_model_is_refused(tmp_path: Path) -> None:
    shutil.copytree(bootstrap.RECIPES, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "describe.prompty").read_text()
    (tmp_path / "describe.prompty").write_text(text.replace("id: default", "id: another"))
    with pytest.raises(ConfigurationError) as caught:
        bootstrap.load(GOOD, tmp_path)
    assert caught.value.problems == (
        f"{tmp_path.name}/describe.prompty:5: there is no model `another`, only `default`. Name another with"
        " AZURE_INFERENCE_DEPLOYMENT_ANOTHER.",
    )


@pytest.mark.parametrize("name", ["another", "gpt-5.5"])
def test_a_recipe_may_name_a_model_by_its_alias_or_by_its_deployment(tmp_path: Path, name: str) -> None:
    shutil.copytree(bootstrap.RECIPES, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "describe.prompty").read_text()
    (tmp_path / "describe.prompty").write_text(text.replace("id: default", f"id: {name}"))
    app = bootstrap.load({**GOOD, "AZURE_INFERENCE_DEPLOYMENT_ANOTHER": "gpt-5.5"}, tmp_path)
    assert app.deployments[name].name == "gpt-5.5"


def test_a_recipe_whose_later_model_is_unknown_is_refused(tmp_path: Path) -> None:
    shutil.copytree(bootstrap.RECIPES, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "summarize.prompty").read_text()
    (tmp_path / "summarize.prompty").write_text(text.replace("metadata:\n", "metadata:\n  then: words\n"))
    with pytest.raises(ConfigurationError, match=r"summarize.prompty:8: there is no model `words`"):
        bootstrap.load(GOOD, tmp_path)


def test_a_capability_can_be_overridden_by_a_setting() -> None:
    app = bootstrap.load({**GOOD, "MODEL_CAPABILITIES": '{"phi": {"max_bytes": 1000}}'})
    assert app.deployments["default"].capability.max_bytes == 1000


@pytest.mark.parametrize("override", ['{"phi": {"colour": "red"}}', '{"phi": {"max_bytes": -1}}'])
def test_an_override_that_means_nothing_stops_the_app(override: str) -> None:
    with pytest.raises(ConfigurationError, match="MODEL_CAPABILITIES"):
        bootstrap.load({**GOOD, "MODEL_CAPABILITIES": override})


def test_a_model_that_retires_soon_is_named_at_start(caplog: pytest.LogCaptureFixture) -> None:
    bootstrap.load({**GOOD, "MODEL_CAPABILITIES": '{"phi": {"retires": "2026-01-01"}}'})
    assert "The model phi (deployment phi) was to retire on 2026-01-01 and may be gone: deploy" in caplog.text


@pytest.mark.parametrize(
    "own",
    [
        {"MODEL_PRICES": '{"PHI": {"input": 0, "output": 0.5}}'},
        {"AZURE_INFERENCE_MODEL": "Phi-4-multimodal-instruct"},
    ],
)
def test_a_limit_on_money_needs_the_price_of_each_model(own: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        bootstrap.load({**GOOD, "DAILY_COST": "2.50", "AZURE_INFERENCE_DEPLOYMENT_AUDIO": "ears"})
    assert [problem.partition(" is not known")[0] for problem in caught.value.problems] == [
        "DAILY_COST cannot hold: what a call of the deployment phi costs",
        "DAILY_COST cannot hold: what a call of the deployment ears costs",
    ]
    assert "AZURE_INFERENCE_MODEL_AUDIO" in caught.value.problems[1]
    bootstrap.load({**GOOD, "DAILY_COST": "2.50", **own})


def test_a_limit_on_money_needs_a_price_by_which_a_call_can_be_counted() -> None:
    own = {"MODEL_PRICES": '{"phi": {"hour": 1}}'}
    with pytest.raises(ConfigurationError, match="what a call of the deployment"):
        bootstrap.load({**GOOD, "DAILY_COST": "2.50", **own})


def test_another_server_s_model_retires_on_no_day_of_azure() -> None:
    own = {"AZURE_INFERENCE_ENDPOINT": "http://localhost:1234/v1", "AZURE_INFERENCE_DEPLOYMENT": "whisper"}
    app = bootstrap.load({**GOOD, **own})
    assert [each.retires for each in app.deployments] == [None]
    assert list(app.deployments.retiring(date(2030, 1, 1), timedelta(1))) == []


@pytest.mark.parametrize(
    ("setting", "entry", "named"),
    [
        ("MODEL_PRICES", {"gtp-6-luna": {"hour": 1}, "phi": {"hour": 1}, "PHI-2026-01-01": {"hour": 1}}, "gtp-6-luna"),
        ("MODEL_CAPABILITIES", {"gtp-6": {"urls": True}, "ph": {"urls": True}, "default": {"urls": True}}, "gtp-6"),
    ],
)
def test_what_is_said_of_a_model_that_no_setting_names_is_told_at_start(
    setting: str, entry: dict[str, object], named: str, caplog: pytest.LogCaptureFixture
) -> None:
    bootstrap.load({**GOOD, setting: json.dumps(entry)})
    assert f"{setting} names {named}, " in caplog.text
    assert "name phi." in caplog.text or "name: phi." in caplog.text


def test_a_model_that_stays_is_not_named(caplog: pytest.LogCaptureFixture) -> None:
    bootstrap.load({**GOOD, "MODEL_CAPABILITIES": '{"phi": {"retires": "2999-01-01"}}'})
    assert caplog.text == ""


@pytest.mark.parametrize(("alias", "meant"), [("AUDOI", "AUDIO"), ("IMAGES", "IMAGE"), ("AUDIT", "AUDIO")])
def test_an_alias_that_no_recipe_names_and_that_is_nearly_a_kind_is_refused(alias: str, meant: str) -> None:
    with pytest.raises(ConfigurationError, match=f"did you mean _{meant} at the end .*, in place of _{alias}?"):
        bootstrap.load({**GOOD, f"AZURE_INFERENCE_DEPLOYMENT_{alias}": "gpt-audio"})


@pytest.mark.parametrize("alias", ["AUDIO", "IMAGE", "AUDIO2", "BIG"])
def test_any_other_alias_may_be_there_before_a_recipe_names_it(alias: str) -> None:
    bootstrap.load({**GOOD, f"AZURE_INFERENCE_DEPLOYMENT_{alias}": "gpt-audio"})


def test_an_alias_that_a_recipe_names_is_no_slip(tmp_path: Path) -> None:
    shutil.copytree(bootstrap.RECIPES, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "describe.prompty").read_text()
    (tmp_path / "describe.prompty").write_text(text.replace("id: default", "id: audit"))
    assert "audit" in bootstrap.load({**GOOD, "AZURE_INFERENCE_DEPLOYMENT_AUDIT": "gpt-5.5"}, tmp_path).deployments


def test_names_that_only_look_like_settings_are_told_at_start(caplog: pytest.LogCaptureFixture) -> None:
    bootstrap.load({**GOOD, "DROPSCRIBE_DAILY_TOKENS": "1000"})
    assert "DROPSCRIBE_DAILY_TOKENS (did you mean DAILY_TOKENS?)" in caplog.text


def test_load_reads_settings_and_recipes_and_builds_no_client() -> None:
    app = bootstrap.load(GOOD)
    assert app.settings.deployment == "phi"
    assert {"describe", "transcribe"} <= {recipe.name for recipe in app.recipes}


async def test_a_scope_of_the_settings_reaches_the_client_that_asks_for_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, object]] = []

    class Recording(FoundryModel):
        def __init__(self, *arguments: Any, **more: Any) -> None:
            made.append(more)
            super().__init__(*arguments, **more)

    monkeypatch.setattr(bootstrap, "FoundryModel", Recording)
    scope = "https://own.example/.default"
    app = bootstrap.load({**GOOD, "AZURE_INFERENCE_CREDENTIAL": "", "AZURE_INFERENCE_SCOPE": scope})
    await app.process("another container", "x")
    await app.close()
    assert made == [{"scope": scope}]


SPOKEN = {**GOOD, "AZURE_INFERENCE_DEPLOYMENT_AUDIO": "MAI-Transcribe-2"}


async def test_a_speech_deployment_is_asked_by_a_client_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    closed: list[str] = []

    class Closing(HearingModel):
        def __init__(self, deployment: Deployment, credential: object, *, scope: str | None) -> None:
            super().__init__([said("x")], deployment)
            made.append(deployment.alias)

        async def close(self) -> None:
            closed.append(self.deployment.alias)

    monkeypatch.setattr("shared.adapters.speech.SpeechService", Closing)
    app = bootstrap.load(SPOKEN)
    await app.process("another container", "x")
    await app.close()
    assert (made, closed) == (["audio"], ["audio"])


def test_a_speech_model_for_later_turns_is_refused(tmp_path: Path) -> None:
    shutil.copytree(bootstrap.RECIPES, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / "summarize.prompty").read_text()
    (tmp_path / "summarize.prompty").write_text(text.replace("metadata:\n", "metadata:\n  then: audio\n"))
    with pytest.raises(ConfigurationError, match=r"summarize.prompty:8: `audio` is a speech model"):
        bootstrap.load(SPOKEN, tmp_path)
