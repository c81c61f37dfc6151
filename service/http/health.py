"""`/health/live` and `/health/ready`."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from service.http.problems import PROBLEM_RESPONSES, problem
from service.http.state import AccessState, ServiceState
from service.schemas import Health

__all__ = ["router"]

router = APIRouter(prefix="/health", tags=["health"])


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
def ready(service: ServiceState, access: AccessState) -> Health | JSONResponse:
    """What can be asked about; a 503 problem while newer documents cannot be served.

    `warnings` says what the operator should mend while questions are answered all the same.
    """
    if service.library.problem is not None:
        return problem(
            503,
            "stale-documents",
            "The newest documents cannot be served; older ones are. See the operator's log.",
        )
    with service.library.snapshot() as snapshot:
        tally = snapshot.view.tally
        return Health(
            status="ready",
            generation=snapshot.generation,
            documents=tally.documents,
            passages=tally.passages,
            warnings=[STALE_ACCESS] if access.is_stale else None,
        )
