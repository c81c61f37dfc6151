"""Files in: bytes to canonical text, page and section map, and metadata."""

from collections.abc import Iterator

from corpus.documents import MAX_TEXT_CHARACTERS, Content, ReadOptions, SourceDocument
from corpus.errors import SourceError
from corpus.files import CSV, DOCX, EPUB, HTML, JSON_LINES, MARKDOWN, PDF, TEXT, SourceBytes, media_type_of, printable
from corpus.metadata import metadata_of, read_byline, read_copied_page, read_sidecar, split_front_matter
from corpus.readers.plain import markdown_sections
from corpus.readers.record_problems import SourceProblem
from corpus.readers.records import read_records
from corpus.text import decode, language_of

__all__ = ["read_document", "read_documents"]

_NAMES = {HTML: "HTML", PDF: "PDF", DOCX: "DOCX", EPUB: "EPUB"}


def read_documents(file: SourceBytes, options: ReadOptions | None = None) -> Iterator[SourceDocument | SourceProblem]:
    r"""The documents of a file, read in this process: for files of strangers, use `service.reading`.

    A JSON Lines or CSV file gives a document for each record, each with a source `FILE#ID` and `file` set, and
    a `SourceProblem` for each record that cannot be read; any other file gives one document, whose `file` is None.
    The canonical text of `.txt` and Markdown files is the decoded file without byte order mark and front matter, with
    `\n` line ends; of other formats it is made of paragraphs with an empty line between them, in NFC.

    Raises:
        SourceError: No document can be read from the file; the message says why and what to do.
    """
    options = options or ReadOptions()
    media_type = media_type_of(file, options.text_field)
    if media_type in (JSON_LINES, CSV):
        yield from read_records(file, media_type, options)
    else:
        yield _read_one(file, media_type, options)


def read_document(file: SourceBytes, options: ReadOptions | None = None) -> SourceDocument:
    """The one document of a file.

    Raises:
        SourceError: It cannot be read, or the file is one of records.
    """
    options = options or ReadOptions()
    media_type = media_type_of(file, options.text_field)
    if media_type in (JSON_LINES, CSV):
        raise SourceError("it may hold several documents, where one is asked for; give a text")
    return _read_one(file, media_type, options)


def _read_one(file: SourceBytes, media_type: str, options: ReadOptions) -> SourceDocument:
    said = [read_sidecar(file.sidecar)]
    if media_type in (TEXT, MARKDOWN):
        front, text = split_front_matter(decode(file.data, options.encoding))
        said.append(front)
        content = Content(text, markdown_sections(text) if media_type == MARKDOWN else [])
    else:
        content = _converted(file, media_type, options)
    if not content.text.strip():
        raise SourceError("it has no text")
    if len(content.text) > MAX_TEXT_CHARACTERS:
        raise SourceError(f"its text is longer than {MAX_TEXT_CHARACTERS:,} characters; split it")
    language = language_of(content.text, content.found.language)
    guesses = [read_copied_page(content.text, language)] if media_type == TEXT else []
    guesses.append(read_byline(content.text, language))
    return SourceDocument(
        source=file.source,
        source_sha256=file.sha256,
        media_type=media_type,
        text=content.text,
        metadata=metadata_of(content, said, guesses, printable(file.path.stem), options.today),
        sections=content.sections,
        pages=content.pages,
    )


def _converted(file: SourceBytes, media_type: str, options: ReadOptions) -> Content:
    """What the reader of a format makes of a file; whatever its parser raises is this file's own misfortune."""
    try:
        if media_type == HTML:
            from corpus.readers.html.page import read_html

            return read_html(file.data, options)
        if media_type == PDF:
            from corpus.readers.pdf.pages import read_pdf

            return read_pdf(file.data, options)
        if media_type == DOCX:
            from corpus.readers.word import read_docx

            return read_docx(file.data)
        from corpus.readers.epub import read_epub

        return read_epub(file.data)
    except (SourceError, MemoryError):
        raise
    except Exception as error:
        what = _NAMES[media_type]
        raise SourceError(
            f"it is a damaged {what} file ({type(error).__name__}); get it anew or save it again"
        ) from error
