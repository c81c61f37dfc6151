"""The parts of a Word document and the relationships between them (Open Packaging Conventions)."""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from corpus.errors import SourceError
from corpus.readers.archives import has_member, open_archive, parse_xml
from corpus.readers.docx.names import w

_CONTENT_TYPES = "[Content_Types].xml"
_MAIN_TYPES = (
    b"wordprocessingml.document.main+xml",
    b"wordprocessingml.template.main+xml",
    b"ms-word.document.macroEnabled.main+xml",
    b"ms-word.template.macroEnabledTemplate.main+xml",
)
_USUAL_MAIN = "word/document.xml"
_STRICT = "{http://purl.oclc.org/ooxml/"
_TRANSITIONAL = {
    f"{_STRICT}wordprocessingml/main}}": "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    f"{_STRICT}officeDocument/math}}": "{http://schemas.openxmlformats.org/officeDocument/2006/math}",
    f"{_STRICT}drawingml/main}}": "{http://schemas.openxmlformats.org/drawingml/2006/main}",
    f"{_STRICT}drawingml/diagram}}": "{http://schemas.openxmlformats.org/drawingml/2006/diagram}",
    f"{_STRICT}officeDocument/relationships}}": (
        "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
    ),
}
"""Namespaces of ISO/IEC 29500 Strict, and those that all other files use."""


def is_word(data: bytes) -> bool:
    """Return whether a file is a Word document or template, with or without macros, by its main part's media type.

    Raises:
        SourceError: It is an archive that is damaged or exceeds a limit.
    """
    if has_member(data, _USUAL_MAIN):
        return True
    if not has_member(data, _CONTENT_TYPES):
        return False
    with open_archive(data) as archive:
        types = archive.read(_CONTENT_TYPES) if _CONTENT_TYPES in archive.NameToInfo else b""
    return any(each in types for each in _MAIN_TYPES)


class Package:
    """The parts of a Word document. Nothing outside the archive is read.

    Args:
        archive: The archive.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {_key(name): name for name in archive.namelist()}
        about = self.targets("")
        self.main = next((part for kind, part in about.values() if kind == "officeDocument"), _USUAL_MAIN)
        self.properties = next((part for kind, part in about.values() if kind == "core-properties"), None)

    def document(self) -> Any:  # noqa: ANN401 - lxml has no types
        """Return the root element of the main part.

        Raises:
            SourceError: There is none.
        """
        root = self.xml(self.main)
        if root is None or root.tag != w("document"):
            raise SourceError("it is a damaged DOCX file; get a new copy, or save it again")
        return root

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the relationships of a part, or of the package (""), to other parts.

        Returns:
            The last word of each relationship's type, and the part, by the relationship's identifier.
        """
        folder, name = posixpath.split(part)
        relations = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        return {} if relations is None else dict(_targets(relations, folder))

    def xml(self, part: str | None) -> Any:  # noqa: ANN401
        """Return the root element of a part, in the transitional namespaces.

        None if there is no such part, or if it has been read: many relationships may lead to one part.
        """
        name = self._members.pop(_key(part or ""), None)
        return None if name is None else _transitional(parse_xml(self._archive.read(name)))


def _key(name: str) -> str:
    """Return what is the same for all spellings of a part's name."""
    return name.replace("\\", "/").lstrip("/").lower()


def _targets(relations: Any, folder: str) -> Iterator[tuple[str, tuple[str, str]]]:  # noqa: ANN401
    for relation in relations.iterchildren("{*}Relationship"):
        if relation.get("TargetMode") != "External":
            target = unquote(relation.get("Target", "")).replace("\\", "/")
            part = posixpath.normpath(posixpath.join("/", folder, target))
            yield relation.get("Id", ""), (relation.get("Type", "").rpartition("/")[2], part)


def _transitional(root: Any) -> Any:  # noqa: ANN401
    if root.tag.startswith(_STRICT):
        for element in root.iter("*"):
            element.tag = _renamed(element.tag)
            for name in [name for name in element.attrib if name.startswith(_STRICT)]:
                element.set(_renamed(name), element.attrib.pop(name))
    return root


def _renamed(name: str) -> str:
    space, end, local = name.rpartition("}")
    return _TRANSITIONAL.get(space + end, space + end) + local
