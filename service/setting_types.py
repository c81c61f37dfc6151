"""Types of settings that are checked or parsed."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_core import PydanticCustomError

from service.access import (
    KEY_RULE,
    is_usable,
    parsed_hosts,
    parsed_origins,
    parsed_prefix,
    parsed_proxies,
    separated,
)

MAX_SUGGESTED, MAX_SUGGESTED_CHARACTERS = 12, 200
"""Number and length of suggested questions that fit on the empty page."""


MOST_WORKERS = 64
"""Most processes that answer."""


def key_values(keys: SecretStr | None) -> tuple[str, ...]:
    """Return the keys in a setting."""
    return separated(None if keys is None else keys.get_secret_value())


def questions_of(questions: str | None) -> tuple[str, ...]:
    """Return the questions in a setting."""
    return tuple(question.strip() for question in (questions or "").split("|") if question.strip())


def _not_empty(path: object) -> object:
    if path == "":  # it would be the current folder
        raise PydanticCustomError("empty", "it must not be empty")
    return Path(path).expanduser() if isinstance(path, str | Path) else path


def _checked_keys(keys: SecretStr | None) -> SecretStr | None:
    if not all(map(is_usable, key_values(keys))):
        raise PydanticCustomError("key", "each key " + KEY_RULE)
    return keys


def _checked_proxies(proxies: str | None) -> str | None:
    parsed_proxies(separated(proxies))
    return proxies


def _checked_questions(questions: str | None) -> str | None:
    parts = questions_of(questions)
    if len(parts) > MAX_SUGGESTED or any(len(question) > MAX_SUGGESTED_CHARACTERS for question in parts):
        raise PydanticCustomError(
            "suggested_questions",
            f"at most {MAX_SUGGESTED} questions of at most {MAX_SUGGESTED_CHARACTERS} characters can be suggested",
        )
    return questions


def _checked_workers(workers: object) -> object:
    if workers == "auto":
        return workers
    number = int(str(workers)) if str(workers).isdecimal() else 0
    if not 1 <= number <= MOST_WORKERS:
        raise PydanticCustomError("workers", f"it must be auto, or a whole number from 1 to {MOST_WORKERS}")
    return number


Folder = Annotated[Path, BeforeValidator(_not_empty)]
Keys = Annotated[SecretStr | None, AfterValidator(_checked_keys)]
Origins = Annotated[str, AfterValidator(lambda origins: ",".join(parsed_origins(origins)))] | None
Hosts = Annotated[str, AfterValidator(lambda hosts: ",".join(parsed_hosts(hosts)))] | None
PathPrefix = Annotated[str, AfterValidator(parsed_prefix)] | None
Proxies = Annotated[str | None, AfterValidator(_checked_proxies)]
Questions = Annotated[str | None, AfterValidator(_checked_questions)]
Workers = Annotated[Literal["auto"] | int, BeforeValidator(_checked_workers)]
