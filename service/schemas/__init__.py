"""Schemas of requests and of responses other than answers."""

from service.schemas.asking import DEFAULT_K, MAX_GENERATION, AskRequest, ChatRequest, TurnFields
from service.schemas.documents import (
    DocumentDetails,
    DocumentList,
    DocumentRecord,
    Health,
    ReceivedFile,
    ReceivedFiles,
    RemovedDocument,
)
from service.schemas.feedback import FeedbackRequest, RatedPassage, StoredFeedback
from service.schemas.filtering import FilterFields
from service.schemas.problems import FieldError, Problem, field_errors, validation_sentence
from service.schemas.suggestions import Suggestions

__all__ = [
    "DEFAULT_K",
    "MAX_GENERATION",
    "AskRequest",
    "ChatRequest",
    "DocumentDetails",
    "DocumentList",
    "DocumentRecord",
    "FeedbackRequest",
    "FieldError",
    "FilterFields",
    "Health",
    "Problem",
    "RatedPassage",
    "ReceivedFile",
    "ReceivedFiles",
    "RemovedDocument",
    "StoredFeedback",
    "Suggestions",
    "TurnFields",
    "field_errors",
    "validation_sentence",
]
