"""HTML: the main content of a page, and the metadata in its head."""

import codecs
import re
from typing import Any

from corpus.documents import Content, Found, ReadOptions, TextBuilder
from corpus.errors import SourceError
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.html.elements import add_blocks
from corpus.readers.html.nesting import check_depth, exceeded_limit
from corpus.readers.html.pruning import MANY_ELEMENTS, prune
from corpus.text import decoded

_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^<>]{0,1000}?(?:charset|encoding)\s*=\s*(?:["']\s*)?([\w.:-]+)""", re.I)
_DECLARED_WITHIN = 4096
"""Bytes searched for the encoding. Browsers search the first kilobyte; some pages need more."""

_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")
_START = re.compile(rb"<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
_COMMENT_BYTES = 2000
"""Maximum length of a comment before the first element."""

_WHITE = re.compile(rb"\s*")


def read_html(data: bytes, options: ReadOptions) -> Content:
    """Return the main content of a web page, without menus, footers and readers' comments.

    Raises:
        SourceError: It cannot be decoded, or has no text.
    """
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    tree = page_tree(data, options.encoding)
    elements = prune(tree)
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    page = bare_extraction(
        tree,
        fast=elements > MANY_ELEMENTS,
        with_metadata=True,
        include_comments=False,
        include_tables=True,
        date_extraction_params={"extensive_search": False, "original_date": True, "max_date": "2200-01-01"},
    )
    builder = TextBuilder()
    if isinstance(page, Document) and page.body is not None:
        add_blocks(builder, page.body)
    if isinstance(page, Document) and builder.is_empty:
        builder.paragraph(page.text or "")
    if not isinstance(page, Document) or builder.is_empty:
        raise SourceError("it has no text outside of menus, footers and scripts; save its text as a text file")
    found = Found(
        title=page.title,
        publisher=page.sitename,
        authors=tuple(name for part in (page.author or "").split(";") if (name := part.strip())),
        published=page.date,
        language=language,
        url=page.url,
        tags=tuple(dict.fromkeys(tag.strip() for tag in page.tags or () if tag.strip())),
    )
    return builder.content(found)


def page_tree(data: bytes, encoding: str | None) -> Any:  # noqa: ANN401 - lxml has no types
    """Return the tree of an HTML page. Scripts do not run, and nothing is fetched.

    Raises:
        SourceError: It cannot be decoded, has no element, or its elements are nested too deeply.
    """
    text = _XML_DECLARATION.sub("", _characters(data, encoding)).replace("\0", "")
    tree, problem = _parsed(text, huge=False)
    if problem is None:
        return tree
    tree, problem_of_any_size = _parsed(text, huge=True)  # for a picture of more than 10 MB in an attribute
    if problem_of_any_size is not None:
        raise problem_of_any_size
    check_depth(tree)
    return tree


def _parsed(text: str, *, huge: bool) -> tuple[Any, SourceError | None]:
    """Return a tree, and the limit of libxml2 at which the tree ends, if any."""
    from lxml import etree, html

    parser = html.HTMLParser(no_network=True, remove_comments=True, huge_tree=huge)
    try:
        tree = html.document_fromstring(text, parser=parser)
    except etree.ParserError as error:
        problem = exceeded_limit(parser)
        if problem is None:
            raise SourceError("it has no text") from error
        return None, problem
    return tree, exceeded_limit(parser)


def _characters(data: bytes, encoding: str | None) -> str:
    """Decode a page as browsers do: by byte order mark, as UTF-8, by its declaration."""
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    try:
        return decoded(data, encoding)
    except SourceError:
        if declared is None or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise
    try:
        name = codecs.lookup(declared[1].decode("ascii", "replace")).name
    except LookupError as error:
        raise SourceError("it declares an unknown encoding; save it as UTF-8") from error
    return data.decode({"iso8859-1": "cp1252", "ascii": "cp1252"}.get(name, name), errors="replace")


def _is_html(data: bytes, suffix: str) -> bool:
    return _START.match(data, _prolog_end(data)) is not None


def _prolog_end(data: bytes) -> int:
    """Return the end of the XML declaration and the comments before the first element."""
    at = _past_white(data, 3 if data.startswith(codecs.BOM_UTF8) else 0)
    if data[at : at + 5].lower() == b"<?xml":
        end = data.find(b">", at)
        at = _past_white(data, end + 1) if end >= 0 else at
    while data.startswith(b"<!--", at):
        end = data.find(b"-->", at + 4, at + 4 + _COMMENT_BYTES + 3)
        if end < 0:
            break
        at = _past_white(data, end + 3)
    return at


def _past_white(data: bytes, at: int) -> int:
    white = _WHITE.match(data, at)
    return white.end() if white else at


HTML = ConvertedFormat(
    "HTML", "text/html", (".html", ".htm", ".xhtml"), has_signature=False, sniff=_is_html, convert=read_html
)
