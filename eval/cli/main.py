"""The group of subcommands, the exit codes and the error messages."""

import signal
import sys

import click

from eval.cli.bench import bench
from eval.cli.calibrate import calibrate
from eval.cli.compare import compare
from eval.cli.imports import import_
from eval.cli.reading import reading, references
from eval.cli.run import run
from eval.cli.train import train
from eval.cli.train_maps import train_maps
from service.runtime.terminal import run_command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def footnote_eval() -> None:
    """Measure the quality of answers, and the effect of changes.

    Start with a set of questions: footnote-eval run --set my-set.jsonl --report report/
    """


for command in (run, compare, import_, reading, references, calibrate, bench, train, train_maps):
    footnote_eval.add_command(command)


def main() -> None:
    """Run the command line and exit with its code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop as on Ctrl-C
    sys.exit(_run())


def _run() -> int:
    try:
        return run_command(footnote_eval, "footnote-eval")
    except ModuleNotFoundError as error:
        click.echo(f"Error: {error.name} is not installed. Install it with: pip install 'footnote-qa[eval]'", err=True)
        return 1
