"""`POST /v1/ask`."""

from fastapi import APIRouter

from service.answer import Answer
from service.http.bodies import JsonRoute
from service.http.problems import PROBLEM_RESPONSES
from service.http.state import ServiceState
from service.schemas import AskRequest

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["ask"], route_class=JsonRoute)


@router.post("/ask", summary="Ask the documents a question", responses=PROBLEM_RESPONSES(400, 403, 413, 422, 503))
def ask(request: AskRequest, service: ServiceState) -> Answer:
    """Answer with the best-matching passages, word for word, or say that the documents do not answer.

    `not_found` still carries the nearest passages, so that a reader can judge. Offsets count Unicode code points:
    a citation's within the document's canonical text, a highlight's within its passage. `interpretation` counts turns
    of `history`.
    """
    return service.pipeline.ask(
        request.question, history=request.turns(), k=request.k, filters=request.filters.to_filters()
    )
