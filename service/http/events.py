"""Answers as server-sent events, with comments that keep the connection alive until the answer is computed."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import TypeAdapter

from service.answering import Answer, AnsweringPassage
from service.http.problems import problem_from_error
from service.http.question_queue import QuestionQueue, QueuedQuestion

EVENTS = "text/event-stream"

KEEP_ALIVE_S = 10.0
"""Seconds between comments; proxies close a connection that is silent for 30 to 60 seconds."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Disable caching, and buffering in nginx."""

EVENTS_RESPONSE = {
    "description": "The answer; as server-sent events if `Accept` prefers them.",
    "content": {
        EVENTS: {
            "schema": {
                "type": "string",
                "description": "Events with JSON data and an `id` that counts from 1: `answer` (the object without "
                '`passages`), `passage` (one for each, in order), and `done` (`{"passages": N}`). `error` (a Problem) '
                "can replace them at any time. `done` and `error` are last. Comments keep the connection alive.",
            },
            "example": 'event: answer\ndata: {"question": "…", "status": "answered"}\nid: 1\n\n'
            'event: passage\ndata: {"id": "…", "rank": 1}\nid: 2\n\nevent: done\ndata: {"passages": 1}\nid: 3\n\n',
        }
    },
}
"""Entry of a route's `responses` in the OpenAPI document."""

_answers = TypeAdapter(Answer)
_passages = TypeAdapter(AnsweringPassage)


def event_stream(question: QueuedQuestion, queue: QuestionQueue, where: str) -> EventSourceResponse:
    """Return a response that sends the answer as events.

    When the client disconnects, its question is cancelled unless another client waits for it or it has been started.

    Args:
        question: The question.
        queue: Answers it; an error becomes the event `error`.
        where: Method and route, for the log.

    Raises:
        ProblemError: The queue does not accept the question.
    """
    queue.admit(question)
    return EventSourceResponse(_stream(question, queue, where), headers=HEADERS)


async def _stream(question: QueuedQuestion, queue: QuestionQueue, where: str) -> AsyncIterator[bytes]:
    events = asyncio.ensure_future(_events(question, queue, where))
    try:
        while not (await asyncio.wait({events}, timeout=KEEP_ALIVE_S))[0]:
            yield KEEPALIVE_COMMENT
        yield events.result()  # in one piece: a slow reader holds nothing but these bytes
    finally:
        events.cancel()


async def _events(question: QueuedQuestion, queue: QuestionQueue, where: str) -> bytes:
    try:
        events = list(_of_answer((await queue.answer(question)).answer))
    except Exception as error:  # of any kind: the stream must end with an event
        events = [("error", problem_from_error(error, where).model_dump_json(exclude_none=True))]
    return b"".join(
        format_sse_event(event=name, data_str=data, id=str(number))
        for number, (name, data) in enumerate(events, start=1)
    )


def _of_answer(answer: Answer) -> Iterator[tuple[str, str]]:
    yield "answer", _answers.dump_json(answer, exclude={"passages"}).decode()
    for passage in answer.passages:
        yield "passage", _passages.dump_json(passage).decode()
    yield "done", f'{{"passages": {len(answer.passages)}}}'
