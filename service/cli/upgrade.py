"""`footnote upgrade`."""

from pathlib import Path

import click

from service.runtime.terminal import data_option, emit_json, json_option

__all__ = ["upgrade"]


@click.command()
@data_option
@json_option
def upgrade(data: Path | None, as_json: bool) -> None:
    """Bring a store that an earlier Footnote wrote up to date.

    All changes in one step at the end, so that an interruption leaves the old state. An earlier Footnote cannot read
    the store afterwards.
    """
    from corpus import store
    from service.runtime.progress import progress_for
    from service.settings import load_settings

    progress = progress_for()
    try:
        version = store.upgrade(load_settings(data=data).data, progress.start, progress.advance)
    finally:
        progress.finish()
    if as_json:
        emit_json({"from": version, "to": store.FORMAT_VERSION})
    elif version == store.FORMAT_VERSION:
        click.echo(f"The store is of format version {store.FORMAT_VERSION} already.")
    else:
        click.echo(f"Brought the store from format version {version} to {store.FORMAT_VERSION}.")
