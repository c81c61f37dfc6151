"""Objects that routes get from the application, as FastAPI dependencies."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from service.access import AccessControl
from service.answering import Pipeline
from service.http.question_queue import QuestionQueue
from service.ingest import ChangeQueue
from service.retrieval import Library
from service.settings import Settings
from service.telemetry.metrics import Metrics
from service.upkeep import Feedback


@dataclass(frozen=True, slots=True)
class Service:
    """Parts of a running service that are built before the application."""

    settings: Settings
    library: Library
    pipeline: Pipeline


def _state(name: str) -> Callable[[Request], Awaitable[Any]]:
    """Return a dependency on an attribute of `app.state`."""

    async def get(request: Request) -> Any:  # noqa: ANN401 - asynchronous: FastAPI runs other functions in a thread
        return getattr(request.app.state, name)

    return get


ServiceState = Annotated[Service, Depends(_state("service"))]
AccessState = Annotated[AccessControl, Depends(_state("access"))]
IntakeState = Annotated[ChangeQueue, Depends(_state("intake"))]
QuestionQueueState = Annotated[QuestionQueue, Depends(_state("question_queue"))]
FeedbackState = Annotated[Feedback, Depends(_state("feedback"))]
MetricsState = Annotated[Metrics, Depends(_state("metrics"))]
