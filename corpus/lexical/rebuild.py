"""Bringing the lexical index on disk up to date in a process of its own: `python -m corpus.lexical.rebuild DATA`.

To index all passages anew takes long and keeps Python's lock; a server that did it itself would answer half as fast
meanwhile.
"""

import subprocess
import sys
from pathlib import Path

from corpus.errors import FootnoteError
from corpus.lexical.projection import LexicalProjection
from corpus.store import View

__all__ = ["index_apart"]


def index_apart(folder: Path) -> None:
    """Have another process bring the lexical index of a store up to date. If it fails, whoever opens it next does it.

    Args:
        folder: The data folder.
    """
    command = [sys.executable, "-P", "-m", "corpus.lexical.rebuild", str(folder.absolute())]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 - our own command


def _main() -> int:
    folder = Path(sys.argv[1])
    try:
        with View(folder) as view:
            LexicalProjection(folder).open(view)
    except FootnoteError:  # said by whoever opens it next
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
