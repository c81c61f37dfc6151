"""Which processes there are, from /proc."""

import os
from pathlib import Path


def children() -> set[int]:
    """Ids of this process's children that still run."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue  # it ended meanwhile
        if int(parent) == os.getpid() and state != "Z":
            found.add(int(stat.parent.name))
    return found
