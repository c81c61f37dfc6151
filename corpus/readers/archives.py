"""ZIP archives that are documents (DOCX, EPUB), and the XML in them, read within limits."""

import io
import zipfile
from typing import Any

from corpus.errors import SourceError
from corpus.readers.html.nesting import limit_of

MAX_MEMBERS = 10_000
"""Maximum files in an archive. The longest books have some hundred."""

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""Maximum unpacked size, four times that of the largest source. All of it may be in memory."""

MAX_RATIO = 200
"""Maximum compression ratio of a member. Text reaches five to twenty; only bombs reach hundreds."""

_SMALL = 1024 * 1024
"""Unpacked size up to which the ratio is not limited."""

_DAMAGED = "it is a cut or damaged archive (office files and books are archives); get a new copy"

_END = b"PK\x05\x06"
_END_WITHIN = 22 + 65535
"""Size of a ZIP archive's end record with the longest comment in it."""


def is_archive(data: bytes) -> bool:
    """Return whether the bytes begin like a ZIP archive."""
    return data.startswith((b"PK\x03\x04", _END))


def has_end(data: bytes) -> bool:
    """Return whether a ZIP archive has its end record, without which it is cut."""
    return data.rfind(_END, -_END_WITHIN) >= 0


def has_member(data: bytes, name: str) -> bool:
    """Return whether the bytes are a ZIP archive with a member of this name.

    The directory is searched, not parsed: it may have a million names.

    Raises:
        SourceError: The archive has no end.
    """
    if not is_archive(data):
        return False
    end = data.rfind(_END, -_END_WITHIN)
    if end < 0:
        raise SourceError(_DAMAGED)
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    return data.find(name.encode(), max(0, end - size), end) >= 0


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open a ZIP archive and check its members. `zipfile` never returns more of a member than its declared size.

    Raises:
        SourceError: It is damaged, encrypted, or unpacks to too much.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise SourceError(_DAMAGED) from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise SourceError(f"it has more than {MAX_MEMBERS:,} files in it; check where it is from")
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise SourceError(f"it unpacks to more than {MAX_UNPACKED_BYTES // 1024**2} MiB; check where it is from")
    for member in members:
        if member.file_size > max(_SMALL, MAX_RATIO * member.compress_size):
            raise SourceError(f"a file in it unpacks to over {MAX_RATIO} times its size; check where it is from")
        if member.flag_bits & 1:
            raise SourceError("it is encrypted; save it without a password")
    return archive


def parse_xml(data: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """Return the root element of an XML document. Entities, DTDs and the network are not used.

    Raises:
        SourceError: Its elements are nested too deeply, or one is too long.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        problem = limit_of(error)
        if problem is None:
            raise
        raise problem from error
