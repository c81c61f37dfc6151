"""The process in which one system is measured: `python -m eval.bench.recipes.child JOB OUTCOME`.

JOB is a file that holds a `Job` as JSON; an `Outcome` is written to the file OUTCOME. Standard output carries a line
for each step that is done: the ingest, then each question of both rounds. Whatever a library prints goes to standard
error.
"""

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from pydantic import TypeAdapter

from eval.bench.recipes.recipe import Material, Recipe

__all__ = ["Job", "Outcome", "main"]

WARM_UP = 5
"""Questions asked before any is timed."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to measure.

    Args:
        recipe: `module:Class`.
        material: What the system is built from.
        questions: What is asked.
        depth: Passages that a timed question asks for.
        deep: Passages that each question asks for once more, untimed, for recall.
    """

    recipe: str
    material: Material
    questions: Sequence[str]
    depth: int
    deep: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured.

    Args:
        ingest_s: Seconds from the first passage until all could be searched.
        ingest_cpu_s: Seconds of processor time, of all threads, that this took.
        latency_ms: Of each question.
        cpu_ms: Processor time of each question.
        found: Documents of the first `depth` passages of each question, best first.
        found_deep: Documents of the first `deep` passages.
        peak_mib: The most memory that the process held.
    """

    ingest_s: float
    ingest_cpu_s: float
    latency_ms: Sequence[float]
    cpu_ms: Sequence[float]
    found: Sequence[Sequence[str]]
    found_deep: Sequence[Sequence[str]]
    peak_mib: float


def measure(job: Job, done: Callable[[], None]) -> Outcome:
    """Build the system, ingest, ask every question one at a time, and ask once more in depth."""
    module, name = job.recipe.split(":")
    system: Recipe = getattr(importlib.import_module(module), name)(job.material)
    begun, cpu_begun = time.perf_counter(), time.process_time()
    system.ingest()
    ingest_s, ingest_cpu_s = time.perf_counter() - begun, time.process_time() - cpu_begun
    done()
    for question in job.questions[:WARM_UP]:
        system.search(question, job.depth)
    found, latency_ms, cpu_ms = [], [], []
    for question in job.questions:
        begun, cpu_begun = time.perf_counter(), time.process_time()
        found.append(system.search(question, job.depth))
        latency_ms.append(1000 * (time.perf_counter() - begun))
        cpu_ms.append(1000 * (time.process_time() - cpu_begun))
        done()
    found_deep = []
    for question in job.questions:
        found_deep.append(system.search(question, job.deep))
        done()
    return Outcome(ingest_s, ingest_cpu_s, latency_ms, cpu_ms, found, found_deep, peak_mib())


def peak_mib() -> float:
    """The most resident memory that this process has held, in MiB.

    On Linux `ru_maxrss` begins at what the parent held when it forked, so the kernel's high-water mark is read there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # bytes on macOS


def main() -> None:
    """Do the job whose file is named on the command line."""
    channel = _own_output()
    job, outcome = (Path(name) for name in sys.argv[1:])

    def done() -> None:
        channel.write("done\n")
        channel.flush()

    measured = measure(TypeAdapter(Job).validate_json(job.read_bytes()), done)
    outcome.write_text(json.dumps(asdict(measured)), encoding="utf-8")


def _own_output() -> TextIO:
    """Standard output for this module alone; what others print goes to standard error."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return channel


if __name__ == "__main__":
    main()
