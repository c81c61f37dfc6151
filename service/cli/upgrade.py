"""`footnote upgrade`."""

from pathlib import Path

import click

from service.runtime.terminal import data_option


@click.command()
@data_option
def upgrade(data: Path | None) -> None:
    """Make the documents of an earlier version of Footnote usable by this one.

    It counts the words of all passages, and encodes nothing. It is one transaction: if it is interrupted, nothing has
    changed. An earlier version of Footnote cannot read the documents afterwards; make a backup with it before.
    """
    from service.runtime.progress import progress_for
    from service.settings import load_settings
    from service.stores import require_local
    from service.upkeep import upgraded

    settings = load_settings(data=data)
    require_local(settings, "upgrade", "There is no earlier format in PostgreSQL.")
    folder = settings.data
    if upgraded(folder, progress_for()):
        click.echo(f"The documents in {folder} are upgraded.")
    else:
        click.echo(f"The documents in {folder} need no upgrade.")
