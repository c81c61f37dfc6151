"""`footnote serve`."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.runtime.terminal import data_option, plural

if TYPE_CHECKING:
    from embeddings.encoder import Encoder
    from service.settings import Settings
    from service.telemetry.tracing import Tracing

__all__ = ["serve"]

Say = Callable[[str], None]

logger = logging.getLogger("service")

LEAVE_BEFORE_S = 0.5
"""A process ends a moment before the time that is promised."""


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on  [default: 127.0.0.1]")
@click.option("--port", type=int, metavar="N", help="Port to listen on; 0 takes a free one  [default: 8000]")
@click.option("--no-starter", is_flag=True, help="Leave an empty data folder empty.")
@data_option
def serve(host: str | None, port: int | None, no_starter: bool, data: Path | None) -> None:
    """Serve the documents over HTTP; an empty data folder is given the starter documents first."""
    from importlib.metadata import version

    from service.access import access_of
    from service.runtime.heap import keep_few_heaps
    from service.settings import load_settings
    from service.telemetry.logs import configure_logs
    from service.telemetry.tracing import tracing_from

    keep_few_heaps()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # asked to stop: done, not failed
    settings = load_settings(data=data, host=host, port=port)
    access_of(settings)  # what is wrong with the keys is told before the encoder is loaded
    configure_logs(settings)
    say = _voice(settings)
    tracing = tracing_from(version("footnote-qa"))
    with _bound(settings.host, settings.port) as listener:
        from service.opening import load_encoder

        empty = _is_empty(settings)
        say("Loading the encoder.")
        encoder = load_encoder(settings, say=say)
        if empty and not no_starter:
            _give_starter(encoder, settings, say)
        _run(settings, encoder, listener, tracing, say)


def _voice(settings: Settings) -> Say:
    """Says how the start goes on: plainly to people, in lines like all others to programs."""
    return logger.info if settings.log_format == "json" else partial(click.echo, err=True)


def _bound(host: str, port: int) -> socket.socket:
    """A socket on the address, not listening yet, so that none waits on a service that is still loading."""
    from corpus.errors import AddressError
    from service.http import Listener

    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = Listener(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise AddressError(
            f"Cannot listen on {host}, port {port} ({error.strerror}). "
            "Stop what uses it, or choose another with --port."
        ) from error
    return listener


def _is_empty(settings: Settings) -> bool:
    """Whether there are no documents yet; where there is not even a store, make one."""
    from corpus.errors import StoreMissingError
    from corpus.store import Store, View

    try:
        with View(settings.data) as view:  # enough where nothing can be written
            return not view.counts()[0]
    except StoreMissingError:
        Store(settings.data, create=True).close()
        return True


def _give_starter(encoder: Encoder, settings: Settings, say: Say) -> None:
    from corpus.store import Store
    from service.ingest import Ingester, starter_files
    from service.runtime.progress import NoProgress, progress_for

    count = plural(len(starter_files()), "starter document")
    say(f"{settings.data} is empty: ingesting the {count} that come with Footnote.")
    progress = NoProgress() if settings.log_format == "json" else progress_for()
    with Store(settings.data) as store:
        Ingester(store, lambda: encoder, settings).ingest_starter(progress)


def _run(settings: Settings, encoder: Encoder, listener: socket.socket, tracing: Tracing, say: Say) -> None:
    from service.answering import Pipeline
    from service.http import Service, build_app
    from service.http.server.server import Server
    from service.opening import other_precision
    from service.retrieval import Library

    library = Library(settings, encoder, load=other_precision(settings, say))
    pipeline = Pipeline(library, settings)
    pipeline.ask("Is everything warm?")  # the first forward pass is slow; let no asker wait for it
    with library.snapshot() as snapshot:
        documents, passages = snapshot.view.counts()
        kind = snapshot.searcher.kind

    app = build_app(Service(settings, library, pipeline), tracing)
    gc.collect()
    gc.freeze()  # what is there stays: to look through it again and again would hold up an answer for some 20 ms

    def ready() -> None:
        host, port = listener.getsockname()[:2]
        address = f"[{host}]" if ":" in host else host
        about = f"{plural(documents, 'document')}, {plural(passages, 'passage')}, vector index {kind}"
        say(f"Footnote is ready at http://{address}:{port} ({about}). Press Ctrl-C to stop.")

    try:
        Server(app, ready, _leave_after).run(sockets=[listener])
    except KeyboardInterrupt:
        say("Stopped.")


def _leave_after(seconds: float) -> None:
    """End this process after a time, whatever still runs in it: an index of a large store takes long to make.

    Nothing is lost: what was acknowledged is on the disk, and an index is made again.
    """

    def leave() -> None:
        logger.warning("What still runs is given up, so that the service ends in time.")
        logging.shutdown()
        os._exit(0)

    timer = threading.Timer(max(0.0, seconds - LEAVE_BEFORE_S), leave)
    timer.daemon = True
    timer.start()
