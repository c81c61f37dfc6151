"""PDF: text page by page, outline and information dictionary."""

import contextlib
import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corpus.documents import Content, Found, ReadOptions, Section
from corpus.errors import SourceError
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.ocr.pages import named_pages
from corpus.readers.ocr.scans import Scans
from corpus.readers.pdf.annotations import Annotations, annotations_of, draw_annotations
from corpus.readers.pdf.encryption import decrypted
from corpus.readers.pdf.flow import ReadPage, joined_pages, laid_page, read_page
from corpus.readers.pdf.glyphs import is_unsure
from corpus.readers.pdf.margins import with_margins
from corpus.readers.pdf.runs import Run, is_upright, runs_of, text_of

MAX_PAGES = 20_000
"""Maximum pages, more than any book. Bounds the cost of a circular page tree."""

MAX_DATE_CHARACTERS = 100
"""Maximum length of the creation date in the file."""

_DAY = re.compile(r"(?:D:)?(\d{4})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
"""The day of a date as PDF writes it: `D:20200102030405Z`."""

_XFA = 2
"""PDFium's FORMTYPE_XFA_FULL: a form whose fields are not on its pages."""

_TITLES_SOUGHT = 200
"""Maximum titles of the outline located on each page. No page has room for more headings."""

_START = b"%PDF-"
_START_WITHIN = 1024
"""Bytes that viewers accept before the header. Without the suffix, such a file may be a text about PDF."""

_WRONG_PASSWORD, _UNKNOWN_SECURITY = 4, 5
"""PDFium's FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY."""


def read_pdf(data: bytes, options: ReadOptions) -> Content:
    """Return the text of a PDF's pages.

    Lines are joined to paragraphs, also over pages and columns. A scanned page is recognised, if the
    extra `ocr` is installed. An entry of the outline begins a section.

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
    scans: Scans = field(default_factory=Scans)

    def notes(self) -> list[str]:
        """Return notes for the summary."""
        notes = (
            (self.damaged, "unreadable pages were left out: {}"),
            (
                self.unsure,
                "the text may be wrong, because the fonts do not map glyphs to letters correctly; "
                "run text recognition (OCR) on pictures of the pages: {}",
            ),
            (self.hidden, "words of hidden fields and comments were left out: {}"),
            (self.undrawn, "words of stamps, buttons or signatures were left out: {}"),
        )
        return [*(note.format(named_pages(pages)) for pages, note in notes if pages), *self.scans.notes(named_pages)]


def _content(document: Any) -> Content:  # noqa: ANN401 - pypdfium2 has no types
    count = len(document)
    if count > MAX_PAGES:
        raise SourceError(f"it has more than {MAX_PAGES:,} pages; split it")
    form = document.get_formtype()
    if form:
        document.init_forms()
    pages = _Pages()
    laid = [laid_page(page, margins) for page, margins in with_margins(_read_pages(document, pages))]
    content = joined_pages(laid)
    is_xfa = form == _XFA
    if not content.text:
        if len(pages.damaged) == count:
            raise SourceError("none of its pages can be read; get a new copy")
        if is_xfa:
            raise SourceError("all its text is in an Adobe form (XFA); print it to a PDF from Acrobat")
        if pages.hidden:
            raise SourceError("all its words are in hidden fields or comments; make them visible and save it again")
        raise SourceError(pages.scans.refusal() or "it has no text: its pages are empty")
    notes = [*(["its Adobe form (XFA) was left out"] if is_xfa else []), *pages.notes()]
    found = _found(document, pages, notes)
    return dataclasses.replace(content, sections=_outline(document, content), found=found)


def _read_pages(document: Any, pages: _Pages) -> Iterator[ReadPage]:  # noqa: ANN401
    """Yield the pages of a document; an unreadable one is empty."""
    import pypdfium2

    for number in range(len(document)):
        try:
            with contextlib.closing(document[number]) as page:
                own = _read_page(page, number, pages)
                if own.annotations.drawn and draw_annotations(page, own.annotations.known):
                    own = _drawn(document, number, own)
                if own.annotations.hidden:
                    pages.hidden.append(number + 1)
                if own.annotations.drawn:
                    pages.undrawn.append(number + 1)
                read = read_page(own.runs, own.annotations, page.get_bbox())
                read.texts[:0] = pages.scans.paragraphs(page, own.text, number + 1)
                yield read
        except pypdfium2.PdfiumError:
            pages.damaged.append(number + 1)
            yield read_page([], Annotations(), (0.0, 0.0, 0.0, 0.0))


@dataclass(frozen=True, slots=True)
class _Page:
    text: str
    runs: list[Run]
    annotations: Annotations


def _read_page(page: Any, number: int, pages: _Pages) -> _Page:  # noqa: ANN401
    with contextlib.closing(_upright_text(page)) as text:
        plain = text_of(text)
        if is_unsure(text, plain):
            pages.unsure.append(number + 1)
        return _Page(plain, runs_of(text, plain), annotations_of(page, page.formenv, plain))


def _upright_text(page: Any) -> Any:  # noqa: ANN401
    """Return the text page. PDFium finds lines as the page is shown, also where upright text is shown turned."""
    text = page.get_textpage()
    if page.get_rotation() and is_upright(text):
        text.close()
        page.set_rotation(0)
        text = page.get_textpage()
    return text


def _drawn(document: Any, number: int, own: _Page) -> _Page:  # noqa: ANN401
    """Read a page again with its drawn annotations. Return it unchanged if its own text differs then."""
    with contextlib.closing(document[number]) as page, contextlib.closing(_upright_text(page)) as text:
        plain = text_of(text)
        if own.text.strip() not in plain:
            return own
        return _Page(plain, runs_of(text, plain), dataclasses.replace(own.annotations, drawn=False))


def _found(document: Any, pages: _Pages, notes: list[str]) -> Found:  # noqa: ANN401
    """Return the information dictionary. Its dates are those of the file, not of publication, so they go to `extra`."""
    about = document.get_metadata_dict(skip_empty=True)
    title = " ".join(about.get("Title", "").split())
    authors = [name for part in re.split(r"[;\n]| and ", about.get("Author", "")) if (name := " ".join(part.split()))]
    extra = pages.scans.recognition.extra
    if "CreationDate" in about:
        given = about["CreationDate"][:MAX_DATE_CHARACTERS]
        written = _DAY.match(given)
        extra["created"] = given if written is None else "-".join(written.groups())
    if pages.damaged:
        extra["unreadable_pages"] = pages.damaged
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


PDF = ConvertedFormat(
    "PDF", "application/pdf", (".pdf",), has_signature=True, sniff=_is_pdf, convert=read_pdf, version=3
)
