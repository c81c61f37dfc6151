"""`POST /v1/chat`."""

from fastapi import APIRouter

from service.answer import Answer
from service.http.bodies import JsonRoute
from service.http.problems import PROBLEM_RESPONSES
from service.http.state import ServiceState
from service.schemas import ChatRequest

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["ask"], route_class=JsonRoute)


@router.post("/chat", summary="Ask within a conversation", responses=PROBLEM_RESPONSES(400, 413, 422, 503))
def chat(request: ChatRequest, service: ServiceState) -> Answer:
    """Answer the last message as `POST /v1/ask` does, with the messages before it as its history.

    The conversation is the caller's: nothing of it is kept. `interpretation` counts messages.
    """
    return service.pipeline.ask(
        request.question, history=request.turns(), k=request.k, filters=request.filters.to_filters()
    )
