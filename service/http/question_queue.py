"""Queue of questions: a few worker threads, a bounded length, and one computation for identical questions."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from pydantic import TypeAdapter
from starlette.requests import ClientDisconnect
from threadpoolctl import threadpool_limits

from corpus.store import Filters
from embeddings.encoder.cpus import usable_cpus
from service.answering import Answer, Citation, Pipeline, Turn
from service.http.problems import ProblemError
from service.telemetry import record_question, with_request_context
from service.telemetry.metrics import Metrics
from service.telemetry.tracing import Tracing

MAX_QUEUED = 512
"""Maximum number of distinct questions in the queue, whatever their expected wait: it bounds memory."""

INITIAL_SECONDS = 0.05
"""Estimated seconds for an answer before any has been measured."""

WEIGHT = 0.05
"""Weight of the latest answer in the moving average of seconds for an answer."""

DISCONNECT_CHECK_S = 0.1
"""Seconds before a waiting client's connection is watched: most answers are ready earlier."""

_to_json = TypeAdapter(Answer).dump_json


@dataclass(frozen=True, slots=True)
class QueuedQuestion:
    """Everything that an answer depends on besides the documents, and the statuses that the client understands.

    Questions that differ only in `accept` are equal: they share one computation.

    Args:
        question: The question.
        history: Turns before it.
        k: Maximum number of passages.
        filters: Which documents may answer.
        root_path: Path prefix of links to documents.
        accept: Optional statuses that the client understands.
    """

    question: str
    history: Sequence[Turn]
    k: int
    filters: Filters
    root_path: str = ""
    accept: Sequence[str] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class SerializedAnswer:
    """An answer with its JSON."""

    answer: Answer
    json: bytes


class _Computation:
    """A queued or running question, with the number of clients that wait for it."""

    def __init__(self, future: "asyncio.Future[SerializedAnswer]") -> None:
        self.future = future
        self.waiting = 0


