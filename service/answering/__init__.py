"""The steps from a question to its answer, one module for each step.

`candidates` (dense and lexical) → `fusion` (of both scores) → `reranking` (MaxSim) → `highlight` → `deduplication`
(near-duplicates) → `confidence` → `citations`. `search` runs the steps of retrieval for one question, `rows` caches the
rows that it reads, `sentences` divides passages for `highlight`, and `pipeline` runs all steps. `conversation` handles
follow-ups.
"""

from service.answering.answer import Answer, AnsweringPassage, Citation, Confidence, Timing, Turn
from service.answering.confidence import Calibration, CalibrationSet
from service.answering.maxsim import SCORING_VERSION
from service.answering.pipeline import Pipeline
from service.answering.suggestions import suggested_questions

__all__ = [
    "SCORING_VERSION",
    "Answer",
    "AnsweringPassage",
    "Calibration",
    "CalibrationSet",
    "Citation",
    "Confidence",
    "Pipeline",
    "Timing",
    "Turn",
    "suggested_questions",
]
