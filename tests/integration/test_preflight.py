"""azd's `preprovision` hook with planted programs, and the page that shows a newcomer what it says."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import preflight as subject
import pytest

from tests.support import preflight as stand
from tests.support.programs import plant, plant_script

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins for az and azd are scripts of the shell")

Printed = dict[str, tuple[int, str]]
SOUND = ("All is well", "The inbox", "Models that are there already", "An address that is meant for this machine")
NOTED = "More instances than the usual quota"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """The exit code and the words of the hook in each scene."""
    with ThreadPoolExecutor(4) as pool:
        runs = {
            title: pool.submit(stand.run, scene, tmp_path_factory.mktemp("machine"))
            for title, scene in stand.SCENES.items()
        }
    return {title: run.result() for title, run in runs.items()}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine where all is well, with nothing on PATH but `az` and `azd`."""
    plant(tmp_path, "az", stand.AZ)
    plant(tmp_path, "azd", stand.AZD)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_page_shows_what_is_really_printed(printed: Printed) -> None:
    """Where they differ: `python -m tests.support.preflight`."""
    assert stand.PAGE.read_text(encoding="utf-8") == stand.page({title: said for title, (_, said) in printed.items()})


def test_the_models_of_the_page_are_those_of_the_catalogue() -> None:
    catalogue = (stand.ROOT / "infra" / "modules" / "catalogue.bicep").read_text(encoding="utf-8")
    for each in (stand.LUNA, stand.SPEECH):
        part = catalogue.partition(f"'{each['model']}': {{")[2].partition("}")[0]
        assert f"version: '{each['version']}', sku: '{each['sku']}', capacity: {each['capacity']}," in part


@pytest.mark.parametrize(("instances", "megabytes", "enough"), [(251, 2048, 250), (1001, 512, 1000), (126, 4096, 125)])
def test_more_instances_than_the_usual_quota_are_noted_with_how_many_are_enough(
    instances: int, megabytes: int, enough: int
) -> None:
    found = subject._cores({"maximumInstanceCount": instances, "instanceMemoryMB": megabytes})
    assert (found.kind, f"DROPSCRIBE_MAX_INSTANCES {enough}`" in found.next_step) == ("note", True)
    assert subject._cores({"maximumInstanceCount": enough, "instanceMemoryMB": megabytes}).kind == "ok"


@pytest.mark.parametrize("odd", ["many", None, True, 10**400])
def test_a_number_of_instances_that_is_none_is_not_taken_for_zero(odd: object) -> None:
    for parameters in (
        {"maximumInstanceCount": odd, "instanceMemoryMB": 2048},
        {"maximumInstanceCount": 1, "instanceMemoryMB": odd},
    ):
        assert subject._cores(parameters).text.startswith("Bicep does not tell how many instances")


def test_only_what_is_refused_stops_the_deployment(printed: Printed) -> None:
    assert [title for title, (code, _) in printed.items() if code == 0] == [*SOUND, NOTED]
    for title, (_, said) in printed.items():
        assert ("  refused  " in said) == ("Nothing was made." in said) == (title not in (*SOUND, NOTED))


def test_the_oldest_azd_is_the_one_that_azure_yaml_demands() -> None:
    oldest = ".".join(map(str, subject.OLDEST_AZD))
    assert f'azd: ">= {oldest}"' in (stand.ROOT / "azure.yaml").read_text(encoding="utf-8")


def test_everything_that_is_wrong_is_said_at_once(printed: Printed) -> None:
    assert printed["Several at once"][1].count("  refused  ") == 4


def test_no_model_is_looked_at_where_none_is_to_be_deployed(tmp_path: Path) -> None:
    scene = stand.SCENES["Models that are there already"]
    broken = {"model list": stand.failed("no"), "usage list": stand.failed("no"), "list-deleted": stand.failed("no")}
    assert stand.run(stand.Scene(az={**broken, **(scene.az or {})}), tmp_path)[0] == 0


def test_a_model_that_is_deployed_already_may_be_deployed_again(tmp_path: Path) -> None:
    ours = {"properties": {"model": {"name": "gpt-6-luna"}}, "sku": {"name": "GlobalStandard", "capacity": 100}}
    scene = stand.Scene(
        az={
            **stand.offered(stand.model(status="Deprecating")),
            "usage list": stand.ok([stand.usage("gpt-6-luna", 100, 100), stand.SPEECH_USAGE]),
            "group exists": ("true", "", 0),
            "deployment list": stand.ok([ours]),
            "account list": stand.ok([{"name": "ai-abc123"}]),
        }
    )
    code, said = stand.run(scene, tmp_path)
    assert code == 0
    assert "capacity 100 is wanted, 100 of 100" in said


def test_a_deleted_account_of_another_group_or_region_does_not_matter(tmp_path: Path) -> None:
    others = [stand.DELETED.replace("rg-demo", "rg-other"), stand.DELETED.replace("eastus2", "eastus")]
    accounts = [{"name": "ai-abc123", "id": f"{where}/deletedAccounts/ai-abc123"} for where in others]
    assert stand.run(stand.Scene(az={"list-deleted": stand.ok(accounts)}), tmp_path)[0] == 0


def test_a_region_is_known_by_the_name_that_people_read(tmp_path: Path) -> None:
    assert stand.run(stand.Scene(environ={"AZURE_LOCATION": "East US 2"}), tmp_path)[0] == 0


def test_a_name_that_the_terminal_cannot_show_is_no_reason_to_stop(tmp_path: Path) -> None:
    named = stand.ok({"name": "\u65e5\u672c", "state": "Enabled"})
    code, said = stand.run(stand.Scene(az={"account show": named}, environ={"PYTHONIOENCODING": "ascii"}), tmp_path)
    assert code == 0
    assert "to the subscription ??" in said


@pytest.mark.parametrize("script", ["/bin/sleep 600", "/bin/sleep 600 & wait"])
def test_a_program_that_does_not_answer_is_not_waited_for_without_end(
    machine: Path, capsys: pytest.CaptureFixture[str], script: str
) -> None:
    plant_script(machine, "az", script)
    assert subject.main(stand.ENVIRON, seconds=0.3) == 1
    assert "az did not answer within 0.3 s." in capsys.readouterr().out


def test_a_program_that_never_stops_talking_is_ended(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant_script(machine, "azd", "exec /usr/bin/yes '[[[['")
    assert subject.main(stand.ENVIRON) == 1
    assert "azd said more than 50,000,000 bytes." in capsys.readouterr().out


NO_PARAMETERS = '{"templateJson": "[]", "parametersJson": "[]"}'
ODD = ("", "[]", "7", "[null]", "[" * 100_000, '[{"model": [], "name": {}}]', "\x1b[31mnot json", NO_PARAMETERS)


@pytest.mark.parametrize("word", [*stand.AZ, "version"])
def test_an_odd_answer_to_any_question_ends_in_sentences(
    machine: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    for odd in ODD:
        plant(machine, "az", {**stand.AZ, word: (odd, "", 0)})
        plant(machine, "azd", {**stand.AZD, word: (odd, "", 0)})
        assert subject.main(stand.ENVIRON) in (0, 1)
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        assert "\x1b" not in told.out + told.err
