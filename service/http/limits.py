"""What an operator allows of a question, where that is less than the API does."""

from collections.abc import Iterator
from typing import Any

from service.http.problems import ProblemError
from service.schemas import AskRequest, ChatRequest, FeedbackRequest, FieldError
from service.settings import Settings

__all__ = ["describe_limits", "refuse_beyond_limits"]


def refuse_beyond_limits(asked: AskRequest | ChatRequest | FeedbackRequest, settings: Settings) -> None:
    """Let a question through that is within the settings.

    Raises:
        ProblemError: It is not; the problem names each field.
    """
    errors = list(_errors(asked, settings))
    if errors:
        raise ProblemError(422, "invalid-request", "Some of what was sent cannot be used; see 'errors'.", errors=errors)


def _errors(asked: AskRequest | ChatRequest | FeedbackRequest, settings: Settings) -> Iterator[FieldError]:
    if isinstance(asked, ChatRequest):
        question_at, turns_at, turns = f"/messages/{len(asked.messages) - 1}/content", "/messages", asked.messages[:-1]
    else:
        question_at, turns_at, turns = "/question", "/history", asked.history
    if len(asked.question) > settings.question_characters:
        allowed = f"at most {settings.question_characters:,} characters are allowed here"
        yield FieldError(pointer=question_at, detail=f"The question is too long; {allowed}.")
    if sum(len(turn.content) for turn in turns) > settings.history_characters:
        allowed = f"at most {settings.history_characters:,} characters in all are taken here"
        yield FieldError(
            pointer=turns_at, detail=f"The conversation is too long. Send only the latest turns; {allowed}."
        )
    if not isinstance(asked, FeedbackRequest) and asked.k > settings.most_passages:
        yield FieldError(pointer="/k", detail=f"This must be at most {settings.most_passages}.")


def describe_limits(schemas: dict[str, Any], settings: Settings) -> None:
    """Have the schemas of an OpenAPI document tell these limits instead of the API's own."""
    for name in ("AskRequest", "FeedbackRequest"):
        schemas[name]["properties"]["question"]["maxLength"] = settings.question_characters
    for name in ("AskRequest", "ChatRequest"):
        schemas[name]["properties"]["k"]["maximum"] = settings.most_passages
    in_all = f" At most {settings.history_characters:,} characters in all."
    for name, field in (("AskRequest", "history"), ("ChatRequest", "messages"), ("FeedbackRequest", "history")):
        schemas[name]["properties"][field]["description"] += in_all
