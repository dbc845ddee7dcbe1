"""What `doctor` says of what it sees."""

import json
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError

from cli.doctor.answers import findings_of
from cli.doctor.azure import expected_alerts
from cli.doctor.command import taken
from cli.doctor.findings import Finding, Report, refused
from cli.doctor.log import Watch, refusal
from cli.doctor.samples import FOLDER, Sample, new_samples
from cli.doctor.site import Site, site_of
from cli.documents import Document
from cli.host_log import HostLog
from cli.redriving import RedriveTarget
from cli.running_host import RunningHost
from shared.bootstrap import RECIPES
from shared.recipes import RecipeCatalog
from shared.results import Result
from tests.history.account import sample_of
from tests.unit.cli.test_cli_terminal import dangers

ROOT = Path(__file__).parents[3]
PLACE = Site(RedriveTarget("UseDevelopmentStorage=true", "input", "output", "later"))
HOSTILE = "\x1b]52;c;aGk=\x1b\\\x1b[2J\x9b2J\x07\r\n\u202etxt.exe\u2066 fine"


@pytest.mark.parametrize(
    ("asked", "role", "where"),
    [
        ("GET /input/a/b.png", "Storage Blob Data Reader", "the container input"),
        ("PUT /account/output/a/b.png.json", "Storage Blob Data Contributor", "the container output"),
        ("PUT /state/0123", "Storage Blob Data Contributor", "the container state"),
        ("POST /", "Storage Blob Delegator", "the account"),
        ("POST /later/messages", "Storage Queue Data Contributor", "the account"),
    ],
)
def test_the_role_that_the_app_lacks_is_that_of_the_table_in_infra(asked: str, role: str, where: str) -> None:
    said = refusal({"code": "AuthorizationPermissionMismatch", "asked": asked}, PLACE)
    assert f"Give the app's identity the role {role} on {where}, " in said
    rows = (ROOT / "infra" / "README.md").read_text(encoding="utf-8").splitlines()
    place = where.rpartition(" ")[2].replace("account", "stmedia")
    assert any(row.startswith(f"| `app` | `{role}` | `{place}` |") for row in rows)


def test_a_refusal_that_no_role_mends_leads_to_its_alert() -> None:
    said = refusal({"code": "LeaseIdMissing", "asked": "PUT /output/a.png.json"}, PLACE)
    assert "role" not in said
    alert = "dropscribe-storage-refuses-us"
    assert alert in said
    assert f"`{alert}`" in (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("AuthorizationPermissionMismatch", 403, "Give your login the role Some Role on a place"),
        ("AuthorizationFailure", 403, "The account refuses your network"),
        ("AuthenticationFailed", 403, "is not one of this account"),
        ("KeyBasedAuthenticationNotPermitted", 403, "Name its address in place of the connection string"),
        ("InvalidAuthenticationInfo", 401, "az login --tenant"),
        ("ServerBusy", 503, "Storage answered ServerBusy."),
    ],
)
def test_each_refusal_of_storage_has_its_next_step(code: str, status: int, words: str) -> None:
    error: Any = HttpResponseError(message="secret")
    error.status_code, error.error_code = status, code
    said = refused(error, "Some Role", "a place")
    assert words in said
    assert "secret" not in said


def test_a_storage_that_is_not_reached_is_no_missing_role() -> None:
    assert refused(ServiceRequestError("no"), "Some Role", "a place").startswith("The storage cannot be reached.")


def test_samples_that_are_taken_late_came_by_a_start_or_the_second_way() -> None:
    assert taken(59.4).sentence == "It took the samples, after 59 s."
    assert "the second way" in taken(60).sentence


