"""`POST /v1/ask`."""

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from service.answering import Answer
from service.http.limits import refuse_beyond_limits
from service.http.middleware.observing import LEFT
from service.http.problems import PROBLEM_RESPONSES
from service.http.question_queue import Asked, Asks
from service.http.requests.bodies import JsonRoute
from service.http.state import AsksState, ServiceState
from service.schemas import AskRequest

__all__ = ["json_answer", "router"]

router = APIRouter(prefix="/v1", tags=["ask"], route_class=JsonRoute)


@router.post(
    "/ask",
    summary="Ask the documents a question",
    response_model=Answer,
    responses=PROBLEM_RESPONSES(400, 401, 403, 408, 413, 415, 422, 429, 503),
)
async def ask(asked: AskRequest, request: Request, asks: AsksState, service: ServiceState) -> Response:
    """Answer with the best-matching passages, word for word, or say that the documents do not answer.

    `not_found` still carries the nearest passages, so that a reader can judge. Offsets count Unicode code points:
    a citation's within the document's canonical text, a highlight's within its passage. `interpretation` counts turns
    of `history`.
    """
    refuse_beyond_limits(asked, service.settings)
    question = Asked(asked.question, asked.turns(), asked.k, asked.filters.to_filters())
    return await json_answer(question, asks, request)


async def json_answer(asked: Asked, asks: Asks, request: Request) -> Response:
    """The response to a question that is not streamed."""
    asks.admit(asked)
    try:
        answered = await asks.answer(asked, request.receive)  # the body has been read: what comes is that they leave
    except ClientDisconnect:
        return Response(status_code=LEFT)  # to nobody
    return Response(answered.json, media_type="application/json")
