"""ODT: headings, paragraphs, lists and tables, then footnotes and endnotes."""

from corpus.documents import Content, ReadOptions, TextBuilder
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.office.left_out import check_some_is_left
from corpus.readers.office.opendocument.package import is_opendocument, open_document
from corpus.readers.office.opendocument.text import TextReader


def read_text_document(data: bytes, options: ReadOptions) -> Content:
    """Return the text of an OpenDocument text, with tracked changes as accepted: without what was deleted.

    Raises:
        SourceError: It is damaged, encrypted, unpacks to too much, or has no visible text.
    """
    document = open_document(data)
    builder = TextBuilder()
    reader = TextReader(builder, document)
    reader.blocks(document.body)
    reader.notes()
    content = builder.content(document.found())
    check_some_is_left(content.text, content.found.notes)
    return content


ODT = ConvertedFormat(
    "ODT",
    "application/vnd.oasis.opendocument.text",
    (".odt", ".ott", ".fodt"),
    has_signature=True,
    sniff=lambda data, suffix: is_opendocument(data, "text"),
    convert=read_text_document,
    version=2,
)
