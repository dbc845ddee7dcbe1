"""What each `DeadLetterStore` does."""

from shared.bounds import MAX_JSON_BYTES
from shared.processing.incoming_events import file_events
from tests.conformance.kits import Kit

NAMES = {"a b.png", "é/😀.png"}


async def files_told_of(kit: Kit) -> list[tuple[str, str]]:
    """The containers and names in all dead letters."""
    contents = [await kit.dead_letters.read_dead_letter(name) for name in await kit.dead_letters.list_dead_letters()]
    read = [file_events(content) for content in contents if content]
    return [file for events in read if events for file in events.files]


async def test_where_no_event_was_refused_there_are_no_dead_letters(kit: Kit) -> None:
    assert list(await kit.dead_letters.list_dead_letters()) == []


async def test_each_event_that_was_refused_is_a_dead_letter_that_tells_of_its_file(kit: Kit) -> None:
    for name in NAMES:
        await kit.refuse(name)
    assert sorted(await files_told_of(kit)) == [("input", name) for name in sorted(NAMES)]


async def test_a_dead_letter_that_was_deleted_is_gone_and_the_others_stay(kit: Kit) -> None:
    for name in NAMES:
        await kit.refuse(name)
    first, second = await kit.dead_letters.list_dead_letters()
    for _ in range(2):
        await kit.dead_letters.delete_dead_letter(first)
    assert await kit.dead_letters.read_dead_letter(first) is None
    assert list(await kit.dead_letters.list_dead_letters()) == [second]


async def test_of_a_large_dead_letter_nothing_is_read(kit_with_contents: Kit) -> None:
    letters = kit_with_contents.dead_letters
    for content in (b"", b"[1]", bytes(MAX_JSON_BYTES), bytes(MAX_JSON_BYTES + 1)):
        await kit_with_contents.refuse("a.png", content)
    read = [await letters.read_dead_letter(name) for name in await letters.list_dead_letters()]
    assert sorted(len(content) for content in read if content is not None) == [0, 0, 3, MAX_JSON_BYTES]
