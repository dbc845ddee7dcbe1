"""What every `FileStore` does, with files and with documents."""

import hashlib
from dataclasses import replace

import pytest

from shared.errors import Conflict, FileRejected, InputNotFound
from shared.media.files import InputFile
from shared.results.build import Facts, rejected
from shared.results.result import FileBeside, Result, document_name
from shared.results.sidecars import Sidecar
from tests.conformance.kits import Kit

NAME = "a folder/a.png"


def result_for(file: InputFile, message: str = "No.") -> Result:
    return rejected(Facts(file, file.modified), FileRejected("damaged_media", message, "Try again."), file.modified)


async def read(kit: Kit, file: InputFile) -> bytes:
    return b"".join([chunk async for chunk in kit.files.open(file).chunks()])


async def message_in(kit: Kit) -> str:
    found = await kit.files.read_result(NAME)
    assert found
    assert found.error
    return found.error.message


async def test_a_file_that_is_not_there_is_not_found(kit: Kit) -> None:
    with pytest.raises(InputNotFound):
        await kit.files.look(NAME)


async def test_a_file_that_was_deleted_is_not_found(kit: Kit) -> None:
    await kit.upload(NAME)
    await kit.remove(NAME)
    with pytest.raises(InputNotFound):
        await kit.files.look(NAME)


async def test_each_upload_is_another_version_whatever_its_content(kit: Kit) -> None:
    etags = set()
    for _ in range(3):
        await kit.upload(NAME)
        file = await kit.files.look(NAME)
        etags.add(file.etag)
    assert (file.name, len(etags), [etag for etag in etags if '"' in etag]) == (NAME, 3, [])


async def test_a_file_that_is_loaded_is_the_one_that_is_looked_at(kit: Kit) -> None:
    with pytest.raises(InputNotFound):
        await kit.files.load(NAME)
    await kit.upload(NAME)
    assert await kit.files.load(NAME) == await kit.files.look(NAME)


async def test_the_head_of_a_file_that_is_loaded_is_how_it_begins(kit_with_contents: Kit) -> None:
    for content in (b"", b"x", b"0123456789" * 200_000):
        await kit_with_contents.upload(NAME, content)
        file = await kit_with_contents.files.load(NAME)
        assert (file.size, content[: len(file.head)]) == (len(content), file.head)
        assert await read(kit_with_contents, file) == content


async def test_a_file_has_the_size_and_the_metadata_that_it_was_given(kit_with_contents: Kit) -> None:
    await kit_with_contents.upload(NAME, b"12345", recipe="describe")
    file = await kit_with_contents.files.look(NAME)
    assert (file.name, file.size, dict(file.metadata)) == (NAME, 5, {"recipe": "describe"})
    assert (file.is_arriving, file.is_archived, file.is_locked) == (False, False, False)


async def test_a_file_can_be_read_again_and_its_digest_is_known_at_the_end(kit_with_contents: Kit) -> None:
    content = bytes(range(256)) * 40
    await kit_with_contents.upload(NAME, content)
    source = kit_with_contents.files.open(await kit_with_contents.files.look(NAME))
    assert (source.size, source.sha256) == (len(content), None)
    for _ in range(2):
        assert b"".join([chunk async for chunk in source.chunks()]) == content
    assert source.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("start", "length"), [(0, 3), (0, 3_000_000), (4, 3), (199_999, 1), (4, 150_000)])
async def test_a_range_is_the_bytes_from_a_place_on_or_all_there_are(
    kit_with_contents: Kit, start: int, length: int
) -> None:
    content = b"0123456789" * 20_000
    await kit_with_contents.upload(NAME, content)
    file = await kit_with_contents.files.look(NAME)
    assert await kit_with_contents.files.read_range(file, start, length) == content[start : start + length]


async def test_a_file_overwritten_since_it_was_looked_at_is_not_read(kit_with_contents: Kit) -> None:
    await kit_with_contents.upload(NAME, b"old")
    file = await kit_with_contents.files.look(NAME)
    await kit_with_contents.upload(NAME, b"new")
    with pytest.raises(Conflict):
        await kit_with_contents.files.read_range(file, 0, 10)
    with pytest.raises(Conflict):
        await read(kit_with_contents, file)


async def test_a_file_deleted_since_it_was_looked_at_is_not_read(kit_with_contents: Kit) -> None:
    await kit_with_contents.upload(NAME)
    file = await kit_with_contents.files.look(NAME)
    await kit_with_contents.remove(NAME)
    with pytest.raises((InputNotFound, Conflict)):  # the service may answer 404 or 412
        await kit_with_contents.files.read_range(file, 0, 10)
    with pytest.raises((InputNotFound, Conflict)):
        await read(kit_with_contents, file)


async def test_a_document_is_found_by_the_version_that_it_answers_and_read_as_it_was_written(kit: Kit) -> None:
    await kit.upload(NAME)
    file = await kit.files.look(NAME)
    assert (await kit.files.find_result(NAME), await kit.files.read_result(NAME)) == (None, None)
    await kit.files.write_result(result_for(file), replacing=None)
    found, read = await kit.files.find_result(NAME), await kit.files.read_result(NAME)
    assert found
    assert read
    assert (found.input_etag, read.input.name, read.input.etag) == (file.etag, NAME, file.etag)
    assert await message_in(kit) == "No."


