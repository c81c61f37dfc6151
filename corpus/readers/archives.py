"""Archives that are documents (DOCX, EPUB), opened within bounds, and the XML in them."""

import io
import zipfile
from typing import Any

from corpus.errors import SourceError
from corpus.readers.html.nesting import limit_of

__all__ = ["open_archive", "parse_xml"]

MAX_MEMBERS = 10_000
"""The longest books have some hundred files."""

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""Four times the largest source; all of it may come to lie in memory."""

MAX_RATIO = 200
"""Text packs five to twenty times smaller; only bombs reach hundreds."""

_SMALL = 1024 * 1024
"""Below this a member may pack as small as it likes."""


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open a ZIP archive whose members are within bounds; reading a member never gives more than it declares.

    Raises:
        SourceError: It is damaged, encrypted, or would unpack to too much.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise SourceError("it is a cut or damaged archive (.docx and .epub are); get it anew") from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise SourceError(f"it holds more than {MAX_MEMBERS:,} files; check where it is from")
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise SourceError(f"it would unpack to more than {MAX_UNPACKED_BYTES // 1024**2} MiB; check where it is from")
    for member in members:
        if member.file_size > max(_SMALL, MAX_RATIO * member.compress_size):
            raise SourceError(f"a file in it would unpack to over {MAX_RATIO} times its size; check where it is from")
        if member.flag_bits & 1:
            raise SourceError("it is encrypted; save it without a password")
    return archive


def parse_xml(data: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """The root element of an XML document, read without entities, DTDs and the network.

    Raises:
        SourceError: Its elements lie too deep in each other, or one is too long.
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
