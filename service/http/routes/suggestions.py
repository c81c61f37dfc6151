"""`GET /v1/suggestions`."""

from fastapi import APIRouter

from service.answering import suggested_questions
from service.http.problems import problem_responses
from service.http.state import ServiceState
from service.schemas import Suggestions

router = APIRouter(prefix="/v1", tags=["ask"])


@router.get("/suggestions", summary="List suggested questions", responses=problem_responses(401, 403, 429, 503))
def suggestions(service: ServiceState) -> Suggestions:
    """Return the operator's questions; without any, those of the starter documents while there are no others."""
    with service.library.snapshot() as snapshot:
        return Suggestions(questions=suggested_questions(service.settings, snapshot.view))
