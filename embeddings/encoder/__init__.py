"""The encoder: texts to vectors, on onnxruntime or torch."""

from embeddings.encoder.cpus import lower_priority, usable_cpus
from embeddings.encoder.encoder import Encoder, PassageEncoding, QuestionEncoding
from embeddings.encoder.export_cache import default_exports_folder
from embeddings.encoder.model_files import DEFAULT_ENCODER, is_out_of_memory, model_folder, weights_sha256
from embeddings.encoder.onnx_runtime import open_session
from embeddings.encoder.selection import PRECISIONS, Precision

__all__ = [
    "DEFAULT_ENCODER",
    "PRECISIONS",
    "Encoder",
    "PassageEncoding",
    "Precision",
    "QuestionEncoding",
    "default_exports_folder",
    "is_out_of_memory",
    "lower_priority",
    "model_folder",
    "open_session",
    "usable_cpus",
    "weights_sha256",
]
