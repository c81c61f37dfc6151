"""More documents than there is time to encode: real sentences in new company, with vectors derived from the real ones.

A benchmark of 100,000 passages needs a store that costs as much to search and read as a real one; what its answers
are worth does not matter. So every passage is a real one with some of its sentences exchanged for other real ones.
Each sentence keeps the token signs that it was given in its own passage, a few bits flipped; the passage's vector is
the mean of those of its sentences' passages, weighted by tokens, with noise.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.documents import EncodedPassage, Metadata, Passage, SourceDocument
from corpus.text import sentence_spans, title_prefix
from embeddings.encoder import Encoder
from embeddings.tokens import signs_from_bytes, signs_to_bytes
from eval.bench.base import BaseDocument
from eval.errors import SetError

__all__ = ["DOCUMENT_PASSAGES", "SYNTHESIS_VERSION", "Home", "Recombiner", "homes_of"]

SYNTHESIS_VERSION = 1
"""Part of a kept store's name: raised whenever the same seed would make other documents."""

DOCUMENT_PASSAGES = 20
EXCHANGED = 0.5
"""The share of a passage's sentences that are exchanged."""

NOISE = 0.3
"""Length of the noise added to a vector of length 1: no two passages then have the same one."""

FLIPS_LOG2 = 4
"""One bit in 2**4 is flipped."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence.

    Args:
        text: Its words, without outer white space.
        signs: `(tokens, dimension / 8)` uint8, those of its tokens.
        vector: `(dimension,)` float32, that of its passage.
    """

    text: str
    signs: NDArray[np.uint8]
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Home:
    """A real passage, taken apart.

    Args:
        metadata: Its document's.
        head, tail: Token signs of what stands before its text (special tokens, title) and after it.
        pieces: Its sentences.
    """

    metadata: Metadata
    head: NDArray[np.uint8]
    tail: NDArray[np.uint8]
    pieces: Sequence[Piece]


def homes_of(base: Sequence[BaseDocument], encoder: Encoder, title_tokens: int) -> list[Home]:
    """Take every passage apart.

    Args:
        base: Documents with what the encoder made of them.
        encoder: That encoder.
        title_tokens: Tokens of the title that were encoded before each passage.

    Raises:
        SetError: There is no sentence in any of them.
    """
    homes = []
    for one in base:
        prefix = title_prefix(one.document.metadata.title, encoder, title_tokens)
        for passage in one.passages:
            home = _home(one.document, passage, prefix, encoder)
            if home.pieces:
                homes.append(home)
    if not homes:
        raise SetError("The documents hold no sentence to make larger stores of. Give others with --set.")
    return homes


def _home(document: SourceDocument, encoded: EncodedPassage, prefix: str, encoder: Encoder) -> Home:
    text = document.text[encoded.passage.start : encoded.passage.end]
    signs = signs_from_bytes(encoded.token_vectors, encoder.dimension)
    vector = np.frombuffer(encoded.vector, dtype="<f4")
    spans = np.array(encoder.token_spans(prefix + text)).reshape(-1, 2) - len(prefix)
    starts, ends = spans[:, 0], spans[:, 1]
    inside = np.flatnonzero((ends > 0) & (ends > starts))
    first, last = (int(inside[0]), int(inside[-1])) if len(inside) else (0, -1)
    pieces = []
    for start, end in sentence_spans(text, document.metadata.language or "en"):
        rows = signs[inside[(starts[inside] >= start) & (starts[inside] < end)]]
        if len(rows) and text[start:end].strip():
            pieces.append(Piece(text[start:end].strip(), rows, vector))
    return Home(document.metadata, signs[:first], signs[last + 1 :], pieces)


class Recombiner:
    """Makes documents of real sentences. The same arguments give the same documents.

    Args:
        homes: Real passages, taken apart.
        max_tokens: What the encoder takes; no passage has more.
        seed: Another one gives other documents.
    """

    def __init__(self, homes: Sequence[Home], max_tokens: int, seed: int) -> None:
        self._homes = homes
        self._pool = [piece for home in homes for piece in home.pieces]
        self._shortest = min(self._pool, key=lambda piece: len(piece.signs))
        self._max_tokens = max_tokens
        self._rng = np.random.default_rng(seed)

    def documents(self, passages: int) -> Iterator[tuple[SourceDocument, Sequence[EncodedPassage]]]:
        """Documents that have exactly so many passages together."""
        for at in range(0, passages, DOCUMENT_PASSAGES):
            count = min(DOCUMENT_PASSAGES, passages - at)
            homes = [self._homes[(at + i) % len(self._homes)] for i in range(count)]
            yield self._document(at // DOCUMENT_PASSAGES + 1, homes)

    def _document(self, number: int, homes: Sequence[Home]) -> tuple[SourceDocument, Sequence[EncodedPassage]]:
        lead = homes[0]
        texts, encoded, at = [], [], 0
        for home in homes:
            pieces = self._exchanged(home, self._max_tokens - len(lead.head) - len(lead.tail))
            text = " ".join(piece.text for piece in pieces)
            signs = np.concatenate([lead.head, *(piece.signs for piece in pieces), lead.tail])
            span = Passage(at, at + len(text))
            encoded.append(EncodedPassage(span, self._vector(pieces), signs_to_bytes(self._flipped(signs))))
            texts.append(text)
            at += len(text) + 2
        whole = "\n\n".join(texts)
        metadata = Metadata(
            title=lead.metadata.title,
            language=lead.metadata.language,
            tags=("synthetic",),
            extra={"synthetic": "sentences of real documents, put together anew to measure speed"},
        )
        digest = hashlib.sha256(whole.encode()).hexdigest()
        source = f"bench:synthetic/synthetic-{number:06}.txt"
        return SourceDocument(source, digest, "text/plain", whole, metadata), encoded

    def _exchanged(self, home: Home, room: int) -> list[Piece]:
        """The sentences of a passage, at least one of them another's, as many as have room."""
        count = len(home.pieces)
        others = self._rng.integers(len(self._pool), size=count)
        exchange = self._rng.random(count) < EXCHANGED
        exchange[self._rng.integers(count)] = True
        chosen = []
        for own, other, exchanged in zip(home.pieces, others, exchange, strict=True):
            piece = self._pool[other] if exchanged else own
            if len(piece.signs) <= room:
                chosen.append(piece)
                room -= len(piece.signs)
        return chosen or [self._shortest]

    def _vector(self, pieces: Sequence[Piece]) -> bytes:
        weights = np.array([len(piece.signs) for piece in pieces], dtype=np.float32)
        mixed = _unit(weights @ np.stack([piece.vector for piece in pieces]))
        noise = _unit(self._rng.standard_normal(len(mixed), dtype=np.float32))
        return _unit(mixed + np.float32(NOISE) * noise).astype("<f4").tobytes()

    def _flipped(self, signs: NDArray[np.uint8]) -> NDArray[np.uint8]:
        random = self._rng.integers(0, 256, size=(FLIPS_LOG2, *signs.shape), dtype=np.uint8)
        flipped: NDArray[np.uint8] = signs ^ np.bitwise_and.reduce(random, axis=0)
        return flipped


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
    return unit
