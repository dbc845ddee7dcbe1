import asyncio

import pytest

from shared.conversion import ffmpeg
from shared.conversion.ffmpeg import DEMUXERS, NEEDS_A_FILE, End, meaning
from shared.conversion.process import MAX_TOLD, Ran


@pytest.mark.parametrize(
    ("ran", "end"),
    [
        (Ran(0, ""), End.WHOLE),
        (Ran(0, "[flac] invalid sync code"), End.DAMAGED),
        (Ran(69, "Conversion failed!"), End.DAMAGED),
        (Ran(-11, ""), End.STOPPED),
        (Ran(-9, "anything"), End.STOPPED),
        (Ran(255, ""), End.STOPPED),
        (Ran(234, "Stream specifier 'a:0' in filtergraph description matches no streams."), End.NO_SOUND),
        (Ran(218, "Decoding requested, but no decoder found for: none"), End.UNKNOWN_CODEC),
        (Ran(234, "Codec (cook) not on whitelist 'aac'\nError while opening decoder"), End.UNKNOWN_CODEC),
        (Ran(234, "[SWR] Rematrix is needed between 9 channels and mono"), End.UNKNOWN_CHANNELS),
        (Ran(0, "[mp3] quoted: matches no streams"), End.DAMAGED),
        (Ran(0, "[h264] Codec (h264) not on whitelist 'aac'\n" * 2), End.WHOLE),
        (Ran(0, ("a list'\n[h264] Codec (h264) not on whitelist 'aac'\n" * 90)[-MAX_TOLD:]), End.DAMAGED),
        (Ran(0, "'aac'".rjust(MAX_TOLD)), End.WHOLE),
    ],
)
def test_the_end_of_a_run_has_a_meaning(ran: Ran, end: End) -> None:
    assert meaning(ran) is end


@pytest.mark.parametrize("demuxer", sorted(set(DEMUXERS.values())))
def test_the_format_is_named_before_the_input_and_no_other_protocol_is_there(demuxer: str) -> None:
    is_file = demuxer in NEEDS_A_FILE
    arguments = ffmpeg.arguments(ffmpeg.Reading(demuxer), is_file=is_file, mp3=None)
    before_input = arguments[: arguments.index("-i")]
    assert before_input[-2:] == ["-f", demuxer]
    assert before_input[before_input.index("-protocol_whitelist") + 1] == ("fd" if is_file else "pipe")


@pytest.mark.parametrize("demuxer", ["hls", "concat", "dash", "sdp", "image2", "lavfi", "tee"])
def test_nothing_that_opens_other_files_is_among_the_formats(demuxer: str) -> None:
    assert demuxer not in DEMUXERS.values()


async def test_the_program_knows_each_decoder_and_format_that_is_named() -> None:
    path = await ffmpeg.path()
    decoders, demuxers = [await _listed(path, what) for what in ("-decoders", "-demuxers")]
    assert set(ffmpeg.DECODERS) <= decoders
    assert set(DEMUXERS.values()) <= demuxers


async def _listed(path: str, what: str) -> set[str]:
    process = await asyncio.create_subprocess_exec(path, "-v", "quiet", what, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    return {name for line in said.decode().splitlines() if len(line.split()) > 1 for name in line.split()[1].split(",")}
