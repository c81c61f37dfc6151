"""The process that workers are forked from: `python -m service.workers.template CHANNEL`.

It loads the models once, without starting a thread, so that its forks share their memory. It serves nothing itself.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpus.errors import FootnoteError, StoreError
from service.workers.channel import Channel

if TYPE_CHECKING:
    from embeddings.encoder import Encoder
    from service.opening import Models
    from service.retrieval import LocalRetriever
    from service.settings import Settings

INTERRUPTED = 130
"""Exit code of a process that SIGINT has ended."""

REAP_S = 1.0
"""Seconds between two looks for workers that have ended."""


def main(channel: Channel) -> None:
    """Load the models, then fork a worker for each request, until the supervisor closes the channel.

    Args:
        channel: To the supervisor. The first message has the options of the command and the shared folder. The template
            sends `ready` or `failed`; then each message brings the channel and the socket of a worker.
    """
    first, _ = channel.receive()
    if first is None:
        return
    from service.runtime.heap import keep_few_heaps

    keep_few_heaps()
    try:
        loaded = _load(first, channel)
    except FootnoteError as error:
        channel.send(failure(error))
        return
    gc.collect()
    gc.freeze()  # a collection would write to all pages that the workers share
    channel.send({"ready": True})
    while True:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not select.select([channel], [], [], REAP_S)[0]:
            continue
        request, descriptors = channel.receive()
        if request is None:
            return
        if os.fork() == 0:
            channel.close()
            os._exit(_work(loaded, Path(first["shared"]), request, descriptors))
        for descriptor in descriptors:
            os.close(descriptor)


def failure(error: FootnoteError) -> dict[str, Any]:
    """Return the message about an error that ends a process, with the exit code of a command that it ends."""
    return {"failed": str(error), "code": 3 if isinstance(error, StoreError) else 1}


class Loaded(NamedTuple):
    """What workers share."""

    settings: Settings
    models: Models
    retriever: LocalRetriever


def _load(first: dict[str, Any], channel: Channel) -> Loaded:
    from threadpoolctl import threadpool_limits

    from service.opening import load_encoder, load_models
    from service.settings import load_settings
    from service.telemetry.logs import configure_logs
    from service.workers.serving import is_empty, teller

    settings = load_settings(**first["options"])
    configure_logs(settings)
    say = teller(settings)
    say("Loading the encoder.")
    empty = is_empty(settings)
    encoder = load_encoder(settings, say)
    if empty and first["starter"]:
        _ingest_apart(settings, encoder, channel)
    import service.http.server.server  # noqa: F401 - what workers import, they share
    from service.retrieval import local_retriever

    models, retriever = load_models(settings, encoder), local_retriever(settings)
    # Threads of OpenMP do not survive a fork. What is wrong with the store, a worker reports.
    with threadpool_limits(1), contextlib.suppress(StoreError):
        retriever.load(encoder.dimension)
    return Loaded(settings, models, retriever)


def _ingest_apart(settings: Settings, encoder: Encoder, channel: Channel) -> None:
    """Ingest the starter documents in another process, so that this one starts no thread.

    Raises:
        SystemExit: They cannot be ingested; the supervisor has the message.
    """
    process = os.fork()
    if not process:
        os._exit(_ingest(settings, encoder, channel))
    try:
        _, status = os.waitpid(process, 0)
    except KeyboardInterrupt:
        os.kill(process, signal.SIGINT)
        os.waitpid(process, 0)
        raise
    if status:
        raise SystemExit(os.waitstatus_to_exitcode(status))


def _ingest(settings: Settings, encoder: Encoder, channel: Channel) -> int:
    """Ingest the starter documents; return the exit code of this process."""
    from service.workers.serving import ingest_starter, teller

    try:
        ingest_starter(encoder, settings, teller(settings))
    except FootnoteError as error:
        message = failure(error)
        channel.send(message)
        return int(message["code"])
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _work(loaded: Loaded, folder: Path, request: dict[str, Any], descriptors: list[int]) -> int:
    """Run a worker in this new process; return its exit code."""
    channel = Channel.from_descriptor(descriptors[0])
    channel.send({"process": os.getpid()})
    try:
        _serve(loaded, folder, request, descriptors[1], channel)
    except FootnoteError as error:
        message = failure(error)
        channel.send(message)
        return int(message["code"])
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _serve(loaded: Loaded, folder: Path, request: dict[str, Any], descriptor: int, channel: Channel) -> None:
    from importlib.metadata import version

    from service.runtime.listener import Listener
    from service.sharing import SharedState
    from service.telemetry.tracing import tracing_from
    from service.workers.serving import Contents, run_worker, teller

    settings, models, retriever = loaded
    listener = Listener(fileno=descriptor)
    stop_with_supervisor(channel)

    def ready(contents: Contents) -> None:
        channel.send({"ready": [contents.documents, contents.passages, contents.kind]})

    if request["slot"]:
        retriever.leave_files_to_others()
    warn = teller(settings) if request["warns"] else None
    tracing = tracing_from(version("footnote-qa"))
    shared = SharedState(folder)
    run_worker(settings, models, listener, tracing, ready, warn=warn, shared=shared, retriever=retriever)


def stop_with_supervisor(channel: Channel) -> None:
    """Stop this process, as SIGTERM does, when the supervisor has ended."""

    def wait() -> None:
        while channel.receive()[0] is not None:
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="follow-supervisor", daemon=True).start()


if __name__ == "__main__":
    try:
        main(Channel(socket.socket(fileno=int(sys.argv[1]))))
    except KeyboardInterrupt:  # the supervisor stops before the models are loaded
        sys.exit(INTERRUPTED)
