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
from service.http.problems import problem_response, problem_responses
from service.http.state import AccessState, FeedbackState, Service, ServiceState
from service.schemas import Health
from service.upkeep import Feedback

router = APIRouter(prefix="/health", tags=["health"])

OK = "ok"

MIN_FREE_BYTES = 64 * 1024**2
"""Free space for one file of the maximum size."""

ENCODER_FAILURES = ((EncoderError, "unavailable"), (EncoderMismatchError, "mismatch"))

STORE_FAILURES = (
    (StoreCorruptError, "damaged"),
    (StoreMissingError, "missing"),
    (StoreFormatError, "format"),
    (StoreBusyError, "busy"),
)


STALE_ACCESS = (
    "The newest version of the access file is unusable; the previous one is in force. See the operator's log."
)


@router.get("/live", summary="Check liveness", response_model_exclude_none=True)
async def live() -> Health:
    """Return 200 while the process accepts requests."""
    return Health(status="live")


@router.get(
    "/ready",
    summary="Check readiness",
    response_model=Health,
    response_model_exclude_none=True,
    responses=problem_responses(503),
)
def ready(service: ServiceState, feedback: FeedbackState, access: AccessState) -> Health | JSONResponse:
    """Return the generation that is served; a 503 problem while newer documents cannot be served.

    `checks` has the state of each part; questions are answered whatever the state of `disk` and `feedback`. `warnings`
    name what the operator should correct.
    """
    failure = service.library.failure
    checks = {
        **_checks_of(failure),
        "disk": _disk(service),
        "feedback": _feedback(feedback) if service.settings.feedback else "off",
    }
    if failure is not None:
        return problem_response(
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
    """Return the states of encoder and documents, by the error with the newest generation."""
    if failure is None:
        return {"encoder": OK, "documents": OK}
    encoder = next((name for kind, name in ENCODER_FAILURES if isinstance(failure, kind)), OK)
    return {
        "encoder": encoder,
        "documents": next((name for kind, name in STORE_FAILURES if isinstance(failure, kind)), "stale"),
    }


def _disk(service: Service) -> str:
    """Return whether documents and ratings can be written."""
    folder = service.settings.data
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return "missing"
    if not os.access(folder, os.W_OK):
        return "read-only"
    return OK if free >= MIN_FREE_BYTES else "full"


def _feedback(feedback: Feedback) -> str:
    """Return whether ratings can be stored."""
    try:
        feedback.check()
    except FeedbackFullError:
        return "full"
    except FeedbackError:
        return "unusable"
    return OK
