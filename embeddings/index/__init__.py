"""The vector index: exact or quantized search by FAISS, and its files."""

from embeddings.index.exact import ExactIndex, VectorIndex
from embeddings.index.projection import EXACT_UP_TO, VectorProjection, holds_all, updated
from embeddings.index.quantized import QuantizedIndex

__all__ = ["EXACT_UP_TO", "ExactIndex", "QuantizedIndex", "VectorIndex", "VectorProjection", "holds_all", "updated"]
