"""`POST /v1/chat`."""

from fastapi import APIRouter, Request, Response

from service.answering import Answer
from service.http.events import EVENTS, EVENTS_RESPONSE, event_stream
from service.http.limits import refuse_beyond_limits
from service.http.problems import PROBLEM_RESPONSES
from service.http.question_queue import Asked
from service.http.requests.bodies import JsonRoute
from service.http.requests.negotiation import prefers
from service.http.routes.ask import json_answer
from service.http.state import AsksState, ServiceState
from service.schemas import ChatRequest

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["ask"], route_class=JsonRoute)


@router.post(
    "/chat",
    summary="Ask within a conversation",
    response_model=Answer,
    responses={200: EVENTS_RESPONSE, **PROBLEM_RESPONSES(400, 401, 403, 408, 413, 415, 422, 429, 503)},
)
async def chat(asked: ChatRequest, request: Request, asks: AsksState, service: ServiceState) -> Response:
    """Answer the last message as `POST /v1/ask` does, with the messages before it as its history.

    The conversation is the caller's: nothing of it is kept. `interpretation` counts messages.
    """
    refuse_beyond_limits(asked, service.settings)
    question = Asked(asked.question, asked.turns(), asked.k, asked.filters.to_filters())
    if prefers(request.headers.getlist("accept"), EVENTS, default="application/json"):
        return event_stream(question, asks, "POST /v1/chat")
    return await json_answer(question, asks, request)
