"""The encoder: texts to vectors, by onnxruntime or torch."""

from embeddings.encoder.encoder import PRECISIONS, Encoder, PassageEncoding, Precision, QuestionEncoding
from embeddings.encoder.model_files import DEFAULT_ENCODER, model_folder

__all__ = [
    "DEFAULT_ENCODER",
    "PRECISIONS",
    "Encoder",
    "PassageEncoding",
    "Precision",
    "QuestionEncoding",
    "model_folder",
]
