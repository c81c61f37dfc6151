"""Update of the lexical index on disk in a separate process: `python -m corpus.lexical.rebuild DATA`.

Indexing all passages takes long and holds Python's lock. A server that did it would answer half as fast meanwhile.
"""

import subprocess
import sys
from pathlib import Path

from corpus.errors import FootnoteError
from corpus.lexical.projection import LexicalProjection
from corpus.store import View


def index_apart(folder: Path) -> None:
    """Update the lexical index of a store in another process. If that fails, the next open updates it.

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
    except FootnoteError:  # the next open reports it
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main())
