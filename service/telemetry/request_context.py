"""What is noted of a request while it is answered, on whichever thread, for the log, the metrics and the traces."""

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

__all__ = ["Observed", "carried", "current", "note_problem", "note_question", "observing"]

Given = ParamSpec("Given")
Made = TypeVar("Made")


@dataclass(slots=True)
class Observed:
    """A request that is being answered.

    Args:
        id: Its name in the log and in the header `X-Request-ID`.
        problem: The kind of the problem that it is answered with, such as `too-busy`.
        question: What it asks, if anything.
    """

    id: str
    problem: str | None = None
    question: str | None = None


_current: contextvars.ContextVar[Observed | None] = contextvars.ContextVar("observed", default=None)


def current() -> Observed | None:
    """The request that is being answered here; None outside of any."""
    return _current.get()


@contextlib.contextmanager
def observing(observed: Observed) -> Iterator[None]:
    """Within the block, and in the tasks and threads that it starts by `carried`, this request is answered."""
    token = _current.set(observed)
    try:
        yield
    finally:
        _current.reset(token)


def note_problem(name: str) -> None:
    """The present request is answered with a problem of this kind."""
    observed = _current.get()
    if observed is not None:
        observed.problem = name


def note_question(question: str) -> None:
    """The present request asks this."""
    observed = _current.get()
    if observed is not None:
        observed.question = question


def carried(function: Callable[Given, Made]) -> Callable[Given, Made]:
    """The same function, which on another thread still belongs to the present request; to be called once."""
    context = contextvars.copy_context()

    def within(*arguments: Given.args, **named: Given.kwargs) -> Made:
        return context.run(function, *arguments, **named)

    return within
