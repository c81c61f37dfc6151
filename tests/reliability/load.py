"""Shared parts of the load harnesses: command-line options, the served store, the checks of its server."""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from tests.reliability.clients import Connection
from tests.reliability.reports import Report
from tests.reliability.servers import Place, ServerProcess, Usage
from tests.reliability.texts import Writing

__all__ = ["SEED", "UNTIMED", "check_stop", "check_verify", "ingest", "run_in_temporary_folder", "settled"]

SEED = click.option("--seed", type=int, default=None, help="To repeat a run.")
UNTIMED = click.option("--untimed", is_flag=True, help="Judge no times: on a machine that others use.")


SETTLE_S = 60.0
LOOK_S = 2.0


def run_in_temporary_folder(name: str, seed: int | None, run: Callable[[Place, Report], None]) -> NoReturn:
    """Run a harness with a seed, random if None; exit with 1 if a promise is broken."""
    report = Report(name, random.randrange(2**32) if seed is None else seed)
    report.say(f"Seed {report.seed}.")
    with tempfile.TemporaryDirectory(prefix=f"footnote-{name}-") as folder:
        run(Place(Path(folder)), report)
    sys.exit(report.end())


def ingest(place: Place, documents: int, report: Report, **settings: str) -> Writing:
    """Ingest a number of documents; return the source of more texts."""
    writing = Writing(report.seed)
    report.say(f"Ingesting {documents} documents.")
    writing.folder(place.folder / "kept", documents)
    ran = place.command("ingest", str(place.folder / "kept"), **settings)
    report.check(ran.returncode == 0, f"the ingest failed: {ran.stderr}")
    return writing


def check_stop(server: ServerProcess, report: Report) -> float:
    """Stop a server and check its exit code and its log; return the seconds until its end."""
    code, seconds = server.stop()
    report.check(code == 0, f"the server ended with {code}: {server.said()[-2000:]}")
    report.check("Traceback" not in server.said(), f"the server logged a traceback: {server.said()[-2000:]}")
    return seconds


def check_verify(place: Place, report: Report) -> None:
    """Check that `footnote verify` finds nothing."""
    verified = place.command("verify")
    report.check(verified.returncode == 0, f"footnote verify: {verified.stdout} {verified.stderr}")


async def settled(server: ServerProcess, wanted: Usage | None = None) -> Usage:
    """Return the usage of a server without load once it is steady and not above the wanted one, or after `SETTLE_S`.

    Closed connections are released by themselves. Idle worker threads end when another one is used, hence the requests.
    """
    give_up = time.monotonic() + SETTLE_S
    now = server.usage()
    while time.monotonic() < give_up:
        connection = Connection(server.port)
        await connection.send("GET", "/v1/documents?limit=1")
        connection.close()
        await asyncio.sleep(LOOK_S)
        was, now = now, server.usage()
        is_steady = (now.files, now.threads) == (was.files, was.threads)
        if is_steady and (wanted is None or (now.files <= wanted.files and now.threads <= wanted.threads)):
            break
    return now
