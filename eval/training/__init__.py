"""Training of the reader, a cross-encoder that marks the answering sentence. It imports torch; serving does not."""

from eval.training.export import export_reader
from eval.training.loop import Schedule, train
from eval.training.measures import reader_measures
from eval.training.mining import divided, sampled
from eval.training.model import ReaderModel
from eval.training.records import mined

__all__ = [
    "ReaderModel",
    "Schedule",
    "divided",
    "export_reader",
    "mined",
    "reader_measures",
    "sampled",
    "train",
]
