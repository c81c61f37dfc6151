"""Context of a request, on any thread, for the log, the metrics and the traces."""

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class RequestContext:
    """A request in progress.

    Args:
        id: Its id in the log and in the header `X-Request-ID`.
        problem: Name of the problem in its response, such as `too-busy`.
        question: Its question, if any.
    """

    id: str
    problem: str | None = None
    question: str | None = None


_current: contextvars.ContextVar[RequestContext | None] = contextvars.ContextVar("request", default=None)


def current_request() -> RequestContext | None:
    """Return the current request; None outside of any."""
    return _current.get()


@contextlib.contextmanager
def use_request_context(context: RequestContext) -> Iterator[None]:
    """Make a request the current one within the block and its tasks; threads need `with_request_context`."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


def record_problem(name: str) -> None:
    """Record the problem that the current request is answered with."""
    context = _current.get()
    if context is not None:
        context.problem = name


def record_question(question: str) -> None:
    """Record the question of the current request."""
    context = _current.get()
    if context is not None:
        context.question = question


def with_request_context(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function that runs with the current request on another thread; it can be called once."""
    context = contextvars.copy_context()

    def run(*arguments: P.args, **named: P.kwargs) -> T:
        return context.run(function, *arguments, **named)

    return run
