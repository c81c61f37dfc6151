"""`footnote config`."""

import os
from pathlib import Path

import click

from service.runtime.terminal import data_option, emit_json, json_option, plain


@click.command()
@data_option
@json_option
def config(data: Path | None, as_json: bool) -> None:
    """Show every setting, its value and its origin."""
    from service.settings import PREFIX, Settings, load_settings

    settings = load_settings(data=data)
    rows = []
    for name, field in Settings.model_fields.items():
        variable = PREFIX + name.upper()
        origin = (
            "--data" if name == "data" and data is not None else "environment" if variable in os.environ else "default"
        )
        rows.append(
            {
                "name": variable,
                "value": getattr(settings, name),
                "from": origin,
                "description": field.description,
            }
        )
    if as_json:
        emit_json(rows)
        return
    for row in rows:
        click.echo(f"{row['name']}={plain(str(row['value']))}  ({row['from']})\n    {row['description']}")
