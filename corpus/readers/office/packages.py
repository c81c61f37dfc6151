"""Office Open XML packages (PPTX, XLSX): their parts, the relationships between them, and the core properties."""

import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from corpus.documents import Found
from corpus.errors import SourceError
from corpus.readers.archives import has_member, open_archive, parse_xml
from corpus.readers.office.left_out import notes_on

BROKEN = (KeyError, EOFError, NotImplementedError, SourceError, zipfile.BadZipFile, zlib.error)
"""What reading a missing or damaged member of an archive raises, besides lxml's errors."""

_TYPES = "[Content_Types].xml"
_TYPES_READ = 1024 * 1024
"""Bytes of the list of content types that are searched."""

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class Package:
    """An Office Open XML package. A part that is missing or damaged costs only itself.

    Args:
        data: The file.

    Raises:
        SourceError: The archive is damaged, encrypted, or unpacks to too much.
    """

    def __init__(self, data: bytes) -> None:
        self.archive = open_archive(data)
        self.left_out: Counter[str] = Counter()
        """What the reader leaves out, in the plural, and how much of it."""
        self._damaged: list[str] = []
        self._members = {name.lower(): name for name in reversed(self.archive.namelist())}

    def member(self, name: str) -> str | None:
        """Return the name of the member that holds a part; None if there is none. Case does not count."""
        return self._members.get(name.lstrip("/").lower())

    def part(self, name: str) -> Any:  # noqa: ANN401 - lxml has no types
        """Return the root element of a part; None if it is missing or damaged."""
        from lxml import etree

        member = self.member(name)
        if member is None:
            return None
        try:
            return parse_xml(self.archive.read(member))
        except (*BROKEN, etree.XMLSyntaxError):
            self.add_damaged(member)
            return None

    def elements(self, name: str, *tags: str) -> Iterator[Any]:
        """Yield the elements of a part with one of some local names as they end; each is emptied after its use.

        A part may be larger than what memory holds as a tree. What follows damage is left out.
        """
        from lxml import etree

        member = self.member(name)
        if member is None:
            return
        try:
            with self.archive.open(member) as file:
                wanted = [f"{{*}}{tag}" for tag in tags]
                for _, element in etree.iterparse(file, tag=wanted, resolve_entities=False, load_dtd=False):
                    yield element
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        except (*BROKEN, etree.XMLSyntaxError):
            self.add_damaged(member)

    def related(self, name: str = "") -> dict[str, tuple[str, str]]:
        """Return the relationships of a part, or of the package, inside it: type (its last word) and part, by id."""
        folder, base = posixpath.split(name)
        root = self.part(posixpath.join(folder, "_rels", f"{base}.rels"))
        found: dict[str, tuple[str, str]] = {}
        for each in () if root is None else root.iter("{*}Relationship"):
            target = unquote(each.get("Target", ""))
            if each.get("TargetMode") != "External" and target:
                kind = each.get("Type", "").rpartition("/")[2]
                joined = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                found[each.get("Id", "")] = kind, joined
        return found

    def main_part(self, usual: str) -> str:
        """Return the name of the part that the package is about."""
        return next(self.of_kind(self.related(), "officeDocument"), usual)

    @staticmethod
    def of_kind(related: dict[str, tuple[str, str]], kind: str) -> Iterator[str]:
        """Yield the parts with a relationship of one type."""
        return (part for found, part in related.values() if found == kind)

    def add_damaged(self, name: str) -> None:
        """Note that a part is damaged."""
        self._damaged.append(name)

    def notes(self) -> list[str]:
        """Return what was left out."""
        return notes_on(self.left_out, self._damaged)

    def found(self) -> Found:
        """Return the core properties. Their dates are those of the file, not of publication, so they go to `extra`."""
        about = self.part(next(self.of_kind(self.related(), "core-properties"), "docProps/core.xml"))
        values: dict[str, str] = {}
        for each in () if about is None else about:
            if isinstance(each.tag, str):
                values.setdefault(each.tag.rpartition("}")[2], " ".join((each.text or "").split()))
        authors = (part.strip() for part in values.get("creator", "").split(";"))
        return Found(
            title=values.get("title") or None,
            authors=tuple(name for name in authors if name),
            language=values.get("language") or None,
            tags=tuple(tag for part in re.split("[,;]", values.get("keywords", "")) if (tag := part.strip())),
            extra={"created": created} if (created := values.get("created", "")[:10]) else {},
            notes=self.notes(),
        )


def unescaped(text: str) -> str:
    """Return a text of a part with the characters that XML cannot have, which programs write as `_x000D_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def is_package(data: bytes, usual: str, main: re.Pattern[bytes]) -> bool:
    """Return whether bytes are a package about a part of one type.

    Args:
        data: The file.
        usual: The usual name of its main part.
        main: Matches the content type of a main part.
    """
    if has_member(data, usual):
        return True
    if not has_member(data, _TYPES):
        return False
    with open_archive(data) as archive:
        try:
            with archive.open(_TYPES) as types:
                return main.search(types.read(_TYPES_READ)) is not None
        except BROKEN:
            return False
