"""Split documents into passages, and encode them."""

import contextlib
from collections.abc import Callable, Iterator, Mapping

from corpus.documents import EncodedPassage, Passage, SourceDocument
from corpus.errors import EncoderMismatchError, SourceError
from corpus.lexical import term_counts
from corpus.store import StoredDocument, mismatch_message
from embeddings.encoder import Encoder, PassageEncoding
from embeddings.tokens import signs_to_bytes
from service.ingest.outcomes import SplitDocument
from service.reading import PassageSizes, Sandbox, SplitText
from service.settings import Settings


class Splitter:
    """Splits documents that are to be encoded and stored.

    Args:
        sandbox: The process that splits.
        encoder: Returns the encoder, whose tokenizer counts.
        settings: Sizes, and the data folder.
        stored_fingerprint: Fingerprint of the encoder of the stored passages; None if there are none.
        fingerprint: Returns the fingerprint of the encoder.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        encoder: Callable[[], Encoder],
        settings: Settings,
        stored_fingerprint: str | None,
        fingerprint: Callable[[], str],
    ) -> None:
        self._sandbox = sandbox
        self._encoder = encoder
        self._settings = settings
        self._stored_fingerprint = stored_fingerprint
        self._fingerprint = fingerprint

    def __call__(self, document: SourceDocument) -> SplitDocument:
        """Split a document.

        Raises:
            SourceError: It cannot be split.
            EncoderMismatchError: The stored passages are of another encoder.
        """
        if self._stored_fingerprint not in (None, self._fingerprint()):  # checked before the encoding, not after it
            raise EncoderMismatchError(
                mismatch_message(self._settings.data, self._stored_fingerprint, self._fingerprint())
            )
        split = _split(self._sandbox, self._encoder(), self._settings, document, document.text)
        return SplitDocument(document, split.prefix, split.passages)


def encoded_passages(
    sandbox: Sandbox, encoder: Encoder, settings: Settings, document: SourceDocument | StoredDocument, text: str
) -> list[EncodedPassage]:
    """Split a document's text into passages and encode each in one pass.

    Raises:
        SourceError: The title leaves no room for passages, or the text exceeds a limit.
    """
    split = _split(sandbox, encoder, settings, document, text)
    texts = [text[p.start : p.end] for p in split.passages]
    encodings = encoder.encode_passages([split.prefix + each for each in texts])
    title = document.metadata.title
    return [
        as_stored(passage, encoding, term_counts(title, each))
        for passage, encoding, each in zip(split.passages, encodings, texts, strict=True)
    ]


def _split(
    sandbox: Sandbox, encoder: Encoder, settings: Settings, document: SourceDocument | StoredDocument, text: str
) -> SplitText:
    sizes = PassageSizes(settings.passage_tokens, settings.title_tokens)
    return sandbox.split(document, text, sizes, encoder.tokenizer_file)


@contextlib.contextmanager
def error_context(document: StoredDocument) -> Iterator[None]:
    """Add the id of a stored document to the `SourceError` of the block."""
    try:
        yield
    except SourceError as error:
        raise SourceError(f"The document '{document.id}' cannot be indexed again: {error}.") from error


def as_stored(passage: Passage, encoding: PassageEncoding, terms: Mapping[str, int]) -> EncodedPassage:
    """Return a passage with its encoding as the store's bytes, and the counts of its terms."""
    return EncodedPassage(passage, encoding.vector.astype("<f4").tobytes(), signs_to_bytes(encoding.token_signs), terms)
