"""The table of formats, and the detection of a file's format by content, then by suffix."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from corpus.documents import ReadOptions, SourceDocument
from corpus.errors import SourceError
from corpus.files import SourceBytes
from corpus.readers.archives import has_end, is_archive
from corpus.readers.docx.document import DOCX
from corpus.readers.epub import EPUB
from corpus.readers.html.page import HTML
from corpus.readers.mail.eml import EML
from corpus.readers.mail.mbox import MBOX
from corpus.readers.mail.mhtml import MHTML
from corpus.readers.markup.headings import ASCIIDOC, ORG, RST
from corpus.readers.markup.notebook import IPYNB
from corpus.readers.ocr.engine import is_installed
from corpus.readers.ocr.pictures import PICTURES
from corpus.readers.office.opendocument.documents import ODT
from corpus.readers.office.opendocument.slides import ODP
from corpus.readers.office.opendocument.spreadsheets import ODS
from corpus.readers.office.presentations import PPTX
from corpus.readers.office.rtf.documents import RTF
from corpus.readers.office.workbooks import XLSX
from corpus.readers.pdf.pages import PDF
from corpus.readers.record_problems import SourceProblem
from corpus.readers.records import CSV, JSON, JSON_LINES
from corpus.readers.subtitles.subtitles import SRT, VTT
from corpus.readers.text import MARKDOWN, TEXT
from corpus.readers.unread import what_archive_is, what_is, what_suffix_is


class Format(Protocol):
    """A file format and its reader. To add a format, write a module with an instance and add it to `FORMATS`."""

    @property
    def media_type(self) -> str:
        """Media type, stored with each document."""

    @property
    def suffixes(self) -> Sequence[str]:
        """Suffixes of file names, in lower case. In a folder, files with other suffixes are skipped."""

    @property
    def has_signature(self) -> bool:
        """Whether `matches` recognises every intact file, so that a suffix alone is not enough."""

    @property
    def version(self) -> int:
        """Version of the documents that it makes, from 1 on: stored ones of an earlier version are read again.

        Raise it when the canonical text, a map of it or the metadata changes, or when another format takes over files.
        Raise that of mail when the files attached to it can be read in a further format.
        """

    def matches(self, file: SourceBytes, options: ReadOptions) -> bool:
        """Return whether the content of a file is of this format. It must not import a parser."""

    def read(self, file: SourceBytes, options: ReadOptions) -> Iterator[SourceDocument | SourceProblem]:
        """Yield the documents of a file, and the problems of its records.

        Raises:
            SourceError: The file cannot be read. The message is a clause with the reason and the remedy.
        """


FORMATS: Sequence[Format] = (
    *(EPUB, DOCX, PPTX, XLSX, ODT, ODS, ODP, RTF, PDF, *PICTURES),
    *(MBOX, HTML, JSON_LINES, JSON, VTT),
    *(CSV, EML, MHTML, SRT, IPYNB, RST, ORG, ASCIIDOC, MARKDOWN, TEXT),
)
"""All formats. The first one that matches the content of a file reads it."""

SUFFIXES = {suffix: each for each in FORMATS for suffix in each.suffixes}

_PICTURES = frozenset(suffix for each in PICTURES for suffix in each.suffixes)


def is_read_in_folders(suffix: str) -> bool:
    """Return whether files with a suffix, in lower case, are read in folders: pictures are if their words can be."""
    return suffix in SUFFIXES and (suffix not in _PICTURES or is_installed())


def reader_version(media_type: str) -> int:
    """Return the version of the format with a media type; 1 if there is none."""
    return next((each.version for each in FORMATS if each.media_type == media_type), 1)


def format_of(file: SourceBytes, options: ReadOptions) -> Format:
    """Return the format of a file.

    The content decides first: a PDF named `.txt` is a PDF. Markdown, CSV and plain text have no signature and are
    recognised by suffix. A suffix of a format with a signature that is missing is refused.

    Raises:
        SourceError: The format is not supported, or is not that of the suffix.
    """
    suffix = file.path.suffix.lower()
    if is_archive(file.data) and not has_end(file.data):
        is_zip = suffix not in SUFFIXES or not SUFFIXES[suffix].has_signature
        raise SourceError(f"it is a cut or damaged {'ZIP archive' if is_zip else f'{suffix} file'}; get a new copy")
    found = next((each for each in FORMATS if each.matches(file, options)), None)
    what = what_is(file.data)
    if what is not None and (found is None or not found.has_signature):
        raise SourceError(f"it is {what}")
    if found is not None:
        return found
    if is_archive(file.data):
        raise SourceError(f"it is {what_archive_is(file.data, suffix)}")
    by_suffix = SUFFIXES.get(suffix)
    if by_suffix is None:
        what = what_suffix_is(suffix)
        if what is not None:
            raise SourceError(f"it is {what}")
        raise SourceError("its format is not supported; if it is plain text, name it .txt")
    if by_suffix.has_signature:
        if not file.data:
            raise SourceError("it is empty; get a new copy, or remove it")
        what = "a damaged file or something else" if b"\0" in file.data[:4096] else "text or something else"
        raise SourceError(f"it is named {suffix} but does not begin like one; it is {what}, so check where it is from")
    return by_suffix
