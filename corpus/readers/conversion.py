"""Documents made from the content that a format's reader extracts."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.documents import MAX_TEXT_CHARACTERS, Content, ReadOptions, SourceDocument
from corpus.errors import SourceError
from corpus.files import SourceBytes, printable
from corpus.metadata import FrontMatter, metadata_of, read_byline, read_copied_page, read_sidecar, without_placeholders
from corpus.text import language_of


@dataclass(frozen=True, slots=True)
class ConvertedFormat:
    """A format whose parser extracts the content of the single document in a file.

    Args:
        name: For messages.
        media_type, suffixes, has_signature: See `Format`.
        sniff: Returns whether bytes, of a file with a suffix, are of this format.
        convert: Extracts the content. Import the parser inside, so that detecting a format does not load it.
        has_title: Whether the first line of a document without a title may be one. Else the name of the file is.
        version: See `Format`.
    """

    name: str
    media_type: str
    suffixes: Sequence[str]
    has_signature: bool
    sniff: Callable[[bytes, str], bool]
    convert: Callable[[bytes, ReadOptions], Content]
    has_title: bool = True
    version: int = 1

    def matches(self, file: SourceBytes, options: ReadOptions) -> bool:
        """Return whether the content is of this format."""
        return self.sniff(file.data, file.path.suffix.lower())

    def read(self, file: SourceBytes, options: ReadOptions) -> Iterator[SourceDocument]:
        """Yield the document of a file."""
        try:
            content = self.convert(file.data, options)
        except (SourceError, MemoryError):
            raise
        except Exception as error:  # whatever a parser raises refuses this file only
            raise SourceError(f"it is a damaged {self.name} file; get a new copy, or save it again") from error
        found = without_placeholders(content.found)
        if not self.has_title and found.title is None:
            found = dataclasses.replace(found, title=printable(file.path.stem))
        yield document_of(file, self.media_type, dataclasses.replace(content, found=found), options)


def document_of(
    file: SourceBytes,
    media_type: str,
    content: Content,
    options: ReadOptions,
    front: FrontMatter | None = None,
    *,
    is_plain: bool = False,
) -> SourceDocument:
    """Return the single document of a file.

    Args:
        file: The file.
        media_type: Its media type.
        content: Its content.
        options: How to read it.
        front: Its front matter.
        is_plain: Whether its text may be copied from a web page, with metadata among the first lines.

    Raises:
        SourceError: It has no text, too much text, or an unusable sidecar.
    """
    given = [read_sidecar(file.sidecar), *([front] if front else [])]
    if not content.text.strip():
        raise SourceError("it has no text")
    if len(content.text) > MAX_TEXT_CHARACTERS:
        raise SourceError(f"its text is longer than {MAX_TEXT_CHARACTERS:,} characters; split it")
    language = language_of(content.text, content.found.language)
    guesses = [read_copied_page(content.text, language)] if is_plain else []
    guesses.append(read_byline(content.text, language, is_plain=is_plain))
    return SourceDocument(
        source=file.source,
        source_sha256=file.sha256,
        media_type=media_type,
        text=content.text,
        metadata=metadata_of(content, given, guesses, printable(file.path.stem), options.today),
        sections=content.sections,
        pages=content.pages,
        places=content.places,
        removed_spans=content.removed,
    )
