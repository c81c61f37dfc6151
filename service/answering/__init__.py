"""The steps from a question to its answer, one module a step, in order.

`candidates` (by meaning and by words) → `fusion` (of both scores) → `reranking` (token by token) → `results` (each text
once) → `confidence` → `highlight` → `citation`. `search` holds what is read for one question; `pipeline` walks through
the steps.
"""

from service.answering.answer import Answer, AnsweringPassage, Citation, Confidence, Timing, Turn
from service.answering.confidence import Calibration, CalibrationSet
from service.answering.pipeline import Pipeline
from service.answering.reranking import SCORING_VERSION
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
