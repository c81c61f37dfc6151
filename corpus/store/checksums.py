"""CRC-32, by which every row of the store is known to be what was written."""

import zlib

__all__ = ["checksum", "keyed_checksum"]


def checksum(*parts: bytes) -> int:
    """CRC-32 of byte strings, each with its length, so that no two lists of parts share one by shifting."""
    value = 0
    for part in parts:
        value = zlib.crc32(part, zlib.crc32(len(part).to_bytes(8, "little"), value))
    return value


def keyed_checksum(key: int, data: bytes) -> int:
    """CRC-32 of a row's key and its data, so that no row can pass for another."""
    return checksum(key.to_bytes(8, "little", signed=True), data)
