"""`/v1/feedback`."""

from typing import Annotated

from fastapi import APIRouter, Path

from corpus.errors import UnknownDocumentError
from service.http.limits import refuse_beyond_limits
from service.http.problems import PROBLEM_RESPONSES, ProblemError
from service.http.requests.bodies import JsonRoute
from service.http.state import FeedbackState, Service, ServiceState
from service.schemas import FeedbackRequest, FieldError, RatedPassage, StoredFeedback

__all__ = ["router"]

router = APIRouter(prefix="/v1/feedback", tags=["feedback"], route_class=JsonRoute)


@router.post(
    "",
    summary="Say how good an answer was",
    status_code=201,
    responses=PROBLEM_RESPONSES(400, 401, 403, 408, 413, 415, 422, 429, 503),
)
def give_feedback(request: FeedbackRequest, service: ServiceState, feedback: FeedbackState) -> StoredFeedback:
    """Keep a rating of a passage, or of `not_found`, for the operator to export; who rated is not asked.

    It is on the disk when this answers. The `id` takes it back.
    """
    if not service.settings.feedback:
        raise ProblemError(
            403, "feedback-off", "No feedback is taken here: the operator has set FOOTNOTE_FEEDBACK off."
        )
    refuse_beyond_limits(request, service.settings)
    text = None if request.passage is None else _words(service, request.passage)
    return StoredFeedback(id=feedback.add(request.entry(text)))


@router.delete(
    "/{feedback_id}", summary="Take a rating back", responses=PROBLEM_RESPONSES(401, 403, 404, 422, 429, 503)
)
def take_back(
    feedback_id: Annotated[str, Path(max_length=100, description="As it came when the rating was given.")],
    feedback: FeedbackState,
) -> StoredFeedback:
    """Remove a rating for good; whoever holds its id may."""
    feedback.remove([feedback_id])
    return StoredFeedback(id=feedback_id)


def _words(service: Service, passage: RatedPassage) -> str | None:
    """The passage's words: the document's own at its present revision, and as they were sent at an earlier one."""
    with service.library.snapshot() as snapshot:
        try:
            document = snapshot.view.document(passage.document_id)
        except UnknownDocumentError as error:
            raise _refused("document_id", "There is no document with this id.") from error
        if passage.revision != document.revision:
            return passage.text
        if passage.end > document.characters:
            raise _refused("end", "This lies beyond the document's end.")
        text = snapshot.view.span(document, passage.start, passage.end)
    if passage.text not in (None, text):
        raise _refused("text", "These are not the words that the document has from 'start' to 'end'.")
    return text


def _refused(field: str, detail: str) -> ProblemError:
    return ProblemError(
        422,
        "invalid-request",
        "Some of what was sent cannot be used; see 'errors'.",
        errors=[FieldError(pointer=f"/passage/{field}", detail=detail)],
    )
