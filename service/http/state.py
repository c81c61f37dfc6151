"""What the routes work with."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from service.access import AccessInForce
from service.answering import Pipeline
from service.http.question_queue import Asks
from service.ingest import Intake
from service.retrieval import Library
from service.settings import Settings
from service.telemetry.metrics import Metrics
from service.upkeep import Feedback

__all__ = ["AccessState", "AsksState", "FeedbackState", "IntakeState", "MetricsState", "Service", "ServiceState"]

# What is given is asked for on the event loop: FastAPI takes a thread for each function that is not asynchronous.


@dataclass(frozen=True, slots=True)
class Service:
    """Everything a running service is made of; built at the edge, passed down."""

    settings: Settings
    library: Library
    pipeline: Pipeline


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceState = Annotated[Service, Depends(_service)]
"""A route's parameter of this type is given the service."""


async def _access(request: Request) -> AccessInForce:
    access: AccessInForce = request.app.state.access
    return access


AccessState = Annotated[AccessInForce, Depends(_access)]
"""A route's parameter of this type is given who may do what."""


async def _intake(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


IntakeState = Annotated[Intake, Depends(_intake)]
"""A route's parameter of this type is given what changes the documents."""


async def _asks(request: Request) -> Asks:
    asks: Asks = request.app.state.asks
    return asks


AsksState = Annotated[Asks, Depends(_asks)]
"""A route's parameter of this type is given what answers questions."""


async def _feedback(request: Request) -> Feedback:
    feedback: Feedback = request.app.state.feedback
    return feedback


FeedbackState = Annotated[Feedback, Depends(_feedback)]
"""A route's parameter of this type is given what keeps the ratings."""


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


MetricsState = Annotated[Metrics, Depends(_metrics)]
"""A route's parameter of this type is given what counts and times."""
