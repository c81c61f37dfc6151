"""The reader reads question and passage together: which sentence answers, and whether any does."""

from service.answering.reader.order import ANSWER_WEIGHT, PASSAGE_WEIGHT, READ, in_order_of_reading, read_best
from service.answering.reader.protocol import PassageToRead, Reader, Verdict, log_odds
from service.answering.reader.readers import load_reader

__all__ = [
    "ANSWER_WEIGHT",
    "PASSAGE_WEIGHT",
    "READ",
    "PassageToRead",
    "Reader",
    "Verdict",
    "in_order_of_reading",
    "load_reader",
    "log_odds",
    "read_best",
]
