"""Training of the reader, a cross-encoder that marks the answering sentence, and of the question maps.

It imports torch; serving does not.
"""

from eval.training.batches import reader_tokenizer
from eval.training.export import export_reader
from eval.training.loop import Schedule, average_with, train
from eval.training.maps import encoded_examples, train_maps
from eval.training.measures import reader_measures
from eval.training.mining import divided, sampled
from eval.training.model import ReaderModel
from eval.training.records import mined

__all__ = [
    "ReaderModel",
    "Schedule",
    "average_with",
    "divided",
    "encoded_examples",
    "export_reader",
    "mined",
    "reader_measures",
    "reader_tokenizer",
    "sampled",
    "train",
    "train_maps",
]
