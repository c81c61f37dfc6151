"""What people send over HTTP, and what the service sends besides answers."""

from service.schemas.asking import AskRequest, ChatRequest, FilterFields, TurnFields
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
from service.schemas.problems import FieldError, Problem, field_errors, validation_sentence

__all__ = [
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
    "TurnFields",
    "field_errors",
    "validation_sentence",
]
