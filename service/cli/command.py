"""The `footnote` command and its subcommands."""

from importlib.metadata import version

import click

from service.cli.ask import ask
from service.cli.backup import backup, restore
from service.cli.config import config
from service.cli.documents import documents
from service.cli.feedback import feedback
from service.cli.ingest import ingest, reindex
from service.cli.serve import serve
from service.cli.upgrade import upgrade
from service.cli.verify import verify
from service.runtime.terminal import run_command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("footnote-qa"), prog_name="footnote")
def footnote() -> None:
    """Answer questions from your own documents with the exact passages that answer them."""


for command in (ask, backup, config, documents, feedback, ingest, reindex, restore, serve, upgrade, verify):
    footnote.add_command(command)


def run() -> int:
    """Run the command line and return its exit code."""
    return run_command(footnote, "footnote")
