"""The `footnote` command."""

import signal
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit with its code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop as on Ctrl-C
    try:
        from service.cli.command import run

        code = run()
    except KeyboardInterrupt:  # also during the imports
        sys.stderr.write("Stopped.\n")
        code = 130
    sys.exit(code)
