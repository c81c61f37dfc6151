"""The file layer sees every call that changes a file below a data folder."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.reliability.scenarios import Command, Scenario, Workshop
from tests.reliability.shim import Action, Kind

CALLS = {
    Kind.WRITE: ("write", "pwrite64", "writev", "pwritev", "pwritev2", "fallocate"),
    Kind.SYNC: ("fsync", "fdatasync", "sync_file_range", "msync"),
    Kind.TRUNCATE: ("ftruncate", "truncate"),
    Kind.RENAME: ("rename", "renameat", "renameat2"),
    Kind.UNLINK: ("unlink", "unlinkat"),
    Kind.MKDIR: ("mkdir", "mkdirat"),
}
OTHERS = ("link", "linkat", "symlink", "symlinkat", "copy_file_range", "sendfile", "io_uring_enter")
"""Calls that the file layer does not support, and that the product must not use."""


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace to compare with")
def test_it_counts_what_the_system_sees(shop: Workshop, tmp_path: Path) -> None:
    data, trace = tmp_path / "data", tmp_path / "trace"
    names = ",".join(name for group in (*CALLS.values(), OTHERS) for name in group)
    command = ["strace", "-f", "-y", "-qq", "-o", str(trace), "-e", f"trace={names}"]
    for name, value in shop.shim.environment.items():
        command += ["-E", f"{name}={value}"]
    program = "from service.cli import main; main()"
    command += [sys.executable, "-c", program, "ingest", str(shop.one_more), "--data", str(data)]
    shop.shim.plan(data)
    ran = subprocess.run(command, capture_output=True, text=True, env=dict(shop.forks.environment))
    if "ptrace" in ran.stderr:
        pytest.skip("processes cannot be traced here")
    assert ran.returncode == 0, ran.stderr
    lines = [line for line in trace.read_text().splitlines() if str(data) in line and "-shm" not in line]
    seen = Counter(match[1] for line in lines if (match := re.match(r"\d+ +(\w+)\(", line)))
    assert {kind: shop.shim.count(kind) for kind in CALLS} == {
        kind: sum(seen[name] for name in group) for kind, group in CALLS.items()
    }
    assert [name for name in OTHERS if seen[name]] == []


def test_half_a_write_is_half_a_write(shop: Workshop, found: Sequence[Scenario]) -> None:
    [first] = [scenario for scenario in found if scenario.name == "first ingest"]
    assert isinstance(first, Command)
    data = shop.folder / "data"
    sizes = []
    for action in (Action.KILL_AFTER, Action.KILL_TORN):
        first.prepared(data)
        shop.shim.plan(data, action, 1, kinds=Kind.WRITE)
        assert shop.forks.run(*first.arguments, "--data", data).status == -9
        shop.shim.plan(None)
        sizes.append(max(path.stat().st_size for path in data.iterdir() if not path.name.endswith("-shm")))
    assert sizes[0] == 2 * sizes[1] > 0
