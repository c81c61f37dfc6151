"""The steps from a question to its answer, one module for each step.

`ranking` (candidates, fusion, reranking, near-duplicates) → `highlight` → `confidence` → `citations`. `search` runs the
steps of retrieval for one question, `sentences` divides passages for `highlight`, and `pipeline` runs all steps.
`completeness` and `conversation` handle follow-ups.
"""

from service.answering.answer import Answer, AnsweringPassage, Citation, Confidence, Timing, Turn
from service.answering.confidence import Calibration, CalibrationSet
from service.answering.pipeline import Pipeline
from service.answering.ranking.maxsim import SCORING_VERSION
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
