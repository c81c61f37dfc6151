"""The machine and the software of a benchmark, and the memory of processes."""

import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from threadpoolctl import threadpool_info

PACKAGES = (
    "footnote-qa",
    "faiss-cpu",
    "fastapi",
    "httpx2",
    "numpy",
    "sentence-transformers",
    "tokenizers",
    "torch",
    "transformers",
    "uvicorn",
)
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TOKENIZERS_PARALLELISM")
KIB = 1024


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine, the software, and the load.

    Args:
        cpu: Model of the processor.
        cores: Number of logical cores that this process may use.
        memory_bytes: Size of the main memory.
        system, python: Operating system and interpreter.
        packages: Versions by name; `sqlite` is the library.
        threads: Thread pools of this process, as `library: number`.
        environment: Environment variables that set numbers of threads.
        load: Mean length of the run queue over the minute before the benchmark: the load of other processes.
    """

    cpu: str
    cores: int
    memory_bytes: int
    system: str
    python: str
    packages: Mapping[str, str]
    threads: Sequence[str]
    environment: Mapping[str, str]
    load: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of a process in bytes.

    Args:
        resident: Resident memory.
        private: Its anonymous part, which the system cannot drop.
        peak: Peak resident memory.
    """

    resident: int
    private: int
    peak: int


def describe_machine() -> Machine:
    """Describe this machine."""
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        system=platform.platform(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages={**{name: _version(name) for name in PACKAGES}, "sqlite": sqlite3.sqlite_version},
        threads=sorted({f"{pool['prefix']}: {pool['num_threads']}" for pool in threadpool_info()}),
        environment={name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ},
        load=round(os.getloadavg()[0], 2),
    )


def memory_of(pid: int) -> Memory | None:
    """Return the memory of a process from /proc; None on a system without it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    kib = {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines) if "kB" in value}
    if not {"VmRSS", "RssAnon", "VmHWM"} <= kib.keys():
        return None
    return Memory(KIB * kib["VmRSS"], KIB * kib["RssAnon"], KIB * kib["VmHWM"])


def _cpu() -> str:
    """Return the model of the processor; on Linux only /proc has it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
