"""The queries and alerts of infra/queries, asked of log lines that the app really wrote on the local host."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import duckdb
import duckdb_kql
import pytest

from shared.media.names import digest
from shared.recovery import tell_retirements
from tests.integration.log_story import all_goes_well, all_goes_wrong, story_in
from tests.integration.log_table import NOON, QUERIES, Line, LogTable, lines_of, query, query_names
from tests.unit.fakes import deployed

pytestmark = pytest.mark.usefixtures("forked_hosts")

DAY = NOON.replace(hour=0)
PHI = "Phi-4-multimodal-instruct"
BUSY = "The model answered 429."
REFUSED = "The model answered 401 (invalid_api_key)."
ALONE = "the model is left alone for a while"
LINE_FIELD = re.compile(r"\b(?:line|call)(?:\.\w+|\['\w+'\])")
COLUMN = re.compile(r"\b(?:TimeGenerated|Message|SeverityLevel)\b")


def retiring(time: datetime) -> Line:
    """What the reconciler says of a model 60 days before its end, at midnight."""
    midnight = datetime(2026, 11, 18, tzinfo=UTC)
    with mock.patch("shared.recovery.retirement.log_event") as log_event:
        tell_retirements([deployed(PHI)], midnight)
    ((event, level), fields) = log_event.call_args
    assert level == logging.WARNING
    return Line(time, 2, json.dumps({"event": event, **fields}))


def refused_events(time: datetime) -> Line:
    """What the reconciler says of a run in which it took up events that were refused."""
    return Line(time, 2, json.dumps({"event": "dead_letters.taken_up", "queued": 2}))


@pytest.fixture(scope="module")
async def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[LogTable, LogTable]:
    """The lines of an app that was well, and of one about which there is something to say."""
    async with story_in(tmp_path_factory.mktemp("story")) as story:
        await all_goes_well(story)
        well = lines_of(story.log())
        await all_goes_wrong(story)
        troubled = lines_of(story.log())
        troubled.insert(-1, retiring(troubled[-1].time))
        return LogTable(well), LogTable(troubled)


@pytest.fixture(scope="module")
def healthy(tables: tuple[LogTable, LogTable]) -> LogTable:
    return tables[0]


@pytest.fixture(scope="module")
def troubled(tables: tuple[LogTable, LogTable]) -> LogTable:
    return tables[1]


def about(table: LogTable, event: str, name: str) -> Line:
    """The last line about an event of a file."""
    return [line for line in table.ours(event) if line.fields["name"] == name][-1]


def rows(table: LogTable, name: str, **asked: timedelta) -> list[tuple[Any, ...]]:
    return list(table.ask(query(name), **asked).rows)


def test_files_by_recipe_counts_answers_errors_and_tokens_of_each_day(troubled: LogTable) -> None:
    assert rows(troubled, "files_by_recipe") == [
        (DAY, "(none)", 0, 2, 0),
        (DAY, "describe", 2, 1, 110_000 + 2_001_000 + 1_100),
        (DAY, "summarize", 1, 0, 77_000),
        (DAY, "transcribe", 2, 0, 22_000 + 22_000),
    ]


def test_failures_by_cause_names_the_last_file_of_each(troubled: LogTable) -> None:
    assert rows(troubled, "failures_by_cause") == [
        ("content_filtered", 1, 1_100, about(troubled, "blob.rejected", "filtered.png").time, "filtered.png"),
        ("poisoned", 1, 0, about(troubled, "blob.rejected", "cursed.png").time, "cursed.png"),
        ("unsupported_media", 1, 0, about(troubled, "blob.rejected", "letter.png").time, "letter.png"),
    ]


def test_waiting_over_time_has_each_count_of_the_reconciler(troubled: LogTable) -> None:
    counts = [(line.time, line.fields) for line in troubled.ours("files.waiting")]
    told = rows(troubled, "waiting_over_time")
    assert told == [
        # Of a half, such as 15 s, one rounds up and another to what is even.
        (time, each["waiting"], each["queued"], pytest.approx(each["oldest_seconds"] / 60, abs=0.0501))
        for time, each in counts
    ]
    assert [minutes for *_, minutes in told] == [round(minutes, 1) for *_, minutes in told]
    assert (counts[-1][1]["waiting"], counts[-1][1]["queued"]) == (4, 1)


def test_waiting_files_says_since_when_until_when_and_why(troubled: LogTable) -> None:
    reasons = {"refused.png": REFUSED, "later.mp3": BUSY, "letter.png": ALONE}
    reasons["leased.png"] = ALONE
    put_off = {name: about(troubled, "blob.deferred", name) for name in reasons}
    assert rows(troubled, "waiting_files") == [
        (name, line.time, 1, line.time + timedelta(seconds=line.fields["seconds"]), reasons[name])
        for name, line in put_off.items()
    ]


def test_throttling_says_how_often_and_for_how_long_by_model(troubled: LogTable) -> None:
    waits = sorted(line.fields["seconds"] for line in troubled.ours("model.unavailable"))
    refusal = about(troubled, "model.unavailable", "refused.png").fields["seconds"]
    first, median, longest = [each for each in waits if each != refusal]
    assert first <= median < longest
    assert rows(troubled, "throttling") == [(NOON, PHI, 3, 2, median, longest)]


def test_model_errors_tells_a_busy_model_from_one_that_refuses_us(troubled: LogTable) -> None:
    busy, refusing = (about(troubled, "model.unavailable", name) for name in ("later.mp3", "refused.png"))
    assert rows(troubled, "model_errors") == [
        (PHI, "ModelThrottled", 3, 2, busy.time, BUSY),
        ("our-vision", "ModelMisconfigured", 1, 1, refusing.time, REFUSED),
    ]


def test_cost_is_what_the_documents_say_with_the_calls_of_which_that_is_not_known(troubled: LogTable) -> None:
    # Two of four calls tell how many of their tokens are of sound: 5 000 + 15 000 of it, and twice 15 000.
    phi = (5_000 * 0.08 + 15_000 * 4 + 2_000 * 0.32 + 15_000 * 0.08 + 15_000 * 4 + 3_000 * 0.32) / 1_000_000
    assert rows(troubled, "cost") == [
        (DAY, PHI, 4, 110_000, 30_000, 11_000, round(phi, 4), 2),
        (DAY, "gpt-5.4-mini-eu", 1, 100_000, 0, 10_000, 0.12, 0),
        (DAY, "our-vision", 2, 2_001_000, 0, 1_100, None, 2),
    ]


def test_slow_files_has_the_times_of_each_file_the_slowest_first(troubled: LogTable) -> None:
    found = rows(troubled, "slow_files")
    names = ("name", "seconds", "model_seconds", "attempts", "kind", "bytes", "recipe", "model")
    outcomes = troubled.ours("blob.answered", "blob.rejected")
    assert sorted(found) == sorted(
        (line.time, *("" if line.fields[name] is None else line.fields[name] for name in names)) for line in outcomes
    )
    assert [row[2] for row in found] == sorted((row[2] for row in found), reverse=True)


def test_rescued_files_says_who_brought_each_back_and_what_became_of_it(troubled: LogTable) -> None:
    assert rows(troubled, "rescued_files") == [
        ("lost.png", 1, 0, about(troubled, "blob.reconciled", "lost.png").time, "blob.reconciled", ""),
        ("refused.png", 0, 1, about(troubled, "blob.poisoned_once", "refused.png").time, "blob.poisoned_once", ""),
        ("cursed.png", 0, 2, about(troubled, "blob.rejected", "cursed.png").time, "blob.rejected", "poisoned"),
    ]


def test_the_alert_on_poisoned_files_fires_at_the_first_and_at_the_second_time(troubled: LogTable) -> None:
    assert rows(troubled, "alerts/poisoned_files") == [
        (about(troubled, "blob.poisoned_once", "cursed.png").time, "cursed.png", ""),
        (about(troubled, "blob.rejected", "cursed.png").time, "cursed.png", "poisoned"),
        (about(troubled, "blob.poisoned_once", "refused.png").time, "refused.png", ""),
    ]


def test_the_alert_on_a_model_that_refuses_us_says_which_and_why(troubled: LogTable) -> None:
    time = about(troubled, "model.unavailable", "refused.png").time
    assert rows(troubled, "alerts/model_refuses_us") == [("our-vision", 1, time, REFUSED)]


def test_the_alert_on_storage_that_refuses_us_says_what_it_calls_that_and_what_was_asked(troubled: LogTable) -> None:
    refused = troubled.ours("storage.refused")
    assert {line.fields["code"] for line in refused} == {"LeaseIdMissing"}
    asked = f"PUT /devstoreaccount1/state/{digest('leased.png')}"[:64] + "…"
    expected = ("LeaseIdMissing", len(refused), refused[-1].time, asked)
    assert rows(troubled, "alerts/storage_refuses_us") == [expected]


def test_the_alert_on_tokens_fires_above_its_limit_and_is_quiet_the_next_day(troubled: LogTable) -> None:
    assert rows(troubled, "alerts/daily_tokens") == [(110_000 + 2_001_000 + 1_100 + 77_000 + 44_000,)]
    assert rows(troubled, "alerts/daily_tokens", after=timedelta(days=1)) == []


def test_the_alert_on_waiting_files_fires_above_the_limit_that_is_put_into_it(troubled: LogTable) -> None:
    last = troubled.ours("files.waiting")[-1]
    lower = query("alerts/files_wait_too_long").replace("let oldestSeconds = 3600;", "let oldestSeconds = 0;")
    assert last.fields["oldest_seconds"] > 0
    assert list(troubled.ask(lower).rows) == [(last.time, 4, last.fields["oldest_seconds"])]
    assert rows(troubled, "alerts/files_wait_too_long") == []


def test_the_alert_on_a_silent_reconciler_fires_after_an_hour_until_a_day_has_passed(healthy: LogTable) -> None:
    last: datetime = healthy.ours("files.waiting")[-1].time
    assert rows(healthy, "alerts/reconciler_silent", after=timedelta(minutes=59)) == []
    assert rows(healthy, "alerts/reconciler_silent", after=timedelta(minutes=61)) == [(last,)]
    assert rows(healthy, "alerts/reconciler_silent", after=timedelta(hours=25)) == []
    assert rows(LogTable([]), "alerts/reconciler_silent") == []


def test_the_alert_on_refused_events_fires_where_many_files_were_found_within_an_hour(troubled: LogTable) -> None:
    lost = about(troubled, "blob.reconciled", "lost.png")
    many, few = LogTable([lost] * 6), LogTable([lost] * 5)
    assert rows(many, "alerts/events_refused") == [(6, 0, lost.time, "lost.png")]
    assert rows(many, "alerts/events_refused", after=timedelta(minutes=61)) == []
    assert rows(few, "alerts/events_refused") == []


def test_the_alert_on_refused_events_fires_where_dead_letters_come_all_the_time_and_not_after_a_quiet_hour() -> None:
    taken_up = [refused_events(NOON + timedelta(minutes=15 * run)) for run in range(3)]
    assert rows(LogTable(taken_up), "alerts/events_refused") == [(0, 3, taken_up[-1].time, "")]
    assert rows(LogTable(taken_up[1:]), "alerts/events_refused") == []
    assert rows(LogTable(taken_up), "alerts/events_refused", after=timedelta(minutes=31)) == []


def test_the_alert_on_a_model_that_retires_fires_60_days_ahead_by_what_was_said_last(troubled: LogTable) -> None:
    (said,) = troubled.ours("model.retires")
    assert rows(troubled, "alerts/model_retires") == [(PHI, said.time, 60)]
    earlier = Line(said.time - timedelta(days=1), 2, said.message.replace("60", "61"))
    assert rows(LogTable([earlier]), "alerts/model_retires") == []
    assert rows(LogTable([earlier, said]), "alerts/model_retires") == [(PHI, said.time, 60)]


@pytest.mark.parametrize("name", [name for name in query_names() if name.startswith("alerts/")])
def test_no_alert_fires_while_all_is_well(healthy: LogTable, name: str) -> None:
    assert rows(healthy, name) == []


def test_no_query_finds_trouble_while_all_is_well(healthy: LogTable) -> None:
    for name in ("failures_by_cause", "waiting_files", "throttling", "model_errors", "rescued_files"):
        assert rows(healthy, name) == []


def misspelt(text: str, what: re.Pattern[str]) -> Iterator[str]:
    """The query again and again, each time with another of its names misspelt."""
    for found in what.finditer(text):
        name = found[0]
        wrong = f"{name[:-2]}x']" if name.endswith("']") else f"{name}x"
        yield text[: found.start()] + wrong + text[found.end() :]


def test_the_charts_of_the_workbook_draw_columns_that_their_queries_return(troubled: LogTable) -> None:
    charts = re.findall(
        r"queries/(\w+)\.kql'\)\s+visualization: '\w+'\s+axes: \{(.*)\}",
        (QUERIES.parent / "modules" / "workbook.bicep").read_text(),
    )
    assert charts
    for name, axes in charts:
        assert set(re.findall(r"'(\w+)'", axes)) <= set(troubled.ask(query(name)).columns)


LOOSE = {
    "let oldestSeconds = 3600;": "let oldestSeconds = 0;",
    "let reconciledFiles = 5;": "let reconciledFiles = 0;",
    "< ago(1h)": "< now()",
}
"""What makes each alert fire on the story, so that one that no longer does is seen."""


@pytest.mark.parametrize("name", query_names())
def test_no_field_of_a_line_can_be_misspelt_without_another_answer(troubled: LogTable, name: str) -> None:
    text = query(name)
    for strict, loose in LOOSE.items():
        text = text.replace(strict, loose)
    right = troubled.ask(text)
    assert right.rows
    wrong = list(misspelt(text, LINE_FIELD))
    assert wrong
    assert [each for each in wrong if troubled.ask(each) == right] == []


@pytest.mark.parametrize("name", query_names())
def test_no_column_can_be_misspelt(troubled: LogTable, name: str) -> None:
    for wrong in misspelt(query(name), COLUMN):
        with pytest.raises((duckdb_kql.KqlError, duckdb.Error)):
            troubled.ask(wrong)
