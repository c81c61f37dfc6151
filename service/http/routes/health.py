"""`/health/live` and `/health/ready`."""

import os
import shutil

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from corpus.errors import (
    EncoderError,
    EncoderMismatchError,
    FeedbackError,
    FeedbackFullError,
    StoreBusyError,
    StoreCorruptError,
    StoreFormatError,
    StoreMissingError,
)
from service.http.problems import PROBLEM_RESPONSES, problem
from service.http.state import AccessState, FeedbackState, Service, ServiceState
from service.schemas import Health
from service.upkeep import Feedback

__all__ = ["router"]

router = APIRouter(prefix="/health", tags=["health"])

OK = "ok"

LEAST_FREE_BYTES = 64 * 1024**2
"""With less, a large file that is sent may find no room."""

ENCODER_FAILURES = ((EncoderError, "unavailable"), (EncoderMismatchError, "mismatch"))

STORE_FAILURES = (
    (StoreCorruptError, "damaged"),
    (StoreMissingError, "missing"),
    (StoreFormatError, "format"),
    (StoreBusyError, "busy"),
)


STALE_ACCESS = (
    "The newest version of the file of keys cannot be used; the one before is in force. See the operator's log."
)


@router.get("/live", summary="Is the process alive?", response_model_exclude_none=True)
async def live() -> Health:
    """Answers as long as the process takes requests."""
    return Health(status="live")


@router.get(
    "/ready",
    summary="Can questions be answered?",
    response_model=Health,
    response_model_exclude_none=True,
    responses=PROBLEM_RESPONSES(503),
)
def ready(service: ServiceState, feedback: FeedbackState, access: AccessState) -> Health | JSONResponse:
    """What can be asked about; a 503 problem while newer documents cannot be served.

    `checks` says of each part whether it is `ok`. Trouble with `disk` or `feedback` keeps no question from its answer.
    `warnings` says what the operator should mend while questions are answered all the same.
    """
    failure = service.library.failure
    checks = {
        **_checks_of(failure),
        "disk": _disk(service),
        "feedback": _feedback(feedback) if service.settings.feedback else "off",
    }
    if failure is not None:
        return problem(
            503,
            "stale-documents",
            "The newest documents cannot be served; older ones are. See the operator's log.",
            checks=checks,
        )
    with service.library.snapshot() as snapshot:
        totals = snapshot.view.totals
        return Health(
            status="ready",
            generation=snapshot.generation,
            documents=totals.documents,
            passages=totals.passages,
            warnings=[STALE_ACCESS] if access.is_stale else None,
            checks=checks,
        )


def _checks_of(failure: Exception | None) -> dict[str, str]:
    """How encoder and documents are, by what keeps the newest generation from being served."""
    if failure is None:
        return {"encoder": OK, "documents": OK}
    encoder = next((name for kind, name in ENCODER_FAILURES if isinstance(failure, kind)), OK)
    return {
        "encoder": encoder,
        "documents": next((name for kind, name in STORE_FAILURES if isinstance(failure, kind)), "stale"),
    }


def _disk(service: Service) -> str:
    """Whether documents and ratings can be written."""
    folder = service.settings.data
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return "missing"
    if not os.access(folder, os.W_OK):
        return "read-only"
    return OK if free >= LEAST_FREE_BYTES else "full"


def _feedback(feedback: Feedback) -> str:
    """Whether a rating would be taken."""
    try:
        feedback.check()
    except FeedbackFullError:
        return "full"
    except FeedbackError:
        return "unusable"
    return OK
