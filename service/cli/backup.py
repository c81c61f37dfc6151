"""`footnote backup` and `footnote restore`."""

from pathlib import Path

import click

from service.runtime.terminal import NonEmptyPath, data_option, emit_json, json_option, plural

file_argument = click.argument("file", type=NonEmptyPath(path_type=Path), metavar="FILE")


@click.command()
@file_argument
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@data_option
@json_option
def backup(file: Path, force: bool, data: Path | None, as_json: bool) -> int:
    """Copy all documents, kept originals and feedback to one file, as they are at one moment.

    Other processes may read and write meanwhile. The copy is verified before it is kept. Indexes are not included,
    because they can be rebuilt. The exit code is 3 if the feedback is damaged and the backup does not include it.
    """
    from service.runtime.progress import progress_for
    from service.settings import load_settings
    from service.stores import require_local
    from service.upkeep import back_up

    settings = load_settings(data=data)
    require_local(settings, "backup", "Use pg_dump or pg_basebackup.")
    about, lost = back_up(settings.data, file, progress_for(), force=force)
    if as_json:
        emit_json(about)
    else:
        held = f"{plural(about.documents, 'document')} and {plural(about.passages, 'passage')}"
        if about.originals:
            held += f", with {plural(about.originals, 'original')}"
        size = file.stat().st_size / 1e6
        click.echo(f"Backed up {held} (generation {about.generation}) to {file}, {size:,.1f} MB.")
    if lost is not None:
        click.echo(f"The backup does not include the feedback. {lost}", err=True)
    return 0 if lost is None else 3


@click.command()
@file_argument
@click.option("--force", is_flag=True, help="Replace the existing documents.")
@data_option
@json_option
def restore(file: Path, force: bool, data: Path | None, as_json: bool) -> None:
    """Restore a backup made by `footnote backup`, in one step.

    The backup is verified first. A running server picks it up. Feedback given since the backup stays.
    """
    from service.runtime.progress import progress_for
    from service.settings import load_settings
    from service.stores import require_local
    from service.upkeep import restore as restored

    settings = load_settings(data=data)
    require_local(settings, "restore", "Use pg_restore or the base backup.")
    folder = settings.data
    about, generation, aside = restored(file, folder, progress_for(), force=force)
    if as_json:
        emit_json({"documents": about.documents, "passages": about.passages, "generation": generation, "aside": aside})
        return
    if aside is not None:
        click.echo(f"The existing store could not be opened. It is now named {aside}.", err=True)
    held = f"{plural(about.documents, 'document')} and {plural(about.passages, 'passage')}"
    click.echo(f"Restored {held} to {folder}, as of {about.made} (now generation {generation}).")
