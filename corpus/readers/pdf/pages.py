"""PDF: text page by page, outline and information dictionary."""

import contextlib
import dataclasses
import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corpus.documents import Content, Found, ReadOptions, Section, TextBuilder
from corpus.errors import SourceError
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.pdf.annotations import Annotations, annotations_of, draw_annotations
from corpus.readers.pdf.encryption import decrypted
from corpus.readers.pdf.glyphs import is_unsure

MAX_PAGES = 20_000
"""Maximum pages, more than any book. Bounds the cost of a circular page tree."""

MAX_NAMED = 10
"""Maximum pages listed in a note."""

MAX_DATE_CHARACTERS = 100
"""Maximum length of the creation date in the file."""

_XFA = 2
"""PDFium's FORMTYPE_XFA_FULL: a form whose fields are not on its pages."""

_HYPHENS = ("\ufffe", "\x02")
"""PDFium's characters for a hyphen that splits a word at a line end."""

_PARAGRAPH_GAP = 1.35
"""Distance to the previous line, relative to the median, above which a line begins a paragraph."""

_WIDE_GAP = 2.2
"""The same relative to the line's height, for pages with few lines."""

_FULL_LINE = 0.85
"""Share of the text width at which a line continues in the next one, if it has `_FULL_LINE_CHARACTERS`."""

_FULL_LINE_CHARACTERS = 30
"""Minimum length of such a line. No column is narrower, but lines of title pages and verse are."""

_TITLES_SOUGHT = 200
"""Maximum titles of the outline located on each page. No page has room for more headings."""

_START = b"%PDF-"
_START_WITHIN = 1024
"""Bytes that viewers accept before the header. Without the suffix, such a file may be a text about PDF."""

_WRONG_PASSWORD, _UNKNOWN_SECURITY = 4, 5
"""PDFium's FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY."""


def read_pdf(data: bytes, options: ReadOptions) -> Content:
    """Return the text of a PDF's pages, in the order in which the file draws it.

    Lines of a paragraph and hyphenated words are joined. A page without text (a scan) is empty. An entry of the outline
    begins a section.

    Raises:
        SourceError: It is damaged, its password is missing or wrong, or none of its pages has text.
    """
    import pypdfium2

    try:
        with contextlib.closing(pypdfium2.PdfDocument(data, password=options.password)) as document:
            return _content(document)
    except pypdfium2.PdfiumError as error:
        # without an error code for this file, PDFium returns that of an earlier one
        if error.err_code == _WRONG_PASSWORD and b"/Encrypt" in data:
            plain = None if options.password else decrypted(data)
            if plain is not None:
                return read_pdf(plain, options)
            what = "the password is wrong" if options.password else "it is encrypted"
            advice = "give its password (--password), or save it" if options.has_options else "save it"
            raise SourceError(f"{what}; {advice} without one") from error
        if error.err_code == _UNKNOWN_SECURITY and b"/Encrypt" in data:
            raise SourceError("it is encrypted with a certificate or DRM; save it without encryption") from error
        raise SourceError("it is a damaged PDF file, or one without pages; get a new copy, or save it again") from error


@dataclass(slots=True)
class _Pages:
    """Numbers of the pages with problems, from 1."""

    damaged: list[int] = field(default_factory=list)
    unsure: list[int] = field(default_factory=list)
    undrawn: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)

    def notes(self) -> list[str]:
        """Return notes for the summary."""
        notes = (
            (self.damaged, "unreadable pages were left out: {}"),
            (self.unsure, "the text may be wrong, because the fonts do not map glyphs to letters correctly: {}"),
            (self.hidden, "words of hidden fields and comments were left out: {}"),
            (self.undrawn, "words of stamps, buttons or signatures were left out: {}"),
        )
        return [note.format(_numbers(pages)) for pages, note in notes if pages]


def _numbers(pages: list[int]) -> str:
    named = ", ".join(map(str, pages[:MAX_NAMED]))
    more = f" and {len(pages) - MAX_NAMED:,} more" if len(pages) > MAX_NAMED else ""
    return f"{'page' if len(pages) == 1 else 'pages'} {named}{more}"


def _content(document: Any) -> Content:  # noqa: ANN401 - pypdfium2 has no types
    count = len(document)
    if count > MAX_PAGES:
        raise SourceError(f"it has more than {MAX_PAGES:,} pages; split it")
    form = document.get_formtype()
    if form:
        document.init_forms()
    builder = TextBuilder()
    pages = _Pages()
    for number in range(count):
        _add_page(builder, document, number, pages)
    is_xfa = form == _XFA
    if builder.is_empty:
        if len(pages.damaged) == count:
            raise SourceError("none of its pages can be read; get a new copy")
        if is_xfa:
            raise SourceError("all its text is in an Adobe form (XFA); print it to a PDF from Acrobat")
        if pages.hidden:
            raise SourceError("all its words are in hidden fields or comments; make them visible and save it again")
        raise SourceError("it has no text: its pages are empty or pictures; run text recognition (OCR) on it first")
    notes = [*(["its Adobe form (XFA) was left out"] if is_xfa else []), *pages.notes()]
    content = builder.content(_found(document, pages.damaged, notes))
    return Content(content.text, _outline(document, content), content.pages, content.found)


