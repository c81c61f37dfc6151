"""What the routes work with."""

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from service.answering import Pipeline
from service.feedback import Feedback
from service.intake import Intake
from service.library import Library
from service.settings import Settings

__all__ = ["FeedbackState", "IntakeState", "Service", "ServiceState", "StreamThreads"]


@dataclass(frozen=True, slots=True)
class Service:
    """Everything a running service is made of; built at the edge, passed down."""

    settings: Settings
    library: Library
    pipeline: Pipeline


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


ServiceState = Annotated[Service, Depends(_service)]
"""A route's parameter of this type is given the service."""


def _intake(request: Request) -> Intake:
    intake: Intake = request.app.state.intake
    return intake


IntakeState = Annotated[Intake, Depends(_intake)]
"""A route's parameter of this type is given what changes the documents."""


def _stream_threads(request: Request) -> Executor:
    threads: Executor = request.app.state.stream_threads
    return threads


StreamThreads = Annotated[Executor, Depends(_stream_threads)]
"""A route's parameter of this type is given the threads that compute what is streamed."""


def _feedback(request: Request) -> Feedback:
    feedback: Feedback = request.app.state.feedback
    return feedback


FeedbackState = Annotated[Feedback, Depends(_feedback)]
"""A route's parameter of this type is given what keeps the ratings."""
