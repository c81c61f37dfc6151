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
from service.schemas.problems import FieldError, Problem, field_errors, validation_sentence
from service.schemas.suggestions import Suggestions

__all__ = [
    "AskRequest",
    "ChatRequest",
    "DocumentDetails",
    "DocumentList",
    "DocumentRecord",
    "FieldError",
    "FilterFields",
    "Health",
    "Problem",
    "ReceivedFile",
    "ReceivedFiles",
    "RemovedDocument",
    "Suggestions",
    "TurnFields",
    "field_errors",
    "validation_sentence",
]
