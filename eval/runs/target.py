"""The target of an evaluation: the pipeline in this process, or a running service."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import httpx2
from pydantic import TypeAdapter, ValidationError

from corpus.errors import UnknownDocumentError
from corpus.store import View
from eval.errors import TargetError
from service.answering import Answer, Turn
from service.opening import open_pipeline, warn_of_claims
from service.runtime.terminal import say
from service.settings import load_settings

PAGE = 1000
"""Documents per request: the maximum that the service allows."""

TIMEOUT_S = 60.0
"""Far beyond any answer; a slower service is an error."""

MOST_WAITS, LONGEST_WAIT_S = 20, 60.0
"""Maximum number of retries of a service that limits its rate, and maximum wait before each."""


class Target(Protocol):
    """Something that answers questions from documents."""

    def describe(self) -> Mapping[str, Any]:
        """Describe the target for the report: settings or address, generation, sizes."""
        ...

    def text(self, document_id: str) -> str:
        """Return the canonical text of a document.

        Raises:
            UnknownDocumentError: There is no such document.
        """
        ...

    def document_ids(self) -> set[str]:
        """Return the ids of all documents."""
        ...

    def ask(self, question: str, k: int, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question after the turns of `history`, with at most `k` passages."""
        ...


class LocalTarget:
    """The pipeline of the service, in this process."""

    def __init__(self, pipeline: Any) -> None:  # noqa: ANN401 - imported late
        self._pipeline = pipeline

    def describe(self) -> Mapping[str, Any]:
        """Return settings, generation and sizes."""
        with self._pipeline.library.snapshot() as snapshot:
            documents, passages = snapshot.view.counts()
            settings = self._pipeline.settings.model_dump(mode="json", exclude={"access", "data", "host", "port"})
            return {
                "kind": "in process",
                "settings": settings,
                "encoder": snapshot.view.fingerprint,
                "generation": snapshot.generation,
                "documents": documents,
                "passages": passages,
            }

    def text(self, document_id: str) -> str:
        """Return the canonical text of a document."""
        with self._pipeline.library.snapshot() as snapshot:
            text: str = snapshot.view.text(snapshot.view.document(document_id))
            return text

    def document_ids(self) -> set[str]:
        """Return the ids of all documents."""
        with self._pipeline.library.snapshot() as snapshot:
            return set(snapshot.view.document_ids())

    def ask(self, question: str, k: int, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question."""
        answer: Answer = self._pipeline.ask(question, history=history, k=k)
        return answer


class RemoteTarget:
    """A running service.

    Args:
        client: HTTP client with the address of the service as base.
    """

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self._answers = TypeAdapter(Answer)

    def describe(self) -> Mapping[str, Any]:
        """Return address, generation and sizes."""
        ready = self._json("GET", "/health/ready")
        if not {"generation", "documents", "passages"} <= ready.keys():
            raise self._stranger()
        return {"kind": "service", "url": str(self._client.base_url), **ready}

    def text(self, document_id: str) -> str:
        """Return the canonical text of a document."""
        response = self._send("GET", f"/v1/documents/{quote(document_id, safe='')}/text")
        if response.status_code == 404:
            raise UnknownDocumentError(f"The service has no document '{document_id}'.")
        return self._good(response).text

    def document_ids(self) -> set[str]:
        """Return the ids of all documents, read page by page."""
        ids: set[str] = set()
        cursor = ""
        while True:
            page = self._json("GET", f"/v1/documents?{urlencode({'limit': PAGE, 'cursor': cursor})}")
            try:
                ids.update(str(document["id"]) for document in page["documents"])
                following = page["next_cursor"]
            except (KeyError, TypeError) as error:
                raise self._stranger() from error
            if not isinstance(following, str) or following == cursor:
                return ids
            cursor = following

    def ask(self, question: str, k: int, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question."""
        turns = [asdict(turn) for turn in history]
        given = self._json("POST", "/v1/ask", {"question": question, "k": k, "history": turns, **self._accepted})
        try:
            return self._answers.validate_python(given)
        except ValidationError as error:
            raise TargetError("The service's answer does not match the API. Check that it is Footnote.") from error

    @cached_property
    def _accepted(self) -> Mapping[str, Any]:
        """Return the field that asks for uncertain answers; an older service refuses it, and has none."""
        described = self._json("GET", "/openapi.json")
        try:
            takes = "accept" in described["components"]["schemas"]["AskRequest"]["properties"]
        except (KeyError, TypeError) as error:
            raise self._stranger() from error
        return {"accept": ["uncertain"]} if takes else {}

    def _json(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        response = self._good(self._send(method, path, body))
        try:
            given = response.json()
        except ValueError:
            given = None
        if not isinstance(given, dict):
            raise self._stranger()
        return given

    def _stranger(self) -> TargetError:
        return TargetError(f"{self._client.base_url} does not answer like Footnote. Check the address.")

    def _send(self, method: str, path: str, body: object = None) -> httpx2.Response:
        response = self._sent(method, path, body)
        for _ in range(MOST_WAITS):
            if response.status_code != 429:
                break
            time.sleep(_seconds(response.headers.get("retry-after", "")))
            response = self._sent(method, path, body)
        return response

    def _sent(self, method: str, path: str, body: object) -> httpx2.Response:
        try:
            return self._client.request(method, path, json=body)
        except httpx2.UnsupportedProtocol as error:
            raise TargetError(
                f"'{str(self._client.base_url).rstrip('/')}' is not an address. Write one such as http://127.0.0.1:8000."
            ) from error
        except httpx2.HTTPError as error:
            raise TargetError(
                f"{self._client.base_url} does not answer ({type(error).__name__}). Is the service running there?"
            ) from error

    def _good(self, response: httpx2.Response) -> httpx2.Response:
        if response.is_success:
            return response
        detail = ""
        if response.headers.get("content-type") == "application/problem+json":
            detail = f" ({response.json().get('detail', '')})"
        advice = "Is it Footnote? Check the address."
        if response.status_code == 401:
            advice = "Set FOOTNOTE_ASK_KEYS to a key that the service accepts."
        raise TargetError(f"{self._client.base_url} answered {response.status_code}{detail}. {advice}")


def _seconds(retry_after: str) -> float:
    return min(float(retry_after), LONGEST_WAIT_S) if retry_after.isascii() and retry_after.isdecimal() else 1.0


@contextmanager
def local_target(data: Path | None, *, claims: bool = True, **settings: Any) -> Iterator[LocalTarget]:  # noqa: ANN401
    """Open the pipeline of a data folder for the block.

    Args:
        data: The folder; None for that of the settings.
        claims: Whether claims are measured. If not, a calibration that the settings name is ignored, because it may be
            for another reader, and nothing is said about claims.
        settings: Settings by name that override those of the environment.
    """
    loaded = load_settings(data=data, **settings)
    if not claims:
        loaded = loaded.model_copy(update={"calibration": None})
    with open_pipeline(loaded, say) as pipeline:
        if claims:
            warn_of_claims(pipeline, _say_once)
        pipeline.ask("Is everything warm?")
        yield LocalTarget(pipeline)


@cache
def _say_once(text: str) -> None:
    """Print a line on standard error, for the first of the sets and variants that are asked."""
    say(text)


@contextmanager
def remote_target(url: str) -> Iterator[RemoteTarget]:
    """Connect to a running service for the block, and check that it answers.

    Requests carry the first key of FOOTNOTE_ASK_KEYS, if there is one.
    """
    keys = load_settings().ask_key_values
    headers = {"Authorization": f"Bearer {keys[0]}"} if keys else {}
    try:
        client = httpx2.Client(base_url=url, timeout=TIMEOUT_S, headers=headers)
    except (httpx2.InvalidURL, ValueError) as error:
        raise TargetError(f"'{url}' is not an address. Write one such as http://127.0.0.1:8000.") from error
    with client:
        target = RemoteTarget(client)
        target.describe()
        yield target


@contextmanager
def texts(data: Path | None, url: str | None) -> Iterator[Callable[[str], str]]:
    """Yield a function that returns a document's canonical text by its id. No encoder is loaded."""
    if url is not None:
        with remote_target(url) as target:
            yield target.text
    else:
        with View(load_settings(data=data).data) as view:
            yield lambda document: view.text(view.document(document))
