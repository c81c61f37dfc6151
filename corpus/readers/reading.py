"""Reading of files: bytes to documents with canonical text, page and section maps, and metadata."""

import dataclasses
from collections.abc import Iterator

from corpus.documents import ReadOptions, SourceDocument
from corpus.files import SourceBytes
from corpus.readers.formats import format_of, reader_version
from corpus.readers.record_problems import SourceProblem


def read_documents(file: SourceBytes, options: ReadOptions | None = None) -> Iterator[SourceDocument | SourceProblem]:
    r"""Yield the documents of a file. Parsers run in this process: use `service.reading` for untrusted files.

    A JSON Lines or CSV file has a document for each record, with a source `FILE#ID` and `file` set, or a
    `SourceProblem` for an unreadable record. Any other file has one document, whose `file` is None. The canonical text
    of `.txt` and Markdown files is the decoded file without byte order mark and front matter, with `\n` line ends; that
    of other formats consists of paragraphs separated by an empty line, in NFC.

    Raises:
        SourceError: The file cannot be read. The message is a clause with the reason and the remedy.
    """
    options = options or ReadOptions()
    for item in format_of(file, options).read(file, options):
        if isinstance(item, SourceDocument):
            yield dataclasses.replace(item, reader_version=reader_version(item.media_type))
        else:
            yield item
