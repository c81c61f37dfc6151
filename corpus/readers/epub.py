"""EPUB: chapters in the order of the spine, and the package's metadata."""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from corpus.documents import Content, Found, ReadOptions, TextBuilder
from corpus.errors import SourceError
from corpus.readers.archives import has_member, open_archive, parse_xml
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.html.elements import add_blocks
from corpus.readers.html.page import page_tree
from corpus.readers.html.unseen import remove_unseen

_CONTAINER = "META-INF/container.xml"
_FONT_ENCRYPTION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def read_epub(data: bytes, options: ReadOptions) -> Content:
    """Return a book's chapters in reading order. The table of contents names a chapter without a heading.

    Raises:
        SourceError: It is damaged, protected, or unpacks to too much.
    """
    with open_archive(data) as archive:
        if _is_protected(archive):
            raise SourceError("its text is encrypted (DRM); give a copy without DRM")
        container = parse_xml(archive.read(_CONTAINER))
        folder, package = _package(archive, container)
        builder = TextBuilder()
        members = frozenset(archive.namelist())
        chapters = list(_chapters(package, folder))
        names = _table_of_contents(archive, package, folder)
        for chapter in chapters:
            if chapter in members:
                _add_chapter(builder, archive.read(chapter), names.get(chapter))
        return builder.content(_found(package))


def _is_protected(archive: zipfile.ZipFile) -> bool:
    try:
        encryption = parse_xml(archive.read("META-INF/encryption.xml"))
    except KeyError:
        return False
    methods = [element.get("Algorithm", "") for element in _all(encryption, "EncryptionMethod")]
    return any(method not in _FONT_ENCRYPTION for method in methods)


def _package(archive: zipfile.ZipFile, container: Any) -> tuple[str, Any]:  # noqa: ANN401 - lxml has no types
    for rootfile in _all(container, "rootfile"):
        path = rootfile.get("full-path", "")
        try:
            return posixpath.dirname(path), parse_xml(archive.read(path))
        except KeyError:
            break
    raise SourceError("it is an EPUB without its list of chapters; get a new copy")


def _chapters(package: Any, folder: str) -> Iterator[str]:  # noqa: ANN401
    """Yield the members in the spine, each once."""
    pages = {
        item.get("id"): _member(folder, item.get("href", ""))
        for item in _all(package, "item")
        if item.get("media-type") in _PAGES and "nav" not in item.get("properties", "").split()
    }
    spine = (pages.get(reference.get("idref")) for reference in _all(package, "itemref"))
    yield from dict.fromkeys(chapter for chapter in spine if chapter is not None)


def _table_of_contents(archive: zipfile.ZipFile, package: Any, folder: str) -> dict[str, str]:  # noqa: ANN401
    """Return the first name of each member in the table of contents (EPUB 3 or 2)."""
    names: dict[str, str] = {}
    unread = set(archive.namelist())  # each is read once, even if it is listed twice
    for item in _all(package, "item"):
        member = _member(folder, item.get("href", ""))
        if member not in unread:
            continue
        base = posixpath.dirname(member)
        if "nav" in item.get("properties", "").split():
            links = page_tree(archive.read(member), ReadOptions(), []).iter("a")
            entries = [(link.get("href", ""), "".join(link.itertext())) for link in links]
        elif item.get("media-type") == "application/x-dtbncx+xml":
            points = _all(parse_xml(archive.read(member)), "navPoint")
            entries = [(_first(point, "content").get("src", ""), _text(_first(point, "text"))) for point in points]
        else:
            continue
        unread.discard(member)
        for target, name in entries:
            names.setdefault(_member(base, target), " ".join(name.split()))
    return names


def _add_chapter(builder: TextBuilder, data: bytes, name: str | None) -> None:
    if not data.strip():
        return
    tree = page_tree(data, ReadOptions(), [])
    if name and not any(True for _ in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")):
        builder.heading(name, 1)
    remove_unseen(tree)
    body = tree.find("body")
    add_blocks(builder, tree if body is None else body)


def _member(folder: str, href: str) -> str:
    """Return the archive member that a relative address refers to."""
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _found(package: Any) -> Found:  # noqa: ANN401
    values = {name: [_text(e) for e in _all(package, name) if _text(e)] for name in _DUBLIN_CORE}
    addresses = [text for text in values["identifier"] + values["source"] if text.startswith(("http://", "https://"))]
    return Found(
        title=next(iter(values["title"]), None),
        publisher=next(iter(values["publisher"]), None),
        authors=tuple(values["creator"]),
        published=next((text[:10] for text in values["date"]), None),
        language=next(iter(values["language"]), None),
        url=next(iter(addresses), None),
        tags=tuple(values["subject"]),
    )


_DUBLIN_CORE = ("title", "publisher", "creator", "date", "language", "identifier", "source", "subject")


def _all(element: Any, name: str) -> Any:  # noqa: ANN401
    return element.iter("{*}" + name)


def _first(element: Any, name: str) -> Any:  # noqa: ANN401
    return next(iter(_all(element, name)), {})


def _text(element: Any) -> str:  # noqa: ANN401
    return " ".join("".join(element.itertext()).split()) if hasattr(element, "itertext") else ""


EPUB = ConvertedFormat(
    "EPUB",
    "application/epub+zip",
    (".epub",),
    has_signature=True,
    sniff=lambda data, suffix: has_member(data, _CONTAINER),
    convert=read_epub,
    version=3,
)
