"""Objects that routes get from the application, as FastAPI dependencies."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from corpus.store import Originals, StoredDocument
from service.access import AccessControl
from service.answering import Pipeline
from service.http.freshness import Freshness
from service.http.question_queue import QuestionQueue
from service.ingest import ChangeQueue
from service.reading import PagePictures
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

    def has_original(self, document: StoredDocument) -> bool:
        """Return whether the original of a document is kept, and may be shown."""
        return self.settings.originals and Originals(self.settings.data).has(document.source_sha256)


def _state(name: str) -> Callable[[Request], Awaitable[Any]]:
    """Return a dependency on an attribute of `app.state`."""

    async def get(request: Request) -> Any:  # noqa: ANN401 - asynchronous: FastAPI runs other functions in a thread
        return getattr(request.app.state, name)

    return get


ServiceState = Annotated[Service, Depends(_state("service"))]
AccessState = Annotated[AccessControl, Depends(_state("access"))]
IntakeState = Annotated[ChangeQueue, Depends(_state("intake"))]
QuestionQueueState = Annotated[QuestionQueue, Depends(_state("question_queue"))]
FreshnessState = Annotated[Freshness, Depends(_state("freshness"))]
FeedbackState = Annotated[Feedback, Depends(_state("feedback"))]
PagePicturesState = Annotated[PagePictures, Depends(_state("page_pictures"))]
MetricsState = Annotated[Metrics, Depends(_state("metrics"))]
