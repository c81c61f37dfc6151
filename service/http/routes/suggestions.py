"""`GET /v1/suggestions`."""

from fastapi import APIRouter

from service.answering import suggested_questions
from service.http.problems import PROBLEM_RESPONSES
from service.http.state import ServiceState
from service.schemas import Suggestions

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["ask"])


@router.get("/suggestions", summary="List questions to begin with", responses=PROBLEM_RESPONSES(401, 403, 429, 503))
def suggestions(service: ServiceState) -> Suggestions:
    """The operator's questions, or those of the starter documents where there are no others; else none."""
    with service.library.snapshot() as snapshot:
        return Suggestions(questions=suggested_questions(service.settings, snapshot.view))
