from pathlib import Path

import pytest

from cli.check.local_files import CHUNK_BYTES, LocalFiles
from cli.uploads import Upload
from shared.errors import Conflict, InputNotFound, StorageUnavailable
from shared.media import HEAD_BYTES, InputFile

CONTENT = bytes(range(256)) * 2048 + b"end"


async def opened(path: Path) -> tuple[LocalFiles, InputFile]:
    files = LocalFiles([Upload(path, "x")], {"language": "ça va"})
    return files, await files.look("x")


def change(path: Path, content: bytes | None) -> None:
    """Write a file anew; None removes it."""
    path.unlink()
    if content is not None:
        path.write_bytes(content)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


async def test_a_file_is_as_storage_would_show_it(path: Path) -> None:
    _, file = await opened(path)
    assert (file.name, file.etag, file.size, file.metadata) == ("x", "", len(CONTENT), {"language": "ça va"})
    assert file.head == CONTENT[:HEAD_BYTES]


async def test_a_part_of_a_file_is_read_where_it_lies(path: Path) -> None:
    files, file = await opened(path)
    assert await files.read_range(file, len(CONTENT) - 2, 100) == b"nd"


async def test_the_content_comes_in_chunks_each_time_it_is_asked_for(path: Path) -> None:
    files, file = await opened(path)
    source = files.open(file)
    for _ in range(2):
        chunks = [chunk async for chunk in source.chunks()]
        assert b"".join(chunks) == CONTENT
        assert max(map(len, chunks)) == CHUNK_BYTES
    assert source.size == len(CONTENT)


async def test_a_file_that_grows_is_read_to_where_it_ended(path: Path) -> None:
    files, file = await opened(path)
    change(path, CONTENT * 2)
    assert b"".join([chunk async for chunk in files.open(file).chunks()]) == CONTENT


async def test_a_file_that_becomes_shorter_is_told(path: Path) -> None:
    files, file = await opened(path)
    change(path, CONTENT[:10])
    with pytest.raises(Conflict, match="became shorter"):
        [chunk async for chunk in files.open(file).chunks()]


async def test_a_file_that_goes_is_told(path: Path) -> None:
    files, file = await opened(path)
    change(path, None)
    for read in (files.look("x"), files.read_range(file, 0, 1), anext(files.open(file).chunks())):
        with pytest.raises(InputNotFound):
            await read


async def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="is a directory"):
        await LocalFiles([Upload(tmp_path, "x")], {}).look("x")
