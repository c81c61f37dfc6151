"""`POST /v1/chat`."""

import functools

from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse

from service.answer import Answer
from service.http.accepting import prefers
from service.http.bodies import JsonRoute
from service.http.events import EVENTS, EVENTS_RESPONSE, event_stream
from service.http.problems import PROBLEM_RESPONSES
from service.http.state import ServiceState, StreamThreads
from service.schemas import ChatRequest

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["ask"], route_class=JsonRoute)


@router.post(
    "/chat",
    summary="Ask within a conversation",
    response_model=Answer,
    responses={200: EVENTS_RESPONSE, **PROBLEM_RESPONSES(400, 403, 413, 422, 503)},
)
def chat(
    asked: ChatRequest, request: Request, service: ServiceState, threads: StreamThreads
) -> Answer | EventSourceResponse:
    """Answer the last message as `POST /v1/ask` does, with the messages before it as its history.

    The conversation is the caller's: nothing of it is kept. `interpretation` counts messages.
    """
    work = functools.partial(
        service.pipeline.ask, asked.question, history=asked.turns(), k=asked.k, filters=asked.filters.to_filters()
    )
    if prefers(request.headers.getlist("accept"), EVENTS, default="application/json"):
        return event_stream(work, threads, "POST /v1/chat")
    return work()
