"""`footnote serve`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.options import LazyDefaultOption, setting_default
from service.runtime.terminal import data_option, plain

if TYPE_CHECKING:
    from service.opening import Say
    from service.runtime.listener import Listener
    from service.settings import Settings

logger = logging.getLogger("service")


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
@click.option(
    "--workers",
    cls=LazyDefaultOption,
    shown=setting_default("workers"),
    metavar="N",
    help="Processes that answer; auto starts one for each processor.",
)
@click.option("--no-starter", is_flag=True, help="Do not ingest the starter documents into an empty data folder.")
@data_option
def serve(host: str | None, port: int | None, workers: str | None, no_starter: bool, data: Path | None) -> int:
    """Serve the documents over HTTP. An empty data folder gets the starter documents first."""
    from service.access import AccessControl
    from service.runtime.heap import keep_few_heaps
    from service.settings import load_settings
    from service.telemetry.logs import configure_logs
    from service.workers import listening_sockets, teller

    keep_few_heaps()
    settings = load_settings(data=data, host=host, port=port, workers=workers)
    AccessControl(settings)  # report unusable keys before the encoder is loaded
    configure_logs(settings)
    say = teller(settings)
    listeners = listening_sockets(settings.host, settings.port, settings.worker_count)
    try:
        if len(listeners) > 1:
            return _serve_by_workers(settings, listeners, say, starter=not no_starter)
        _serve_alone(settings, listeners[0], say, starter=not no_starter)
    except KeyboardInterrupt:  # a requested stop is not a failure
        say("Stopped.")
    finally:
        for listener in listeners:
            listener.close()
    return 0


def _serve_alone(settings: Settings, listener: Listener, say: Say, *, starter: bool) -> None:
    from importlib.metadata import version

    from service.opening import load_encoder, load_models
    from service.telemetry.tracing import tracing_from
    from service.workers import ingest_starter, is_empty, ready_line, run_worker

    tracing = tracing_from(version("footnote-qa"))
    empty = is_empty(settings)
    say("Loading the encoder.")
    encoder = load_encoder(settings, say)
    if empty and starter:
        ingest_starter(encoder, settings, say)
    warn = logger.warning if settings.log_format == "json" else say
    models = load_models(settings, encoder)
    run_worker(settings, models, listener, tracing, lambda contents: say(ready_line(listener, contents)), warn=warn)


def _serve_by_workers(settings: Settings, listeners: list[Listener], say: Say, *, starter: bool) -> int:
    from service.workers import StartError, supervise

    given = {"data": str(settings.data), "host": settings.host, "port": settings.port, "workers": settings.workers}
    try:
        supervise(listeners, given, say, starter=starter)
    except StartError as error:
        click.echo(f"Error: {plain(error.message)}", err=True)
        return error.code
    return 0
