"""`POST /v1/ask`."""

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from service.answering import Answer
from service.http.middleware.observability import CLIENT_CLOSED_REQUEST
from service.http.middleware.path_prefix import root_path
from service.http.problems import problem_responses
from service.http.question_queue import QuestionQueue, QueuedQuestion
from service.http.requests.bodies import JsonRoute
from service.http.state import FreshnessState, QuestionQueueState
from service.schemas import AskRequest, ChatRequest

router = APIRouter(prefix="/v1", tags=["ask"], route_class=JsonRoute)


@router.post(
    "/ask",
    summary="Ask the documents a question",
    response_model=Answer,
    responses=problem_responses(400, 401, 403, 408, 409, 413, 415, 422, 429, 503),
)
async def ask(body: AskRequest, request: Request, queue: QuestionQueueState, freshness: FreshnessState) -> Response:
    """Answer with the best-matching passages, word for word.

    `status` is `answered`; `uncertain`, if passages may bear on the question but none clearly answers it; or
    `not_found`. Only `answered` has an `answer`. The others also have passages, so that a reader can judge.
    `uncertain` is sent to clients whose `accept` names it; others get `not_found`. Its `reason` is `doubt`,
    `collection` (the question asks for more than one sentence says) or `vague` (it asks nothing).

    Offsets count Unicode code points: a citation's within the document's canonical text, a highlight's within its
    passage. `interpretation` counts turns of `history`.
    """
    await freshness.reach(body.at_least_generation)
    return await json_answer(queued_question(body, request), queue, request)


def queued_question(body: AskRequest | ChatRequest, request: Request) -> QueuedQuestion:
    """Return the question of a request."""
    filters, prefix = body.filters.to_filters(), root_path(request.scope)
    return QueuedQuestion(body.question, body.turns(), body.k, filters, prefix, body.accept)


async def json_answer(question: QueuedQuestion, queue: QuestionQueue, request: Request) -> Response:
    """Return the answer as a JSON response."""
    queue.admit(question)
    try:
        result = await queue.answer(question, request.receive)  # after the body, the next message is the disconnect
    except ClientDisconnect:
        return Response(status_code=CLIENT_CLOSED_REQUEST)  # for the log and the metrics
    return Response(result.json, media_type="application/json")
