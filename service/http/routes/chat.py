"""`POST /v1/chat`."""

from fastapi import APIRouter, Request, Response

from service.answering import Answer
from service.http.events import EVENTS, EVENTS_RESPONSE, event_stream
from service.http.problems import problem_responses
from service.http.requests.bodies import JsonRoute
from service.http.requests.negotiation import prefers
from service.http.routes.ask import json_answer, queued_question
from service.http.state import FreshnessState, QuestionQueueState
from service.schemas import ChatRequest

router = APIRouter(prefix="/v1", tags=["ask"], route_class=JsonRoute)


@router.post(
    "/chat",
    summary="Ask within a conversation",
    response_model=Answer,
    responses={200: EVENTS_RESPONSE, **problem_responses(400, 401, 403, 408, 409, 413, 415, 422, 429, 503)},
)
async def chat(body: ChatRequest, request: Request, queue: QuestionQueueState, freshness: FreshnessState) -> Response:
    """Answer the last message as `POST /v1/ask` does, with the messages before it as its history.

    The client keeps the conversation; the service stores none of it. `interpretation` counts messages.
    """
    await freshness.reach(body.at_least_generation)
    question = queued_question(body, request)
    if prefers(request.headers.getlist("accept"), EVENTS, default="application/json"):
        return event_stream(question, queue, "POST /v1/chat")
    return await json_answer(question, queue, request)
