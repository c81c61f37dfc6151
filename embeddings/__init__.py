"""Texts to vectors and back to passages: the encoder, token vectors, the vector index. Knows no HTTP, no settings."""

import os

from embeddings.coded import CodedIndex
from embeddings.encoder import PRECISIONS, Encoder, PassageEncoding, Precision, QuestionEncoding
from embeddings.index import ExactIndex, VectorIndex
from embeddings.models import DEFAULT_ENCODER
from embeddings.projection import EXACT_UP_TO, VectorProjection, updated
from embeddings.token_vectors import AskedTokens, signs_from_bytes, signs_to_bytes

# Without this, onnxruntime gives the machine an id and tells its maker of each start. It looks once, when first used.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__all__ = [
    "DEFAULT_ENCODER",
    "EXACT_UP_TO",
    "PRECISIONS",
    "AskedTokens",
    "CodedIndex",
    "Encoder",
    "ExactIndex",
    "PassageEncoding",
    "Precision",
    "QuestionEncoding",
    "VectorIndex",
    "VectorProjection",
    "signs_from_bytes",
    "signs_to_bytes",
    "updated",
]
