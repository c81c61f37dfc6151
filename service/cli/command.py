"""The `footnote` command: subcommands, exit codes, error messages.

Exit codes: 0 done, 1 an input cannot be used, 2 wrong usage, 3 the store cannot be used, 130 interrupted.
"""

import os
import sys
from importlib.metadata import version

import click

from corpus.errors import FootnoteError, StoreError
from service.cli.ask import ask
from service.cli.backup import backup, restore
from service.cli.config import config
from service.cli.documents import documents
from service.cli.feedback import feedback
from service.cli.ingest import ingest, reindex
from service.cli.serve import serve
from service.cli.verify import verify
from service.runtime.terminal import plain

__all__ = ["footnote", "run"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("footnote-qa"), prog_name="footnote")
def footnote() -> None:
    """Answer questions from your own documents with the exact passages that answer them."""


for command in (ask, backup, config, documents, feedback, ingest, reindex, restore, serve, verify):
    footnote.add_command(command)


def run() -> int:
    """Run the command line and return its exit code."""
    try:
        code = footnote.main(prog_name="footnote", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except StoreError as error:
        return _fail(error, 3)
    except FootnoteError as error:
        return _fail(error, 1)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 130
    except BrokenPipeError:  # a reader such as `head` has finished
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _fail(error: FootnoteError, code: int) -> int:
    click.echo(f"Error: {plain(str(error))}", err=True)
    return code
