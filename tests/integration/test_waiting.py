"""Files that have to wait, with the app's own waits, over real storage and under the host's rules."""

from tests.integration.loopback import Answer
from tests.integration.scene import NAME, scene_over

A_DAY = 86_400
REFUSED = Answer(401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key."}})


async def test_a_retry_after_of_a_day_neither_hangs_an_invocation_nor_loses_the_file(azurite: str) -> None:
    async with scene_over(azurite) as scene:
        scene.foundry.answers = [Answer(429, "", {"Retry-After": str(A_DAY)}), Answer()]
        await scene.drop()
        await scene.let_the_host_work(policy=None)  # which ends only if the invocation does
        (sent,) = scene.requests("send")
        assert int(sent.query["visibilitytimeout"]) == A_DAY
        assert (await scene.count("later"), await scene.document()) == (1, None)
        await scene.let_a_day_pass()
        await scene.let_the_host_work(policy=None)
        document = await scene.document()
        assert document
        assert (document["status"], document["attempts"]) == ("ok", 2)
        assert (len(scene.foundry.arrived), await scene.left()) == (2, 0)


async def test_with_a_wrong_key_every_file_waits_and_ends_ok_once_it_is_put_right(azurite: str) -> None:
    names = [f"{number}-{NAME}" for number in range(30)]
    async with scene_over(azurite) as scene:
        scene.foundry.answers = [REFUSED]
        for name in names:
            await scene.drop(name)
        await scene.let_the_host_work(policy=None)
        assert (await scene.listed("output"), await scene.count("later")) == ({}, len(names))
        assert all(int(sent.query["visibilitytimeout"]) >= 300 for sent in scene.requests("send"))
        refused = len(scene.foundry.arrived)
        assert 1 <= refused < len(names)  # the others wait until one of these has been let in
        scene.foundry.answers = [Answer()]
        await scene.let_a_day_pass()
        await scene.let_the_host_work(policy=None)
        documents = [await scene.document(name) for name in names]
        assert all(document and document["status"] == "ok" for document in documents)
        assert (len(scene.foundry.arrived), await scene.left()) == (refused + len(names), 0)