class QuestionQueue:
    """Answer questions on worker threads. All methods but `stop` and `close` belong to one event loop.

    Identical questions that are queued or running share one computation and its result or error; nothing is cached
    afterwards. A question is removed from the queue when all of its clients have disconnected.

    Args:
        pipeline: Computes answers.
        longest_wait: Seconds. A question with a longer expected wait is refused at once, so that accepted questions are
            answered in time under any load.
        metrics: Counts answers.
        tracing: Receives the duration of each step.
        threads: Worker threads; the number of usable processors if None. More would only compete for the interpreter.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        longest_wait: float,
        metrics: Metrics,
        tracing: Tracing,
        threads: int | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._longest_wait = longest_wait
        self._workers = threads or usable_cpus()
        self._seconds = INITIAL_SECONDS
        self._computations: dict[tuple[QueuedQuestion, int], _Computation] = {}
        self._stopped = False
        self._metrics = metrics
        self._tracing = tracing
        # One thread for the arithmetic libraries: theirs would wait for each other in busy loops.
        self._threads = ThreadPoolExecutor(
            self._workers, thread_name_prefix="ask", initializer=threadpool_limits, initargs=(1,)
        )

    def admit(self, question: QueuedQuestion) -> None:
        """Check that the queue accepts a question.

        Raises:
            ProblemError: The queue is too long, or the service is stopping.
        """
        record_question(question.question)
        if self._stopped:
            raise _stopping()
        is_full = len(self._computations) >= MAX_QUEUED or self._expected_wait() > self._longest_wait
        if is_full and self._key(question) not in self._computations:
            raise ProblemError(
                503,
                "too-busy",
                "Too many questions are waiting. Try again in a moment.",
                headers={"Retry-After": str(math.ceil(self._longest_wait))},
            )

    async def answer(
        self, question: QueuedQuestion, disconnected: Callable[[], Awaitable[object]] | None = None
    ) -> SerializedAnswer:
        """Answer an admitted question.

        Args:
            question: The question.
            disconnected: Returns when the client has disconnected.

        Raises:
            ClientDisconnect: The client has disconnected.
            ProblemError: The service is stopping.
        """
        key = self._key(question)
        computation = self._computations.get(key)
        if computation is None or computation.future.done():
            loop = asyncio.get_running_loop()
            compute = with_request_context(self._compute)
            future = loop.run_in_executor(self._threads, compute, question, time.monotonic())
            computation = self._computations[key] = _Computation(future)
        computation.waiting += 1
        try:
            await _wait(computation.future, disconnected)
            if computation.future.cancelled():
                raise _stopping()
            result = computation.future.result()
            self._metrics.answer_returned(result.answer)
            return _understood(result, question.accept)
        finally:
            computation.waiting -= 1
            if not computation.waiting:
                computation.future.cancel()
            is_over = computation.future.done() or not computation.waiting
            if is_over and self._computations.get(key) is computation:
                del self._computations[key]

    def queue(self) -> int:
        """Return the number of distinct questions that wait for a thread."""
        return max(0, len(self._computations) - self._workers)

    def stop(self) -> None:
        """Refuse waiting and new questions; finish the running ones."""
        self._stopped = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Stop, and wait for the running questions."""
        self._threads.shutdown(cancel_futures=True)

    def _key(self, question: QueuedQuestion) -> tuple[QueuedQuestion, int]:
        return question, self._pipeline.library.generation

    def _expected_wait(self) -> float:
        """Return the expected seconds until a new question is started."""
        return self.queue() * self._seconds / self._workers

    def _compute(self, question: QueuedQuestion, queued_at: float) -> SerializedAnswer:
        started, started_ns = time.monotonic(), time.time_ns()
        answer = self._pipeline.ask(question.question, history=question.history, k=question.k, filters=question.filters)
        if question.root_path:
            answer = _with_prefix(answer, question.root_path)
        result = SerializedAnswer(answer, _to_json(answer))
        self._metrics.answer_computed(started - queued_at, answer.timing_ms)
        self._tracing.answer_computed(started_ns, answer.timing_ms)
        self._seconds += WEIGHT * (time.monotonic() - started - self._seconds)
        return result


def _understood(result: SerializedAnswer, accept: Sequence[str]) -> SerializedAnswer:
    """Return an answer with a status that a client understands: `not_found` in place of `uncertain`, if need be."""
    if result.answer.status != "uncertain" or "uncertain" in accept:
        return result
    answer = replace(result.answer, status="not_found", reason=None)
    return SerializedAnswer(answer, _to_json(answer))


def _with_prefix(answer: Answer, prefix: str) -> Answer:
    """Return an answer whose links to documents begin with a path prefix."""

    def prefixed(citation: Citation) -> Citation:
        return replace(citation, href=prefix + citation.href)

    passages = [
        replace(
            passage,
            citation=prefixed(passage.citation),
            also_found_in=[prefixed(other) for other in passage.also_found_in],
        )
        for passage in answer.passages
    ]
    text = answer.answer
    if text:
        asked = text.reply_to and replace(text.reply_to, citation=prefixed(text.reply_to.citation))
        text = replace(text, citation=prefixed(text.citation), reply_to=asked)
    return replace(answer, answer=text, passages=passages)


async def _wait(
    future: "asyncio.Future[SerializedAnswer]", disconnected: Callable[[], Awaitable[object]] | None
) -> None:
    """Wait for a future, or raise `ClientDisconnect`."""
    await asyncio.wait({future}, timeout=None if disconnected is None else DISCONNECT_CHECK_S)
    if disconnected is None or future.done():
        return
    leaving: asyncio.Future[object] = asyncio.ensure_future(disconnected())
    try:
        await asyncio.wait((future, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
    if not future.done():
        raise ClientDisconnect


def _stopping() -> ProblemError:
    return ProblemError(503, "service-stopping", "The service is stopping. Try again in a moment.")
