"""Texts to vectors and back to passages: the encoder, token vectors, the vector index. Knows no HTTP, no settings."""

from embeddings.encoder import PRECISIONS, Encoder, PassageEncoding, Precision, QuestionEncoding
from embeddings.index import VectorIndex
from embeddings.models import DEFAULT_ENCODER
from embeddings.projection import VectorProjection, updated
from embeddings.token_vectors import AskedTokens, signs_from_bytes, signs_to_bytes

__all__ = [
    "DEFAULT_ENCODER",
    "PRECISIONS",
    "AskedTokens",
    "Encoder",
    "PassageEncoding",
    "Precision",
    "QuestionEncoding",
    "VectorIndex",
    "VectorProjection",
    "signs_from_bytes",
    "signs_to_bytes",
    "updated",
]
