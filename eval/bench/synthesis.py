"""Synthetic documents: recombined real sentences, with vectors derived from the real ones, without encoding.

A benchmark of 100,000 passages needs a store that costs as much to search and read as a real one; the quality of its
answers does not matter. Each synthetic passage is a real one in which some sentences are replaced by other real ones.
A sentence keeps the token signs of its original passage, with a few bits flipped. The vector of a passage is the mean
of the vectors of its sentences' original passages, weighted by tokens, with noise.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.documents import EncodedPassage, Metadata, Passage, SourceDocument
from corpus.lexical import term_counts
from corpus.text import sentence_spans, title_prefix
from embeddings.encoder import Encoder
from embeddings.tokens import signs_from_bytes, signs_to_bytes
from eval.bench.sources import BaseDocument
from eval.errors import SetError

SYNTHESIS_VERSION = 2
"""Part of the name of a kept store; incremented when the same seed gives other documents or
another format of store."""

DOCUMENT_PASSAGES = 20
EXCHANGED = 0.5
"""Share of a passage's sentences that are replaced."""

NOISE = 0.3
"""Length of the noise added to a unit vector, so that no two passages have the same vector."""

FLIPS_LOG2 = 4
"""One bit in 2**4 is flipped."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence.

    Args:
        text: Its text, stripped.
        signs: Signs of its tokens, `(tokens, dimension / 8)` uint8.
        vector: Vector of its passage, `(dimension,)` float32.
    """

    text: str
    signs: NDArray[np.uint8]
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SourcePassage:
    """A real passage, split into sentences.

    Args:
        metadata: Metadata of its document.
        head, tail: Token signs before its text (special tokens, title) and after it.
        sentences: Its sentences.
    """

    metadata: Metadata
    head: NDArray[np.uint8]
    tail: NDArray[np.uint8]
    sentences: Sequence[Sentence]


def source_passages(base: Sequence[BaseDocument], encoder: Encoder, title_tokens: int) -> list[SourcePassage]:
    """Split every passage into sentences.

    Args:
        base: The encoded documents.
        encoder: Their encoder.
        title_tokens: Maximum number of title tokens before each passage.

    Raises:
        SetError: The documents have no sentence.
    """
    originals = []
    for one in base:
        prefix = title_prefix(one.document.metadata.title, encoder, title_tokens)
        for passage in one.passages:
            original = _split(one.document, passage, prefix, encoder)
            if original.sentences:
                originals.append(original)
    if not originals:
        raise SetError("The documents have no sentences to build larger stores from. Choose others with --set.")
    return originals


def _split(document: SourceDocument, encoded: EncodedPassage, prefix: str, encoder: Encoder) -> SourcePassage:
    text = document.text[encoded.passage.start : encoded.passage.end]
    signs = signs_from_bytes(encoded.token_vectors, encoder.dimension)
    vector = np.frombuffer(encoded.vector, dtype="<f4")
    spans = np.array(encoder.token_spans(prefix + text)).reshape(-1, 2) - len(prefix)
    starts, ends = spans[:, 0], spans[:, 1]
    inside = np.flatnonzero((ends > 0) & (ends > starts))
    first, last = (int(inside[0]), int(inside[-1])) if len(inside) else (0, -1)
    sentences = []
    for start, end in sentence_spans(text, document.metadata.language or "en"):
        rows = signs[inside[(starts[inside] >= start) & (starts[inside] < end)]]
        if len(rows) and text[start:end].strip():
            sentences.append(Sentence(text[start:end].strip(), rows, vector))
    return SourcePassage(document.metadata, signs[:first], signs[last + 1 :], sentences)


class Recombiner:
    """Makes synthetic documents from real sentences. The same arguments give the same documents.

    Args:
        originals: Real passages.
        max_tokens: Maximum length of the encoder's input, and so of a passage.
        seed: Seed of the recombination.
    """

    def __init__(self, originals: Sequence[SourcePassage], max_tokens: int, seed: int) -> None:
        self._originals = originals
        self._pool = [sentence for original in originals for sentence in original.sentences]
        self._shortest = min(self._pool, key=lambda sentence: len(sentence.signs))
        self._max_tokens = max_tokens
        self._rng = np.random.default_rng(seed)

    def documents(self, passages: int) -> Iterator[tuple[SourceDocument, Sequence[EncodedPassage]]]:
        """Yield documents with exactly `passages` passages in total."""
        for at in range(0, passages, DOCUMENT_PASSAGES):
            count = min(DOCUMENT_PASSAGES, passages - at)
            originals = [self._originals[(at + i) % len(self._originals)] for i in range(count)]
            yield self._document(at // DOCUMENT_PASSAGES + 1, originals)

    def _document(
        self, number: int, originals: Sequence[SourcePassage]
    ) -> tuple[SourceDocument, Sequence[EncodedPassage]]:
        lead = originals[0]
        texts, encoded, at = [], [], 0
        for original in originals:
            sentences = self._exchanged(original, self._max_tokens - len(lead.head) - len(lead.tail))
            text = " ".join(sentence.text for sentence in sentences)
            signs = np.concatenate([lead.head, *(sentence.signs for sentence in sentences), lead.tail])
            span = Passage(at, at + len(text))
            terms = term_counts(lead.metadata.title, text)
            vector, flipped = self._vector(sentences), signs_to_bytes(self._flipped(signs))
            encoded.append(EncodedPassage(span, vector, flipped, terms))
            texts.append(text)
            at += len(text) + 2
        whole = "\n\n".join(texts)
        metadata = Metadata(
            title=lead.metadata.title,
            language=lead.metadata.language,
            tags=("synthetic",),
            extra={"synthetic": "recombined sentences of real documents, to measure speed"},
        )
        digest = hashlib.sha256(whole.encode()).hexdigest()
        source = f"bench:synthetic/synthetic-{number:06}.txt"
        return SourceDocument(source, digest, "text/plain", whole, metadata), encoded

    def _exchanged(self, original: SourcePassage, room: int) -> list[Sentence]:
        """Return the sentences of a passage, at least one replaced, as many as fit."""
        count = len(original.sentences)
        others = self._rng.integers(len(self._pool), size=count)
        exchange = self._rng.random(count) < EXCHANGED
        exchange[self._rng.integers(count)] = True
        chosen = []
        for own, other, exchanged in zip(original.sentences, others, exchange, strict=True):
            sentence = self._pool[other] if exchanged else own
            if len(sentence.signs) <= room:
                chosen.append(sentence)
                room -= len(sentence.signs)
        return chosen or [self._shortest]

    def _vector(self, sentences: Sequence[Sentence]) -> bytes:
        weights = np.array([len(sentence.signs) for sentence in sentences], dtype=np.float32)
        mixed = _unit(weights @ np.stack([sentence.vector for sentence in sentences]))
        noise = _unit(self._rng.standard_normal(len(mixed), dtype=np.float32))
        return _unit(mixed + np.float32(NOISE) * noise).astype("<f4").tobytes()

    def _flipped(self, signs: NDArray[np.uint8]) -> NDArray[np.uint8]:
        random = self._rng.integers(0, 256, size=(FLIPS_LOG2, *signs.shape), dtype=np.uint8)
        flipped: NDArray[np.uint8] = signs ^ np.bitwise_and.reduce(random, axis=0)
        return flipped


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
    return unit