async def test_two_first_documents_cannot_both_be_written(kit: Kit) -> None:
    await kit.upload(NAME)
    file = await kit.files.look(NAME)
    await kit.files.write_result(result_for(file, "first"), replacing=None)
    with pytest.raises(Conflict):
        await kit.files.write_result(result_for(file, "second"), replacing=None)
    assert await message_in(kit) == "first"


async def test_a_writer_that_did_not_see_the_last_document_cannot_replace_it(kit: Kit) -> None:
    await kit.upload(NAME)
    file = await kit.files.look(NAME)
    await kit.files.write_result(result_for(file, "first"), replacing=None)
    seen = await kit.files.find_result(NAME)
    newer = replace(file, etag="0xNEWER")
    await kit.files.write_result(result_for(newer, "second"), replacing=seen)
    with pytest.raises(Conflict):
        await kit.files.write_result(result_for(newer, "third"), replacing=seen)
    assert await message_in(kit) == "second"


async def test_a_document_that_was_deleted_meanwhile_is_not_held_to_be_the_file_gone(kit: Kit) -> None:
    await kit.upload(NAME)
    file = await kit.files.look(NAME)
    await kit.files.write_result(result_for(file), replacing=None)
    seen = await kit.files.find_result(NAME)
    await kit.remove_document(NAME)
    with pytest.raises(Conflict):
        await kit.files.write_result(result_for(file), replacing=seen)


async def test_listings_tell_each_file_and_each_document_with_its_version(kit: Kit) -> None:
    names = ["a.png", "b/c.png", "d e.png"]
    etags = {}
    for name in names:
        await kit.upload(name)
        file = await kit.files.look(name)
        etags[name] = file.etag
        await kit.files.write_result(result_for(file), replacing=None)
    inputs = {file.name: file.etag for file in (await kit.files.list_inputs()).items}
    answered = {name: found.input_etag for name, found in (await kit.files.list_answered()).items}
    assert (inputs, answered) == (etags, {document_name(name): etag for name, etag in etags.items()})


async def test_a_listing_tells_of_a_document_what_is_found_by_its_name(kit: Kit) -> None:
    await kit.upload(NAME)
    await kit.files.write_result(result_for(await kit.files.look(NAME)), replacing=None)
    ((_, listed),) = (await kit.files.list_answered()).items
    assert listed == await kit.files.find_result(NAME)
    assert listed.written


async def test_a_file_beside_a_document_is_found_with_its_digest_and_is_no_document(kit: Kit) -> None:
    sidecar = Sidecar("srt", b"1")
    assert await kit.files.find_sidecar(NAME, "srt") is None
    await kit.files.write_sidecar(NAME, sidecar, replacing=None)
    found = await kit.files.find_sidecar(NAME, "srt")
    assert found
    assert (found.sha256, await kit.files.find_sidecar(NAME, "vtt")) == (sidecar.sha256, None)
    assert (await kit.files.find_result(NAME), (await kit.files.list_answered()).items) == (None, [])


async def test_a_file_beside_a_document_is_replaced_only_by_who_saw_it(kit: Kit) -> None:
    await kit.files.write_sidecar(NAME, Sidecar("srt", b"first"), replacing=None)
    seen = await kit.files.find_sidecar(NAME, "srt")
    with pytest.raises(Conflict):
        await kit.files.write_sidecar(NAME, Sidecar("srt", b"late"), replacing=None)
    await kit.files.write_sidecar(NAME, Sidecar("srt", b"first"), replacing=seen)  # another, though it is the same
    with pytest.raises(Conflict):
        await kit.files.write_sidecar(NAME, Sidecar("srt", b"late"), replacing=seen)
    found = await kit.files.find_sidecar(NAME, "srt")
    assert found
    assert found.sha256 == Sidecar("srt", b"first").sha256


async def test_a_file_beside_a_document_is_deleted_only_by_who_saw_it(kit: Kit) -> None:
    await kit.files.write_sidecar(NAME, Sidecar("md", b"first"), replacing=None)
    seen = await kit.files.find_sidecar(NAME, "md")
    assert seen
    await kit.files.write_sidecar(NAME, Sidecar("md", b"second"), replacing=seen)
    await kit.files.delete_sidecar(NAME, "md", seen)
    second = await kit.files.find_sidecar(NAME, "md")
    assert second
    for _ in range(2):
        await kit.files.delete_sidecar(NAME, "md", second)
    assert await kit.files.find_sidecar(NAME, "md") is None
    with pytest.raises(Conflict):
        await kit.files.write_sidecar(NAME, Sidecar("md", b"third"), replacing=second)


async def test_a_document_tells_which_files_it_lists(kit: Kit) -> None:
    await kit.upload(NAME)
    await kit.files.write_sidecar(NAME, Sidecar("vtt", b"1"), replacing=None)
    listed = FileBeside(name=f"{NAME}.vtt", media_type="text/vtt", bytes=1, sha256="0")
    result = result_for(await kit.files.look(NAME)).model_copy(update={"files": [listed]})
    await kit.files.write_result(result, replacing=None)
    found, read = await kit.files.find_result(NAME), await kit.files.read_result(NAME)
    assert found
    assert read
    assert (found.forms, read.files) == (("vtt",), [listed])
