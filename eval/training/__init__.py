"""Training of the reader, a cross-encoder that marks the answering sentence. It imports torch; serving does not."""

from eval.training.loop import Schedule, train
from eval.training.measures import reader_measures
from eval.training.mining import divided, mine, read_records, write_records

__all__ = ["Schedule", "divided", "mine", "read_records", "reader_measures", "train", "write_records"]
