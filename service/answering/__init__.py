"""The steps from a question to its answer, one module for each step.

`ranking` (candidates, fusion, reranking, near-duplicates) → `highlight` → `confidence` → `citations`. `search` runs the
steps of retrieval for one question, `sentences` divides passages for `highlight`, and `pipeline` runs all steps.
`completeness` and `conversation` handle follow-ups.
"""

from service.answering.answer import (
    STEPS,
    Answer,
    AnsweringPassage,
    AnswerText,
    Citation,
    Confidence,
    Status,
    Timing,
    Turn,
)
from service.answering.calibration import Calibration, CalibrationSet, LogisticMap
from service.answering.confidence import Borders, Evidence
from service.answering.pipeline import Pipeline
from service.answering.reader import Reader, load_reader
from service.answering.suggestions import suggested_questions

__all__ = [
    "STEPS",
    "Answer",
    "AnswerText",
    "AnsweringPassage",
    "Borders",
    "Calibration",
    "CalibrationSet",
    "Citation",
    "Confidence",
    "Evidence",
    "LogisticMap",
    "Pipeline",
    "Reader",
    "Status",
    "Timing",
    "Turn",
    "load_reader",
    "suggested_questions",
]
