"""HTML: the main content of a page, and the metadata in its head."""

import codecs
import re
from typing import Any

from corpus.documents import Content, Found, ReadOptions, TextBuilder
from corpus.errors import SourceError
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.html.article import find_article
from corpus.readers.html.dates import published_on
from corpus.readers.html.elements import add_blocks
from corpus.readers.html.nesting import check_depth, exceeded_limit
from corpus.readers.html.pruning import prune
from corpus.readers.html.unseen import remove_unseen
from corpus.text import decoded, decoded_as, known_as, not_utf8

_META = re.compile(rb"<(?:meta[\s/]|\?xml\s)[^<>]{0,1000}>", re.IGNORECASE)
_CHARSET = re.compile(rb"""[\s"'/]charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]+)""", re.IGNORECASE)
_IN_CONTENT = re.compile(rb"""[\s"';,]charset\s{0,9}=\s{0,9}["']?([\w.:-]+)""", re.IGNORECASE)
_IN_XML = re.compile(rb"""\sencoding\s{0,9}=\s{0,9}["']([\w.:-]+)""", re.IGNORECASE)
_DECLARED_WITHIN = 4096
"""Bytes searched for the encoding. Browsers search the first kilobyte; some pages need more."""

_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")
_TAG = re.compile(rb"<[^<>]*>")
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_START = re.compile(rb"<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
_COMMENT_BYTES = 2000
"""Maximum length of a comment before the first element."""

_WHITE = re.compile(rb"\s*")
_DATES = {"extensive_search": False, "original_date": True, "max_date": "2200-01-01"}
_WAITING = re.compile(r"(?i)java ?script|\A(?:loading|please wait|cargando|chargement|wird geladen|caricamento)\b")
_MOST_OF_WAITING = 500
_TITLE = 60
"""Characters of a title, without a sentence."""

_SENTENCE_END = re.compile(r"[.!?](?:\s|\Z)")


def read_html(data: bytes, options: ReadOptions) -> Content:
    """Return the main content of a web page, without menus, footers and readers' comments.

    Raises:
        SourceError: It cannot be decoded, or has no text.
    """
    from trafilatura import extract_metadata

    notes: list[str] = []
    tree = page_tree(data, options, notes)
    prune(tree)
    language = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    published = published_on(tree, language)
    about = extract_metadata(tree, None, _DATES, extensive=False)
    has_scripts = any(script.get("src") for script in tree.iter("script"))
    body = tree.find("body")
    builder = TextBuilder()
    if body is not None:
        remove_unseen(body)
        for element in find_article(body):
            add_blocks(builder, element)
    if has_scripts and _is_waiting(builder.content().text):
        raise SourceError("scripts fill in its text, and they do not run here; open it in a browser, and save its text")
    if builder.is_empty:
        raise SourceError("it has no text outside of menus, footers and scripts; save its text as a text file")
    found = Found(
        title=about.title,
        publisher=about.sitename,
        authors=tuple(name for part in (about.author or "").split(";") if (name := part.strip())),
        published=published,
        language=language,
        url=about.url,
        tags=tuple(dict.fromkeys(tag.strip() for tag in about.tags or () if tag.strip())),
        notes=notes,
    )
    return builder.content(found)


def _is_waiting(text: str) -> bool:
    """Return whether a page says no more than that scripts are needed, or that it is loading."""
    if len(text) > _MOST_OF_WAITING:
        return False
    others = (part for part in text.split("\n\n") if not _WAITING.search(part))
    return not any(len(part) > _TITLE or _SENTENCE_END.search(part) for part in others)


def page_tree(data: bytes, options: ReadOptions, notes: list[str]) -> Any:  # noqa: ANN401 - lxml has no types
    """Return the tree of an HTML page, and add notes on how it was read. Scripts do not run, and nothing is fetched.

    Raises:
        SourceError: It cannot be decoded, has no element, or its elements are nested too deeply.
    """
    text = _XML_DECLARATION.sub("", _characters(data, options, notes)).replace("\0", "")
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


def _characters(data: bytes, options: ReadOptions, notes: list[str]) -> str:
    """Decode a page: by byte order mark, as UTF-8, by the user's word, by its own.

    A page in another encoding than it says is refused, because its words would not come out as they are.
    """
    declared = None if data.startswith(_MARKS) else _declared(data[:_DECLARED_WITHIN])
    try:
        return _as_utf8(data, options, declared, notes)
    except SourceError:
        if declared is None:
            raise
    try:
        if known_as(declared).startswith("utf"):
            raise UnicodeError(declared)
        return decoded_as(data, declared)
    except LookupError as error:
        raise SourceError("it declares an unknown encoding; save it as UTF-8") from error
    except UnicodeError as error:
        words = _TAG.sub(b" ", data)
        wrong = not_utf8(words, _first_invalid(words), has_options=options.has_options).removeprefix("it ")
        raise SourceError(f"it declares {declared}, which is not its encoding: it {wrong}") from error


def _as_utf8(data: bytes, options: ReadOptions, declared: str | None, notes: list[str]) -> str:
    text = decoded(data, options.encoding, has_options=options.has_options)
    if options.encoding is not None and declared is not None and not _is_utf8(data):
        notes.append(f"it declares {declared} and was read as {options.encoding}, as you said")
    return text


def _is_utf8(data: bytes) -> bool:
    return _first_invalid(data) < 0


def _first_invalid(data: bytes) -> int:
    """Return the first byte that is not UTF-8, or -1."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return -1


def _declared(head: bytes) -> str | None:
    """Return the encoding that a page declares, in an attribute of a tag and not in the words of one."""
    for tag in _META.findall(_without_comments(head)):
        if tag[:2] == b"<?":
            found = _IN_XML.search(tag)
        elif b"http-equiv" in tag.lower():
            found = _IN_CONTENT.search(tag)
        else:
            found = None if b"content" in tag.lower() else _CHARSET.search(tag)
        if found:
            return found[1].decode("ascii", "replace")
    return None


def _without_comments(head: bytes) -> bytes:
    first, *others = head.split(b"<!--")
    return first + b"".join(other.partition(b"-->")[2] for other in others)


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
    "HTML", "text/html", (".html", ".htm", ".xhtml"), has_signature=False, sniff=_is_html, convert=read_html, version=3
)
