"""`/v1/feedback`."""

import contextlib
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.concurrency import run_in_threadpool

from corpus.errors import UnknownDocumentError
from service.http.problems import ProblemError, invalid_request, problem_responses
from service.http.requests.bodies import JsonRoute
from service.http.state import FeedbackState, FreshnessState, Service, ServiceState
from service.schemas import FeedbackRequest, FieldError, RatedPassage, StoredFeedback
from service.upkeep import Feedback

router = APIRouter(prefix="/v1/feedback", tags=["feedback"], route_class=JsonRoute)


@router.post(
    "",
    summary="Rate an answer",
    status_code=201,
    responses=problem_responses(400, 401, 403, 408, 413, 415, 422, 429, 503),
)
async def give_feedback(
    request: FeedbackRequest, service: ServiceState, feedback: FeedbackState, freshness: FreshnessState
) -> StoredFeedback:
    """Store an anonymous rating of a passage, or of `uncertain` or `not_found`, for the operator to export.

    It is on the disk when the response arrives. Its `id` can withdraw it.
    """
    if not service.settings.feedback:
        raise ProblemError(403, "feedback-off", "Feedback is turned off (FOOTNOTE_FEEDBACK).")
    with contextlib.suppress(ProblemError):  # another worker may have answered, from newer documents
        await freshness.reach(request.generation or 0)
    return await run_in_threadpool(_stored, request, service, feedback)


@router.delete("/{feedback_id}", summary="Withdraw a rating", responses=problem_responses(401, 403, 404, 422, 429, 503))
def withdraw_feedback(
    feedback_id: Annotated[str, Path(max_length=100, description="Id from the response to the rating.")],
    feedback: FeedbackState,
) -> StoredFeedback:
    """Remove a rating. Its id is the only permission needed."""
    feedback.remove([feedback_id])
    return StoredFeedback(id=feedback_id)


def _stored(request: FeedbackRequest, service: Service, feedback: Feedback) -> StoredFeedback:
    text = None if request.passage is None else _text(service, request.passage)
    return StoredFeedback(id=feedback.add(request.entry(text)))


def _text(service: Service, passage: RatedPassage) -> str | None:
    """Return the passage's text: the document's own, or the text as sent for an earlier revision."""
    with service.library.snapshot() as snapshot:
        try:
            document = snapshot.view.document(passage.document_id)
        except UnknownDocumentError as error:
            raise _refused("document_id", "There is no document with this id.") from error
        if passage.revision != document.revision:
            return passage.text
        if passage.end > document.characters:
            raise _refused("end", "This is after the document's end.")
        text = snapshot.view.span(document, passage.start, passage.end)
    if passage.text not in (None, text):
        raise _refused("text", "This differs from the document's text from 'start' to 'end'.")
    return text


def _refused(field: str, detail: str) -> ProblemError:
    return invalid_request([FieldError(pointer=f"/passage/{field}", detail=detail)])