def test_only_errors_make_the_report_fail(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.add([Finding("ok", "a", "Good."), Finding("skip", "b", "Not seen.")])
    assert report.close() == 0
    report.add([Finding("error", "c", "Bad.")])
    assert report.close() == 1
    assert capsys.readouterr().out.splitlines() == [
        "ok     a             Good.",
        "skip   b             Not seen.",
        "error  c             Bad.",
    ]


@pytest.mark.parametrize("as_json", [False, True])
def test_nothing_hostile_reaches_the_terminal(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    Report(as_json).add([Finding("error", "model", HOSTILE)])
    printed = capsys.readouterr().out
    assert dangers(printed) == set()
    assert len(printed.splitlines()) == 1


def test_the_samples_are_small_and_their_folder_is_that_of_no_recipe() -> None:
    catalog = RecipeCatalog.load(RECIPES)
    for sample in new_samples():
        assert sample.upload.path.stat().st_size < 20_000
        assert sample.name.startswith(f"{FOLDER}/")
        assert catalog.choose(sample.name, {}) is None  # it is refused if the folder is nearly one of a recipe's


def answered(**more: Any) -> Sample:
    [sample, _] = new_samples()
    stored = sample_of("answered")["documents"]["chart.png.json"]["content"]
    document = {**json.loads(Result.model_validate_json(stored).to_json()), **more}
    sample.document = Document.parse(sample.name, json.dumps(document).encode())
    assert sample.document
    return sample


def test_a_document_that_is_not_as_the_schema_has_it_is_named_with_the_place() -> None:
    *_, finding = findings_of([answered()])
    assert (finding.state, finding.part) == ("ok", "document")
    *_, finding = findings_of([answered(attempts="many")])
    assert finding.state == "error"
    assert "$.attempts is not as docs/result.schema.json" in finding.sentence


def test_a_kind_that_no_model_takes_is_a_fault_only_where_nothing_else_is_answered() -> None:
    error = {"code": "rejected_by_model", "message": "No.", "retryable": False, "next_step": "Name another."}
    rejected = {"status": "error", "answer": None, "error": error}
    [first, *_] = findings_of([answered(**rejected)])
    assert (first.state, "(rejected_by_model): No. Name another." in first.sentence) == ("error", True)
    recording = answered(**rejected)
    recording.kind = "audio"
    states = [finding.state for finding in findings_of([answered(), recording])]
    assert states == ["ok", "skip", "ok"]


def log_of(folder: Path, *events: dict[str, Any]) -> Watch:
    """What is known once the host has logged these."""
    path = folder / "host.log"
    path.write_text("".join(f"time dropscribe INFO {json.dumps(event)}\n" for event in events))
    return Watch(PLACE, {"a.png"}, HostLog(path))


async def test_a_refusal_that_other_files_meet_does_not_end_the_wait_for_ours(tmp_path: Path) -> None:
    refused_one = {"event": "storage.refused", "code": "LeaseIdMissing", "asked": "PUT /output/b.png.json"}
    ours = {"event": "blob.deferred", "name": "a.png", "seconds": 1, "why": "another worker has it"}
    watch = log_of(tmp_path, refused_one, ours)
    await watch.read()
    assert not watch.is_hopeless("a.png", 10)
    watch = log_of(tmp_path, refused_one, {**ours, "why": "Storage answered LeaseIdMissing."})
    await watch.read()
    assert watch.is_hopeless("a.png", 10)


async def test_a_wait_ends_where_the_next_try_is_later(tmp_path: Path) -> None:
    watch = log_of(tmp_path, {"event": "blob.deferred", "name": "a.png", "seconds": 60, "why": "the day's tokens"})
    await watch.read()
    assert (watch.is_hopeless("a.png", 61), watch.is_hopeless("a.png", 59)) == (False, True)
    assert watch.heard == {"a.png"}


async def test_the_model_stays_the_cause_of_a_file_that_is_then_put_off(tmp_path: Path) -> None:
    unavailable = {"event": "model.unavailable", "name": "a.png", "model": "mine", "error": "ModelThrottled"}
    put_off = {"event": "blob.deferred", "name": "a.png", "seconds": 60, "why": "The model answered 429."}
    watch = log_of(tmp_path, {**unavailable, "seconds": 5, "why": "The model answered 429."}, put_off)
    await watch.read()
    cause = watch.cause("a.png")
    assert cause
    assert (cause.sentence, cause.seconds) == ("mine: The model answered 429.", 60)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("MEDIA_STORAGE", "MEDIA_STORAGE__blobServiceUri", "DROPSCRIBE_EVENTS_QUEUE", "EVENTS_QUEUE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(RunningHost, "find", lambda: None)
    return monkeypatch


def test_without_a_storage_there_is_no_place(settings: pytest.MonkeyPatch) -> None:
    assert site_of(None) is None


@pytest.mark.parametrize(
    ("storage", "queue", "expected"),
    [
        ("https://a.blob.core.windows.net", None, ("dropscribe-events", False)),
        ("https://a.blob.core.windows.net", "", ("", False)),
        ("https://a.blob.core.windows.net", "mine", ("mine", True)),
        ("UseDevelopmentStorage=true", None, ("", False)),
    ],
)
def test_the_queue_for_events_is_needed_only_where_it_is_named(
    settings: pytest.MonkeyPatch, storage: str, queue: str | None, expected: tuple[str, bool]
) -> None:
    if queue is not None:
        settings.setenv("EVENTS_QUEUE", queue)
    place = site_of(storage)
    assert place
    assert (place.events_queue, place.needs_events_queue) == expected


def test_the_containers_of_the_running_host_are_looked_at(settings: pytest.MonkeyPatch) -> None:
    host = RunningHost("http://127.0.0.1:1", "UseDevelopmentStorage=true", "mine-in", "mine-out")
    settings.setattr(RunningHost, "find", lambda: host)
    place = site_of(None)
    assert place
    assert (place.target.input_container, place.target.output_container, place.host) == ("mine-in", "mine-out", host)
    elsewhere = site_of("AccountName=other")
    assert elsewhere
    assert (elsewhere.target.input_container, elsewhere.host) == ("input", None)


def test_the_alerts_that_are_expected_are_those_of_the_page_on_alerts() -> None:
    rows = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8").splitlines()
    told = {row.split("`")[1] for row in rows if row.startswith("| `dropscribe-")}
    assert expected_alerts() == told
