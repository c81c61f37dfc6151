"""The process that measures one system: `python -m tests.side_by_side.worker JOB RESULT`.

JOB is a file with a `Job` as JSON; RESULT is written as JSON with `Measurements`. Standard output has one line for each
completed step: the ingest, then each question of both rounds. Output of libraries goes to standard error. Few modules
are imported, because the memory of this process is measured.
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

from tests.side_by_side.system import Inputs, System

__all__ = ["Job", "Measurements", "main"]

WARM_UP = 5
"""Number of untimed questions before the first timed one."""


@dataclass(frozen=True, slots=True)
class Job:
    """A system and the questions to measure it with.

    Args:
        implementation: `module:Class` of the system.
        inputs: Its constructor argument.
        questions: Texts of the questions.
        depth: Number of passages per timed question.
        deep: Number of passages per question of the second, untimed round, which measures recall.
    """

    implementation: str
    inputs: Inputs
    questions: Sequence[str]
    depth: int
    deep: int


@dataclass(frozen=True, slots=True)
class Measurements:
    """The measurements of one system.

    Args:
        ingest_s: Seconds until all passages can be searched.
        ingest_cpu_s: Processor time of the ingest in seconds, all threads together.
        latency_ms: Latency of each question.
        cpu_ms: Processor time of each question.
        found: Documents of the first `depth` passages of each question, best first.
        found_deep: Documents of the first `deep` passages.
        peak_mib: Peak resident memory of the process.
    """

    ingest_s: float
    ingest_cpu_s: float
    latency_ms: Sequence[float]
    cpu_ms: Sequence[float]
    found: Sequence[Sequence[str]]
    found_deep: Sequence[Sequence[str]]
    peak_mib: float


def measure(job: Job, step_done: Callable[[], None]) -> Measurements:
    """Build the system, ingest, and ask every question one at a time, in a timed and in a deep round."""
    module, name = job.implementation.split(":")
    system: System = getattr(importlib.import_module(module), name)(job.inputs)
    start, cpu_start = time.perf_counter(), time.process_time()
    system.ingest()
    ingest_s, ingest_cpu_s = time.perf_counter() - start, time.process_time() - cpu_start
    step_done()
    for question in job.questions[:WARM_UP]:
        system.search(question, job.depth)
    found, latency_ms, cpu_ms = [], [], []
    for question in job.questions:
        start, cpu_start = time.perf_counter(), time.process_time()
        found.append(system.search(question, job.depth))
        latency_ms.append(1000 * (time.perf_counter() - start))
        cpu_ms.append(1000 * (time.process_time() - cpu_start))
        step_done()
    found_deep = []
    for question in job.questions:
        found_deep.append(system.search(question, job.deep))
        step_done()
    return Measurements(ingest_s, ingest_cpu_s, latency_ms, cpu_ms, found, found_deep, peak_mib())


def peak_mib() -> float:
    """Return the peak resident memory of this process in MiB.

    On Linux `ru_maxrss` includes the parent's memory at the fork, so the kernel's high-water mark is used there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2  # bytes on macOS


def main() -> None:
    """Run the job named on the command line."""
    steps = _step_output()
    job, result = (Path(name) for name in sys.argv[1:])

    def step_done() -> None:
        steps.write("done\n")
        steps.flush()

    measurements = measure(TypeAdapter(Job).validate_json(job.read_bytes()), step_done)
    result.write_text(json.dumps(asdict(measurements)), encoding="utf-8")


def _step_output() -> TextIO:
    """Return standard output, and redirect what libraries print to standard error."""
    steps = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return steps


if __name__ == "__main__":
    main()
