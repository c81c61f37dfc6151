"""Changed files to every reader, and changed requests to a service, for as long as one likes.

Hypothesis makes them; what fails is made as small as it can be, and printed.

    python -m tests.hostile.fuzz --minutes 10 --only a.docx
"""

import functools
import random
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import click
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.answering.pipeline import Pipeline
from service.http.app import build_app
from service.http.state import Service
from service.ingest.ingester import Ingester
from service.reading.sandbox import Sandbox
from service.retrieval.library import Library
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.application import TRUCE
from tests.hostile.fuzzing import FILES, REQUESTS, assert_answered, assert_read
from tests.reliability.reports import Report
from tests.service.http.test_problems import assert_problem

__all__ = ["fuzz"]

Case = TypeVar("Case")

BATCH = 200
"""Cases for each format and each path before it is the next one's turn."""


def fuzz(
    client: TestClient, sandbox: Sandbox, examples: int, drawn: int, only: Collection[str] = ()
) -> Iterator[tuple[str, str | None]]:
    """Send cases to each reader and each path.

    Args:
        client: Of a service over some documents.
        sandbox: What reads the files.
        examples: For each of them.
        drawn: The seed: the same cases each time.
        only: Names of the readers and paths; all if it is empty.

    Returns:
        Of each reader and path its name and, if something failed, what.
    """
    for name, files in FILES.items():
        if only and name not in only:
            continue
        yield name, _failure(files, functools.partial(assert_read, name, sandbox), examples, drawn)
    for path, requests in REQUESTS.items():
        if only and path not in only:
            continue
        yield path, _failure(requests, functools.partial(assert_answered, client, assert_problem), examples, drawn)


def _failure(cases: st.SearchStrategy[Case], check: Callable[[Case], None], examples: int, drawn: int) -> str | None:
    last: list[Case] = []

    @seed(drawn)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def hold(case: Case) -> None:
        last[:] = [case]
        check(case)

    try:
        hold()
    except Exception as error:  # of whatever kind: that is what is looked for
        return f"{type(error).__name__}: {error}; of {last[0]!r}"
    return None


@contextmanager
def _served() -> Iterator[TestClient]:
    """A service over one document, with the encoder that comes with Footnote."""
    with tempfile.TemporaryDirectory(prefix="footnote-fuzz-") as folder:
        settings = Settings(data=Path(folder) / "data", wait_seconds=60.0, requests_per_minute=0, feedback_per_minute=0)
        document = Path(folder) / "truce.md"
        document.write_text(TRUCE)
        encoder = Encoder(settings.encoder, "int8", settings.exports or Path(folder) / "exports")
        with Store(settings.data, create=True) as store:
            Ingester(store, lambda: encoder, settings).ingest([document], NoProgress())
        library = Library(settings, encoder)
        with TestClient(build_app(Service(settings, library, Pipeline(library, settings)))) as client:
            yield client


@click.command()
@click.option("--minutes", default=10.0, show_default=True, help="To go on for.")
@click.option("--seed", "given_seed", type=int, default=None, help="To repeat a run.")
@click.option("--only", multiple=True, type=click.Choice([*FILES, *REQUESTS]), help="A reader or path. Repeatable.")
def main(minutes: float, given_seed: int | None, only: tuple[str, ...]) -> None:
    """Send changed files and requests; exit code 1 if one was not read, answered or refused as it should be."""
    report = Report("fuzz", random.randrange(2**32) if given_seed is None else given_seed)
    report.say(f"Seed {report.seed}.")
    cases, until = 0, time.monotonic() + 60 * minutes
    with _served() as client, closing(Sandbox()) as sandbox:
        while time.monotonic() < until:
            for name, failure in fuzz(client, sandbox, BATCH, report.seed + cases, only):
                report.check(failure is None, f"{name}: {failure}")
                cases += BATCH
            report.say(f"{cases:,} cases.")
    report.figures["cases"] = f"{cases:,}"
    raise SystemExit(report.end())


if __name__ == "__main__":
    main()
