"""An answer as server-sent events: comments keep the connection alive until it has been computed."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import TypeAdapter

from service.answering import Answer, AnsweringPassage
from service.http.problems import problem_of
from service.http.question_queue import Asked, Asks

__all__ = ["EVENTS", "EVENTS_RESPONSE", "KEEP_ALIVE_S", "event_stream"]

EVENTS = "text/event-stream"

KEEP_ALIVE_S = 10.0
"""Between comments; proxies give up a connection on which nothing comes for 30 to 60 seconds."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""No answer is kept by anyone in between, and nginx passes each event on at once."""

EVENTS_RESPONSE = {
    "description": "The answer; as server-sent events where `Accept` prefers them.",
    "content": {
        EVENTS: {
            "schema": {
                "type": "string",
                "description": "Events with an `id` that counts from 1 and JSON as data: `answer` (the object without "
                '`passages`), `passage` (one each, in order), and `done` (`{"passages": N}`). At any time `error` '
                "(a Problem) may come instead; `done` and `error` are last. Comments keep the connection alive.",
            },
            "example": 'event: answer\ndata: {"question": "…", "status": "answered"}\nid: 1\n\n'
            'event: passage\ndata: {"id": "…", "rank": 1}\nid: 2\n\nevent: done\ndata: {"passages": 1}\nid: 3\n\n',
        }
    },
}
"""What the OpenAPI document says of a route that answers so."""

_answers = TypeAdapter(Answer)
_passages = TypeAdapter(AnsweringPassage)


def event_stream(asked: Asked, asks: Asks, where: str) -> EventSourceResponse:
    """A response that sends the answer as events.

    A client that leaves takes its question along if nobody else waits for it and no thread has begun with it.

    Args:
        asked: The question.
        asks: What answers; an error on the way becomes the event `error`.
        where: Method and route, for the log.

    Raises:
        ProblemError: The question cannot be taken now.
    """
    asks.admit(asked)
    return EventSourceResponse(_stream(asked, asks, where), headers=HEADERS)


async def _stream(asked: Asked, asks: Asks, where: str) -> AsyncIterator[bytes]:
    events = asyncio.ensure_future(_events(asked, asks, where))
    try:
        while not (await asyncio.wait({events}, timeout=KEEP_ALIVE_S))[0]:
            yield KEEPALIVE_COMMENT
        yield events.result()  # at once: what it is made of came at once, and nobody who reads slowly is waited for
    finally:
        events.cancel()


async def _events(asked: Asked, asks: Asks, where: str) -> bytes:
    try:
        named = list(_of_answer((await asks.answer(asked)).answer))
    except Exception as error:  # of whatever kind: the stream must end with an event
        named = [("error", problem_of(error, where).model_dump_json(exclude_none=True))]
    return b"".join(
        format_sse_event(event=name, data_str=data, id=str(number))
        for number, (name, data) in enumerate(named, start=1)
    )


def _of_answer(answer: Answer) -> Iterator[tuple[str, str]]:
    yield "answer", _answers.dump_json(answer, exclude={"passages"}).decode()
    for passage in answer.passages:
        yield "passage", _passages.dump_json(passage).decode()
    yield "done", f'{{"passages": {len(answer.passages)}}}'
