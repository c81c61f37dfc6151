"""Serving in one process: alone, or as one of several workers."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.runtime.terminal import plural, say

if TYPE_CHECKING:
    from embeddings.encoder import Encoder
    from service.opening import Models, Say
    from service.retrieval import AnyRetriever
    from service.runtime.listener import Listener
    from service.settings import Settings
    from service.sharing import SharedState
    from service.telemetry.tracing import Tracing

logger = logging.getLogger(__name__)

RETIRE = signal.SIGUSR1
"""Signal to a worker whose successor accepts requests: it answers those that wait, and ends."""

EXIT_MARGIN_S = 0.5
"""Seconds before the promised time at which the process exits."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a worker serves when it becomes ready.

    Args:
        documents: Number of documents.
        passages: Number of passages.
        kind: Name of the vector search method.
    """

    documents: int
    passages: int
    kind: str


def teller(settings: Settings) -> Say:
    """Return what shows the progress of the start: plain lines for people, log lines for programs."""
    return logger.info if settings.log_format == "json" else say


def is_empty(settings: Settings) -> bool:
    """Return whether there are no documents. Create a store if there is none."""
    from corpus.errors import StoreMissingError
    from service.stores import open_store, open_view

    try:
        with open_view(settings) as view:  # works in a read-only folder
            return not view.counts()[0]
    except StoreMissingError:
        open_store(settings, create=True).close()
        return True


def ingest_starter(encoder: Encoder, settings: Settings, say: Say) -> None:
    """Ingest the starter documents.

    Raises:
        KeyboardInterrupt: It was interrupted.
    """
    from service.ingest import Ingester, starter_files
    from service.runtime.progress import NoProgress, progress_for
    from service.stores import open_store

    count = plural(len(starter_files()), "starter document")
    say(f"{settings.data} is empty: ingesting the {count}.")
    progress = NoProgress() if settings.log_format == "json" else progress_for()
    with open_store(settings) as store:
        if Ingester(store, lambda: encoder, settings).ingest_starter(progress).stopped:
            raise KeyboardInterrupt


def ready_line(listener: Listener, contents: Contents, workers: int = 1) -> str:
    """Return the line that says where the service answers."""
    host, port = listener.getsockname()[:2]
    address = f"[{host}]" if ":" in host else host
    held = f"{plural(contents.documents, 'document')}, {plural(contents.passages, 'passage')}"
    processes = f", {plural(workers, 'worker')}" if workers > 1 else ""
    held += f", vector index {contents.kind}{processes}"
    return f"Footnote is ready at http://{address}:{port} ({held}). Press Ctrl-C to stop."


def run_worker(
    settings: Settings,
    models: Models,
    listener: Listener,
    tracing: Tracing,
    ready: Callable[[Contents], None],
    *,
    warn: Say | None = None,
    shared: SharedState | None = None,
    retriever: AnyRetriever | None = None,
) -> None:
    """Serve until a signal stops it, and finish the requests in progress.

    Args:
        settings: The settings; `workers` of them share the processors.
        models: Models of the store.
        listener: Where to accept connections.
        tracing: Receives request spans.
        ready: Called when requests are accepted.
        warn: Shows a warning about the settings; None if another worker does.
        shared: What the workers share; None for a process alone.
        retriever: Has the indexes already; None if they are loaded here.

    Raises:
        StoreError: The store cannot be served.
        SettingsError: The settings cannot be used.
    """
    from service.http import Service, build_app
    from service.http.server.server import Server
    from service.opening import make_pipeline, open_library, warn_of_claims

    library = open_library(settings, models.encoder, warn or logger.info, retriever)
    pipeline = make_pipeline(settings, library, models)
    if warn is not None:
        warn_of_claims(pipeline, warn)
    pipeline.ask("Is everything warm?")  # the first forward pass is slow
    with library.snapshot() as snapshot:
        contents = Contents(*snapshot.view.counts(), snapshot.searcher.kind)
    app = build_app(Service(settings, library, pipeline), tracing, shared)
    gc.collect()
    gc.freeze()  # exempts existing objects from collections, which delay answers by some 20 ms
    server = Server(app, lambda: ready(contents), _exit_after)
    if shared is not None:
        signal.signal(RETIRE, lambda *_: server.retire())
    server.run(sockets=[listener])


def _exit_after(seconds: float) -> None:
    """End this process after a time, even if it is still building the index of a large store.

    Nothing is lost: acknowledged documents are on the disk, and the index is rebuilt.
    """

    def exit_now() -> None:
        logger.warning("Unfinished work is abandoned, so that the service stops in time.")
        logging.shutdown()
        os._exit(0)

    timer = threading.Timer(max(0.0, seconds - EXIT_MARGIN_S), exit_now)
    timer.daemon = True
    timer.start()
