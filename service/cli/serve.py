"""`footnote serve`."""

from __future__ import annotations

import errno
import gc
import logging
import os
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.options import LazyDefaultOption, setting_default
from service.runtime.terminal import data_option, plural
from service.runtime.terminal import say as say_on_terminal

if TYPE_CHECKING:
    from embeddings.encoder import Encoder
    from service.opening import Say
    from service.settings import Settings
    from service.telemetry.tracing import Tracing

logger = logging.getLogger("service")

EXIT_MARGIN_S = 0.5
"""Seconds before the promised time at which the process exits."""


@click.command()
@click.option(
    "--host", cls=LazyDefaultOption, shown=setting_default("host"), metavar="ADDRESS", help="Address to listen on."
)
@click.option(
    "--port",
    cls=LazyDefaultOption,
    shown=setting_default("port"),
    type=int,
    metavar="N",
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--no-starter", is_flag=True, help="Do not ingest the starter documents into an empty data folder.")
@data_option
def serve(host: str | None, port: int | None, no_starter: bool, data: Path | None) -> None:
    """Serve the documents over HTTP. An empty data folder gets the starter documents first."""
    from importlib.metadata import version

    from service.access import AccessControl
    from service.runtime.heap import keep_few_heaps
    from service.settings import load_settings
    from service.telemetry.logs import configure_logs
    from service.telemetry.tracing import tracing_from

    keep_few_heaps()
    settings = load_settings(data=data, host=host, port=port)
    AccessControl(settings)  # report unusable keys before the encoder is loaded
    configure_logs(settings)
    say = _say(settings)
    tracing = tracing_from(version("footnote-qa"))
    try:
        with _listener(settings.host, settings.port) as listener:
            from service.opening import load_encoder

            empty = _is_empty(settings)
            say("Loading the encoder.")
            encoder = load_encoder(settings, say)
            if empty and not no_starter:
                _ingest_starter(encoder, settings, say)
            _run(settings, encoder, listener, tracing, say)
    except KeyboardInterrupt:  # a requested stop is not a failure
        say("Stopped.")


def _say(settings: Settings) -> Say:
    """Return what shows the progress of the start: plain lines for people, log lines for programs."""
    return logger.info if settings.log_format == "json" else say_on_terminal


def _listener(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address. It does not listen yet, so that no client waits for the encoder to load."""
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
        remedy = {
            errno.EADDRINUSE: "Stop the program that uses it, or give another port with --port.",
            errno.EACCES: "Give a port above 1023 with --port.",
        }.get(error.errno or 0, "Give an address of this machine with --host.")
        raise AddressError(f"Cannot listen on {host}, port {port} ({error.strerror}). {remedy}") from error
    return listener


def _is_empty(settings: Settings) -> bool:
    """Return whether there are no documents. Create a store if there is none."""
    from corpus.errors import StoreMissingError
    from corpus.store import Store, View

    try:
        with View(settings.data) as view:  # works in a read-only folder
            return not view.counts()[0]
    except StoreMissingError:
        Store(settings.data, create=True).close()
        return True


def _ingest_starter(encoder: Encoder, settings: Settings, say: Say) -> None:
    from corpus.store import Store
    from service.ingest import Ingester, starter_files
    from service.runtime.progress import NoProgress, progress_for

    count = plural(len(starter_files()), "starter document")
    say(f"{settings.data} is empty: ingesting the {count}.")
    progress = NoProgress() if settings.log_format == "json" else progress_for()
    with Store(settings.data) as store:
        if Ingester(store, lambda: encoder, settings).ingest_starter(progress).stopped:
            raise KeyboardInterrupt


def _run(settings: Settings, encoder: Encoder, listener: socket.socket, tracing: Tracing, say: Say) -> None:
    from service.http import Service, build_app
    from service.http.server.server import Server
    from service.opening import make_pipeline, open_library, warn_of_claims

    library = open_library(settings, encoder, say)
    pipeline = make_pipeline(settings, library)
    warn_of_claims(pipeline, logger.warning if settings.log_format == "json" else say)
    pipeline.ask("Is everything warm?")  # the first forward pass is slow
    with library.snapshot() as snapshot:
        documents, passages = snapshot.view.counts()
        kind = snapshot.searcher.kind

    app = build_app(Service(settings, library, pipeline), tracing)
    gc.collect()
    gc.freeze()  # exempts existing objects from collections, which delay answers by some 20 ms

    def ready() -> None:
        host, port = listener.getsockname()[:2]
        address = f"[{host}]" if ":" in host else host
        contents = f"{plural(documents, 'document')}, {plural(passages, 'passage')}, vector index {kind}"
        say(f"Footnote is ready at http://{address}:{port} ({contents}). Press Ctrl-C to stop.")

    Server(app, ready, _exit_after).run(sockets=[listener])


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
