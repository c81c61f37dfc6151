"""CRC-32 checksums of rows."""

import struct
import zlib

_HEAD = struct.Struct("<qqq")


def checksum(*parts: bytes) -> int:
    """Return the CRC-32 of byte strings, each preceded by its length, so that moving a boundary changes the result."""
    value = 0
    for part in parts:
        value = zlib.crc32(part, zlib.crc32(len(part).to_bytes(8, "little"), value))
    return value


def keyed_checksum(key: int, data: bytes) -> int:
    """Return the CRC-32 of a row's key and data, so that swapped rows are detected.

    It is `checksum(key, data)` with the key as int64, in fewer calls.
    """
    return zlib.crc32(data, zlib.crc32(_HEAD.pack(8, key, len(data))))
