"""Questions on their way to an answer: few threads, a bounded queue, and one computation for all who ask the same."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pydantic import TypeAdapter
from starlette.requests import ClientDisconnect
from threadpoolctl import threadpool_limits

from corpus.store import Filters
from embeddings.encoder.cpus import usable_cpus
from service.answering import Answer, Pipeline, Turn
from service.http.problems import ProblemError
from service.telemetry import carried, note_question
from service.telemetry.metrics import Metrics
from service.telemetry.tracing import Tracing

__all__ = ["MOST_WAITING", "Answered", "Asked", "Asks"]

MOST_WAITING = 512
"""Different questions that may wait, however quickly they are answered: it bounds memory."""

FIRST_GUESS_S = 0.05
"""What an answer is thought to take before one has been given."""

WEIGHT = 0.05
"""Of the latest answer in what the next one is thought to take."""

LOOK_S = 0.1
"""Whoever waits longer is looked after: most have their answer by then."""

_json = TypeAdapter(Answer).dump_json


@dataclass(frozen=True, slots=True)
class Asked:
    """All that an answer depends on, beside the documents."""

    question: str
    history: Sequence[Turn]
    k: int
    filters: Filters


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and the same as JSON."""

    answer: Answer
    json: bytes


class _Work:
    """A question that is computed or is to be, and how many wait for it."""

    def __init__(self, future: "asyncio.Future[Answered]") -> None:
        self.future = future
        self.waiting = 0


class Asks:
    """Answers questions on threads of its own; to be used on one event loop.

    Who asks what somebody else is waiting for gets the same answer, or the same error. Nothing is kept beyond that. A
    question is computed as long as anyone waits for it: if all have left before it is its turn, it never is.

    Args:
        pipeline: What answers.
        longest_wait: Seconds. A question that would have to wait longer for its turn is refused at once, so that
            those that are taken are answered in time however many come.
        metrics: Where answers are counted.
        tracing: Where it is told how long their steps took.
        threads: Questions that are computed at once; as many as there are processors if None. More would only take
            turns at the interpreter, and memory.
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
        self._at_once = threads or usable_cpus()
        self._seconds = FIRST_GUESS_S
        self._works: dict[tuple[Asked, int], _Work] = {}
        self._stopped = False
        self._metrics = metrics
        self._tracing = tracing
        # The arithmetic libraries' own threads wait for each other busily, where every processor has a question.
        self._threads = ThreadPoolExecutor(
            self._at_once, thread_name_prefix="ask", initializer=threadpool_limits, initargs=(1,)
        )

    def admit(self, asked: Asked) -> None:
        """Make sure that a question can be taken now.

        Raises:
            ProblemError: Too many wait already, or the service is stopping.
        """
        note_question(asked.question)
        if self._stopped:
            raise _stopping()
        too_many = len(self._works) >= MOST_WAITING or self._expected_wait() > self._longest_wait
        if too_many and self._key(asked) not in self._works:
            raise ProblemError(
                503,
                "too-busy",
                "Too many questions are waiting. Try again in a moment.",
                headers={"Retry-After": str(math.ceil(self._longest_wait))},
            )

    async def answer(self, asked: Asked, left: Callable[[], Awaitable[object]] | None = None) -> Answered:
        """Answer a question that has been admitted.

        Args:
            asked: The question.
            left: Returns when the asker has left.

        Raises:
            ClientDisconnect: The asker has left.
            ProblemError: The service is stopping.
        """
        key = self._key(asked)
        work = self._works.get(key)
        if work is None or work.future.done():
            loop = asyncio.get_running_loop()
            compute = carried(self._compute)
            work = self._works[key] = _Work(loop.run_in_executor(self._threads, compute, asked, time.monotonic()))
        work.waiting += 1
        try:
            await _done(work.future, left)
            if work.future.cancelled():
                raise _stopping()
            answered = work.future.result()
            self._metrics.answered(answered.answer)
            return answered
        finally:
            work.waiting -= 1
            if not work.waiting:
                work.future.cancel()
            if self._works.get(key) is work and (work.future.done() or not work.waiting):
                del self._works[key]

    def queue(self) -> int:
        """How many different questions wait for their turn."""
        return max(0, len(self._works) - self._at_once)

    def stop(self) -> None:
        """Refuse what waits for its turn, and whatever comes; what is being computed is answered."""
        self._stopped = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Stop, and wait for what is being computed."""
        self._threads.shutdown(cancel_futures=True)

    def _key(self, asked: Asked) -> tuple[Asked, int]:
        with self._pipeline.library.snapshot() as snapshot:
            return asked, snapshot.generation

    def _expected_wait(self) -> float:
        """Seconds until the turn of a question that comes now."""
        return self.queue() * self._seconds / self._at_once

    def _compute(self, asked: Asked, came: float) -> Answered:
        begun, began_at = time.monotonic(), time.time_ns()
        answer = self._pipeline.ask(asked.question, history=asked.history, k=asked.k, filters=asked.filters)
        answered = Answered(answer, _json(answer))
        self._metrics.computed(begun - came, answer.timing_ms)
        self._tracing.computed(began_at, answer.timing_ms)
        self._seconds += WEIGHT * (time.monotonic() - begun - self._seconds)
        return answered


async def _done(future: "asyncio.Future[Answered]", left: Callable[[], Awaitable[object]] | None) -> None:
    """Wait for an answer, and for nobody who has left."""
    await asyncio.wait({future}, timeout=None if left is None else LOOK_S)
    if left is None or future.done():
        return
    leaving: asyncio.Future[object] = asyncio.ensure_future(left())
    try:
        await asyncio.wait((future, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
    if not future.done():
        raise ClientDisconnect


def _stopping() -> ProblemError:
    return ProblemError(503, "service-stopping", "The service is stopping. Try again in a moment.")
