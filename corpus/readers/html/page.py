"""HTML: the main content of a page, and what its head says of it."""

import codecs
import re
from typing import Any

from corpus.documents import Content, Found, ReadOptions, TextBuilder
from corpus.errors import SourceError
from corpus.readers.html.elements import add_blocks
from corpus.readers.html.nesting import keep_shallow, limit_passed
from corpus.readers.html.pruning import MANY_ELEMENTS, tame
from corpus.text import decoded

__all__ = ["page_tree", "read_html"]

_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^<>]{0,1000}?(?:charset|encoding)\s*=\s*(?:["']\s*)?([\w.:-]+)""", re.I)
_DECLARED_WITHIN = 4096
"""Browsers look for the declaration in the first kilobyte; some pages need a little more."""

_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")


def read_html(data: bytes, options: ReadOptions) -> Content:
    """The main content of a web page, without its furniture and without readers' comments.

    Raises:
        SourceError: Its characters cannot be decoded, or no text is found in it.
    """
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    tree = page_tree(data, options.encoding)
    elements = tame(tree)
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
        raise SourceError("it has no text outside of menus, footers and scripts; save the words that you want as text")
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
    """The tree of an HTML page. Scripts are not run, and nothing that it refers to is fetched.

    Raises:
        SourceError: Its characters cannot be decoded, it holds no element, or its elements lie too deep in each other.
    """
    text = _XML_DECLARATION.sub("", _characters(data, encoding)).replace("\0", "")
    tree, problem = _parsed(text, huge=False)
    if problem is None:
        return tree
    tree, problem_of_any_size = _parsed(text, huge=True)  # a picture in an attribute takes more than 10 MB
    if problem_of_any_size is not None:
        raise problem_of_any_size
    keep_shallow(tree)
    return tree


def _parsed(text: str, *, huge: bool) -> tuple[Any, SourceError | None]:
    """A tree, and the limit of libxml2's that was passed: what comes after that place is not in the tree."""
    from lxml import etree, html

    parser = html.HTMLParser(no_network=True, remove_comments=True, huge_tree=huge)
    try:
        tree = html.document_fromstring(text, parser=parser)
    except etree.ParserError as error:
        problem = limit_passed(parser)
        if problem is None:
            raise SourceError("it has no text") from error
        return None, problem
    return tree, limit_passed(parser)


def _characters(data: bytes, encoding: str | None) -> str:
    """As a browser decodes them: byte order mark, UTF-8, what the page declares."""
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    try:
        return decoded(data, encoding)
    except SourceError:
        if declared is None or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise
    try:
        name = codecs.lookup(declared[1].decode("ascii", "replace")).name
    except LookupError as error:
        raise SourceError("it declares an encoding that is not known; save it as UTF-8") from error
    return data.decode({"iso8859-1": "cp1252", "ascii": "cp1252"}.get(name, name), errors="replace")
