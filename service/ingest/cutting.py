"""A document's passages, and what the encoder makes of them."""

import contextlib
from collections.abc import Iterator

from corpus.documents import EncodedPassage, Passage, SourceDocument
from corpus.errors import SourceError
from corpus.store import StoredDocument
from embeddings.encoder import Encoder, PassageEncoding
from embeddings.tokens import signs_to_bytes
from service.reading import Cut, PassageSizes, Sandbox
from service.settings import Settings

__all__ = ["as_stored", "cut_apart", "encoded_passages", "naming"]


def cut_apart(
    sandbox: Sandbox, encoder: Encoder, settings: Settings, document: SourceDocument | StoredDocument, text: str
) -> Cut:
    """The passages of a document's text, cut by the reading process.

    Raises:
        SourceError: It cannot be cut: the title leaves no room for passages, or it breaks a limit.
    """
    sizes = PassageSizes(settings.passage_tokens, settings.title_tokens)
    return sandbox.cut(document, text, sizes, encoder.tokenizer_file)


def encoded_passages(
    sandbox: Sandbox, encoder: Encoder, settings: Settings, document: SourceDocument | StoredDocument, text: str
) -> list[EncodedPassage]:
    """Cut a document's text into passages and encode each in one pass.

    Raises:
        SourceError: See `cut_apart`.
    """
    made = cut_apart(sandbox, encoder, settings, document, text)
    encodings = encoder.encode_passages([made.prefix + text[p.start : p.end] for p in made.passages])
    return [as_stored(passage, encoding) for passage, encoding in zip(made.passages, encodings, strict=True)]


@contextlib.contextmanager
def naming(document: StoredDocument) -> Iterator[None]:
    """Name a stored document in the reason why it cannot be cut."""
    try:
        yield
    except SourceError as error:
        raise SourceError(f"The document '{document.id}' cannot be re-encoded: {error}.") from error


def as_stored(passage: Passage, encoding: PassageEncoding) -> EncodedPassage:
    """A passage with the bytes that the store keeps of its encoding."""
    return EncodedPassage(passage, encoding.vector.astype("<f4").tobytes(), signs_to_bytes(encoding.token_signs))
