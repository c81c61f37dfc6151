"""The vector index: exact or quantized search by FAISS, and its files."""

from embeddings.index.exact import ExactIndex, VectorIndex
from embeddings.index.projection import EXACT_UP_TO, VectorProjection, updated
from embeddings.index.quantized import CodedIndex

__all__ = ["EXACT_UP_TO", "CodedIndex", "ExactIndex", "VectorIndex", "VectorProjection", "updated"]
