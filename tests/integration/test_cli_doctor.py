"""`dropscribe doctor`: against a host in which everything works, and against hosts in which one thing does not."""

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from azure.storage.queue import QueueClient

from local.process import Child
from local.storage import connection_string
from tests.conftest import eventually
from tests.integration.command import COMMAND, ROOT, at_terminal, dropscribe, environment, model_at
from tests.integration.faulty import Fault, Faulty, proxy
from tests.integration.forked import Done
from tests.integration.hosting import Hosted, account_of, ends, hosted_on
from tests.integration.loopback import Answer, service

pytestmark = pytest.mark.usefixtures("forked_hosts")

WRONG_KEY = Answer(401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key."}})
DANGER = re.compile(r"\x1b\](?!8)|\x9b|\x07")


async def doctor(hosted: Hosted, *arguments: str, **environ: str) -> Done:
    return await dropscribe("doctor", *arguments, **{**hosted.environ, **environ})


def lines(done: Done, state: str) -> dict[str, str]:
    """The lines that begin so, by the part of which they tell."""
    found = [re.fullmatch(r"(\w+) +(.*?)  +(.*)", line) for line in done.out.splitlines()]
    assert all(found), done
    return {each[2]: each[3] for each in found if each and each[1] == state}


def queue_of_host(home: Path) -> QueueClient:
    """The queue for events of the host that runs there."""
    running = json.loads((home / "host" / "running.json").read_text())
    return QueueClient.from_connection_string(running["storage"], running["events_queue"])


async def test_all_is_well_with_the_host_of_dropscribe_host_until_its_queue_for_events_is_deleted(
    tmp_path: Path,
) -> None:
    async with service() as foundry:
        child = await Child.start(
            "The host",
            [*COMMAND, "host", "--any-ports"],
            log=tmp_path / "host.log",
            ready=["Stop with Ctrl-C"],
            environ=environment(
                {"DROPSCRIBE_HOME": str(tmp_path), "DROPSCRIBE_EVENTS_WAIT": "10", **model_at(foundry.url)}
            ),
            folder=ROOT,
        )
        try:
            done = await dropscribe("doctor", DROPSCRIBE_HOME=str(tmp_path))
            queue_of_host(tmp_path).delete_queue()
            without_queue = await dropscribe("doctor", DROPSCRIBE_HOME=str(tmp_path))
        finally:
            await child.stop()
    assert (done.code, lines(done, "error"), lines(done, "skip")) == (0, {}, {}), done
    parts = ["storage", "input", "output", "state", "queue", "sample", "app", "model", "document"]
    assert list(lines(done, "ok")) == [*parts, "app's queue", "events", "traces"]
    for way in ("webhook", "queue"):
        assert f" events        The {way} told of a file; " in done.out
    assert (without_queue.code, list(lines(without_queue, "error"))) == (1, ["queue"]), without_queue
    assert "The queue dropscribe-events is not there, so the events" in lines(without_queue, "error")["queue"]
    assert "What was looked at works." in done.err


@pytest.fixture(scope="module")
async def sound(azurite: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hosted]:
    async with hosted_on(azurite, tmp_path_factory.mktemp("sound")) as hosted:
        yield hosted


async def test_what_works_is_told_with_the_announcement_and_leaves_no_file_behind(sound: Hosted) -> None:
    done = await doctor(sound, "--json")
    assert done.code == 0, done
    told = [json.loads(line) for line in done.out.splitlines()]
    assert {each["state"] for each in told} == {"ok"}
    assert any(each["part"] == "announcement" and "Sent to completed-" in each["sentence"] for each in told)
    assert await sound.left() == []


async def test_a_queue_for_events_that_is_not_there_is_named(sound: Hosted) -> None:
    done = await doctor(sound, EVENTS_QUEUE="no-such-queue")
    assert done.code == 1, done
    assert list(lines(done, "error")) == ["queue"]
    assert "The queue no-such-queue is not there, so the events" in lines(done, "error")["queue"]
    assert await sound.left() == []


async def test_keep_leaves_the_samples_and_their_documents(sound: Hosted) -> None:
    done = await doctor(sound, "--keep")
    assert done.code == 0, done
    left = await sound.left()
    assert [Path(name).suffixes for name in left] == [[".mp3"], [".png"], [".mp3", ".json"], [".png", ".json"]]
    assert all(name in lines(done, "skip")["traces"] for name in left)


async def test_a_role_that_the_app_lacks_is_named(azurite: str, tmp_path: Path) -> None:
    async with hosted_on(azurite, tmp_path) as hosted:
        for stage, kind, role in (
            ("read", "INPUT", "Storage Blob Data Reader"),
            ("note", "STATE", "Storage Blob Data Contributor"),
            ("write", "OUTPUT", "Storage Blob Data Contributor"),
        ):
            hosted.refuse(stage)
            done = await doctor(hosted)
            place = f"the container {hosted.names[f'{kind}_CONTAINER']}"
            assert done.code == 1, done
            assert f"Give the app's identity the role {role} on {place}" in lines(done, "error")["app's roles"]
            assert await hosted.left() == []
        assert await hosted.noted() == []


async def test_an_app_that_may_not_take_messages_is_named_though_it_answers(azurite: str, tmp_path: Path) -> None:
    async with hosted_on(azurite, tmp_path) as hosted:
        hosted.refuse("take")
        done = await doctor(hosted)
        queue = hosted.queues.get_queue_client(hosted.names["DEFERRED_QUEUE"])
        assert [each async for each in queue.receive_messages()] == []
    assert done.code == 1, done
    assert list(lines(done, "error")) == ["app's queue"]
    assert "Give the app's identity the role Storage Queue Data Contributor" in lines(done, "error")["app's queue"]


async def test_a_webhook_that_refuses_events_is_named_though_the_queue_brings_them(
    azurite: str, tmp_path: Path
) -> None:
    queue = f"events-{uuid.uuid4().hex[:12]}"
    settings = {"DROPSCRIBE_EVENTS_QUEUE": queue, "DROPSCRIBE_EVENTS_WAIT": "5"}
    QueueClient.from_connection_string(azurite, queue).create_queue()
    async with hosted_on(azurite, tmp_path, "--events-queue", queue, "--refuse-events", **settings) as hosted:
        done = await doctor(hosted)
        assert await hosted.left() == []
    assert done.code == 1, done
    assert "The webhook told nothing of a file in 5 s." in lines(done, "error")["events"]
    assert "The queue told of a file; " in lines(done, "ok")["events"]


async def test_a_wrong_key_of_the_model_is_named(azurite: str, tmp_path: Path) -> None:
    async with hosted_on(azurite, tmp_path) as hosted:
        hosted.foundry.answers[:] = [WRONG_KEY]
        done = await doctor(hosted)
        assert done.code == 1, done
        assert "The model answered 401" in lines(done, "error")["model"]
        assert "check AZURE_INFERENCE_CREDENTIAL" in lines(done, "error")["model"]
        assert "app" in lines(done, "ok")
        assert [*await hosted.left(), *await hosted.noted()] == []
        # Now the app leaves the model alone: the next one is told why.
        done = await doctor(hosted, "--wait", "60")
        assert done.code == 1, done
        assert "check AZURE_INFERENCE_CREDENTIAL" in lines(done, "error")["model"]


async def test_a_model_that_is_busy_for_longer_than_one_waits_is_named(azurite: str, tmp_path: Path) -> None:
    async with hosted_on(azurite, tmp_path) as hosted:
        busy = {"error": {"code": "RateLimitReached", "message": "Wait."}}
        hosted.foundry.answers[:] = [Answer(429, busy, {"Retry-After": "3000"})]
        done = await doctor(hosted)
        assert done.code == 1, done
        assert "The model answered 429" in lines(done, "error")["model"]
        assert await hosted.left() == []


async def test_what_lies_in_storage_tells_why_where_no_log_does(azurite: str, tmp_path: Path) -> None:
    async with hosted_on(azurite, tmp_path) as hosted:
        hosted.foundry.answers[:] = [WRONG_KEY]
        elsewhere = {"DROPSCRIBE_HOME": str(tmp_path / "elsewhere")}
        done = await doctor(hosted, "--storage", azurite, **elsewhere)
        assert done.code == 1, done
        assert "The app leaves a model alone (default until " in lines(done, "error")["model"]
        assert await hosted.left() == []


async def test_a_model_for_pictures_alone_is_no_fault(azurite: str, tmp_path: Path) -> None:
    async with hosted_on(azurite, tmp_path, AZURE_INFERENCE_MODEL="gpt-5.4") as hosted:
        done = await doctor(hosted)
    assert done.code == 0, done
    assert lines(done, "skip")["model"].startswith("No model of this app takes a recording: ")
    assert "answered the picture: describe" in lines(done, "ok")["model"]


async def test_announcements_that_the_app_does_not_send_are_named(azurite: str, tmp_path: Path) -> None:
    async with hosted_on(azurite, tmp_path, COMPLETED_QUEUE="") as hosted:
        done = await doctor(hosted)
        assert done.code == 1, done
        assert "See that the app's setting COMPLETED_QUEUE is completed-" in lines(done, "error")["announcement"]
        assert await hosted.left() == []


async def test_an_app_that_does_not_run_is_named(azurite: str, tmp_path: Path) -> None:
    async with account_of(azurite, tmp_path) as account:
        done = await doctor(account, "--storage", azurite, "--wait", "1")
        assert done.code == 1, done
        assert "The app has not taken the sample: is it running?" in lines(done, "error")["app"]
        assert await account.left() == []


async def test_a_document_that_is_none_is_named_at_once(azurite: str, tmp_path: Path) -> None:
    async with account_of(azurite, tmp_path) as account:
        waiting = asyncio.create_task(doctor(account, "--storage", azurite))

        async def dropped() -> list[str] | None:
            left = await account.left()
            return left if len(left) == 2 else None

        output = account.blobs.get_container_client(account.names["OUTPUT_CONTAINER"])
        for name in await eventually(dropped):
            await output.upload_blob(f"{name}.json", b"no document")
        done = await waiting
        assert done.code == 1, done
        assert "is none. Does another program write there?" in lines(done, "error")["document"]
        assert await account.left() == []


async def test_a_container_that_is_not_there_is_named_and_nothing_is_dropped(azurite: str, tmp_path: Path) -> None:
    async with account_of(azurite, tmp_path) as account:
        done = await doctor(account, "--storage", azurite, OUTPUT_CONTAINER="no-such-container")
    assert done.code == 1, done
    assert "There is no container no-such-container" in lines(done, "error")["output"]
    assert "sample" not in lines(done, "ok")


@pytest.mark.parametrize(
    ("stage", "part", "words"),
    [
        ("GET input", "input", "Give your login the role Storage Blob Data Contributor on the container input-"),
        ("PUT input", "sample", "Give your login the role Storage Blob Data Contributor on the container input-"),
        ("GET output", "output", "Give your login the role Storage Blob Data Contributor on the container output-"),
        ("DELETE input", "traces", "These could not be removed; remove them: input-"),
        ("GET deferred", "queue", "Give your login the role Storage Queue Data Contributor on the account"),
    ],
)
async def test_a_role_that_you_lack_is_named(azurite: str, tmp_path: Path, stage: str, part: str, words: str) -> None:
    faulty = Faulty(
        lambda request: f"{request.method} {request.path.split('/')[2].partition('-')[0]}",
        Fault("status 403 AuthorizationPermissionMismatch", stage, times=99),
    )
    parts = ends(azurite)
    upstreams = [parts[end].rpartition("/")[0] for end in ("BlobEndpoint", "QueueEndpoint")]
    async with (
        account_of(azurite, tmp_path) as account,
        proxy(faulty, upstreams[0]) as blob,
        proxy(faulty, upstreams[1]) as queue,
    ):
        done = await doctor(account, "--storage", connection_string(blob, queue, parts["AccountKey"]), "--wait", "1")
        assert (await account.left() != []) == (part == "traces")
    assert done.code == 1, done
    assert words in lines(done, "error")[part]


@pytest.mark.parametrize(
    ("storage", "words"),
    [
        ("nonsense", "The storage must be a connection string"),
        (connection_string("http://127.0.0.1:1", "http://127.0.0.1:1"), "The storage cannot be reached."),
    ],
)
async def test_a_storage_that_is_none_is_said_to_be_none(storage: str, words: str, tmp_path: Path) -> None:
    done = await dropscribe("doctor", "--storage", storage, DROPSCRIBE_HOME=str(tmp_path))
    assert done.code == 1
    assert words in done.out + done.err


async def test_a_wrong_key_of_the_account_is_named(azurite: str, tmp_path: Path) -> None:
    parts = ends(azurite)
    storage = azurite.replace(parts["AccountKey"], "AAAA")
    done = await dropscribe("doctor", "--storage", storage, DROPSCRIBE_HOME=str(tmp_path))
    assert done.code == 1
    assert lines(done, "error")["storage"].startswith("The account refuses your network, or your key.")


async def test_ctrl_c_removes_the_traces_at_a_terminal(azurite: str, tmp_path: Path) -> None:
    async with account_of(azurite, tmp_path) as account:
        async with at_terminal("doctor", "--storage", azurite, **account.environ) as terminal:
            await terminal.shows("Waiting for the documents")

            async def are_dropped() -> bool | None:
                return len(await account.left()) == 2 or None

            await eventually(are_dropped)
            terminal.press_ctrl_c()
            assert await terminal.ended() == 130
        assert await account.left() == []
    assert b"The samples and their documents are removed." in terminal.shown
    assert b"Traceback" not in terminal.shown
    assert not DANGER.search(terminal.shown.decode())