def _add_page(builder: TextBuilder, document: Any, number: int, pages: _Pages) -> None:  # noqa: ANN401
    """Add a page. An unreadable page is empty."""
    import pypdfium2

    builder.page()
    try:
        with contextlib.closing(document[number]) as page:
            own = _read_page(page, number, pages)
            if own.annotations.drawn and draw_annotations(page, own.annotations.known):
                own = _drawn(document, number, own)
            if own.annotations.hidden:
                pages.hidden.append(number + 1)
            if own.annotations.drawn:
                pages.undrawn.append(number + 1)
    except pypdfium2.PdfiumError:
        pages.damaged.append(number + 1)
        return
    for paragraph in (*own.paragraphs, *own.annotations.texts):
        builder.paragraph(paragraph)


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    paragraphs: list[str]
    annotations: Annotations


def _read_page(page: Any, number: int, pages: _Pages) -> _Page:  # noqa: ANN401
    with contextlib.closing(page.get_textpage()) as text:
        plain = text.get_text_range()
        if is_unsure(text, plain):
            pages.unsure.append(number + 1)
        paragraphs = list(_paragraphs(text, plain, page.get_width()))
        return _Page(plain, paragraphs, annotations_of(page, page.formenv, plain))


def _drawn(document: Any, number: int, own: _Page) -> _Page:  # noqa: ANN401
    """Read a page again with its drawn annotations. Return it unchanged if its own text differs then."""
    with contextlib.closing(document[number]) as page, contextlib.closing(page.get_textpage()) as text:
        plain = text.get_text_range()
        if not plain.startswith(own.text.rstrip()):
            return own
        paragraphs = list(_paragraphs(text, plain, page.get_width()))
        return _Page(plain, paragraphs, dataclasses.replace(own.annotations, drawn=False))


def _paragraphs(page: Any, text: str, width: float) -> Iterator[str]:  # noqa: ANN401
    """Yield the lines of a page, joined to paragraphs by their positions."""
    lines = [(match.start(), match[0]) for match in re.finditer(r"[^\r\n]+", text) if match[0].strip()]
    if page.count_chars() != len(text):  # characters beyond U+FFFF: positions are unknown
        yield "\n".join(line for _, line in lines)
        return
    boxes = [_box(page, start, line) for start, line in lines]
    drops = [above[1] - below[1] for above, below in itertools.pairwise(boxes)]
    usual = statistics.median([drop for drop in drops if drop > 0] or [0])
    right = max((box[2] for box in boxes), default=width)
    paragraph: list[str] = []
    for at, (_, line) in enumerate(lines):
        if at and not 0 <= drops[at - 1] <= min(usual * _PARAGRAPH_GAP, boxes[at][3] * _WIDE_GAP):
            yield "".join(paragraph)
            paragraph = []
        before = lines[at - 1][1]
        is_full = at > 0 and boxes[at - 1][2] >= right * _FULL_LINE and len(before) >= _FULL_LINE_CHARACTERS
        _join(paragraph, line, continues=is_full)
    yield "".join(paragraph)


def _box(page: Any, start: int, line: str) -> tuple[float, float, float, float]:  # noqa: ANN401
    """Return left, bottom, right and height of a line, in points."""
    first = start + len(line) - len(line.lstrip())
    last = start + len(line.rstrip()) - 1
    left, bottom, _, top = page.get_charbox(first, loose=True)
    return left, bottom, page.get_charbox(last, loose=True)[2], top - bottom


def _join(paragraph: list[str], line: str, *, continues: bool) -> None:
    """Add a line to the lines of a paragraph, none of which is blank."""
    if paragraph:
        before = paragraph[-1]
        is_hyphenated = before.endswith(_HYPHENS)
        paragraph[-1] = before[:-1] if is_hyphenated else before.rstrip() + (" " if continues else "\n")
        line = line.lstrip()
    paragraph.append(line)


def _found(document: Any, damaged: list[int], notes: list[str]) -> Found:  # noqa: ANN401
    """Return the information dictionary. Its dates are those of the file, not of publication, so they go to `extra`."""
    about = document.get_metadata_dict(skip_empty=True)
    title = " ".join(about.get("Title", "").split())
    authors = [name for part in re.split(r"[;\n]| and ", about.get("Author", "")) if (name := " ".join(part.split()))]
    extra: dict[str, object] = {}
    if "CreationDate" in about:
        extra["created"] = about["CreationDate"][:MAX_DATE_CHARACTERS]
    if damaged:
        extra["unreadable_pages"] = damaged
    return Found(title=title or None, authors=tuple(authors), extra=extra, notes=notes)


def _outline(document: Any, content: Content) -> list[Section]:  # noqa: ANN401
    """Return the entries of the outline, each at its words on its page, or else at the page's start."""
    import pypdfium2

    sections = []
    places: dict[tuple[int, str], int] = {}
    sought: Counter[int] = Counter()
    try:
        for entry in document.get_toc():
            target = entry.get_dest()
            page = None if target is None else target.get_index()
            title = " ".join((entry.get_title() or "").split())
            if page is not None and 0 <= page < len(content.pages) and title:
                start = content.pages[page]
                end = content.pages[page + 1] if page + 1 < len(content.pages) else len(content.text)
                if (page, title) not in places and sought[page] < _TITLES_SOUGHT:
                    sought[page] += 1
                    places[page, title] = max(start, content.text.find(title, start, end))
                sections.append(Section(title, min(entry.level + 1, 6), places.get((page, title), start)))
    except (pypdfium2.PdfiumError, UnicodeError):
        return []
    return sorted(sections, key=lambda section: section.start)


def _is_pdf(data: bytes, suffix: str) -> bool:
    return data.lstrip()[: len(_START)] == _START or (suffix == ".pdf" and _START in data[:_START_WITHIN])


PDF = ConvertedFormat("PDF", "application/pdf", (".pdf",), has_signature=True, sniff=_is_pdf, convert=read_pdf)
