"""A benchmark's results, as they are stored."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.bench.asking import Asking
from eval.bench.encoding import Ingest
from eval.bench.machine import Machine, Memory
from eval.bench.stores import BuiltStore
from eval.bench.timing import Percentiles
from eval.bench.vectors import VectorSearch
from eval.errors import TargetError

__all__ = ["FORMAT", "BenchOptions", "Benchmark", "Served", "Verdict", "check_writable", "save_benchmark"]

FORMAT = 1


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """How a benchmark was asked for.

    Args:
        passages: Sizes of the stores.
        askers: Numbers of concurrent askers; 1 is among them.
        questions: How many are asked in each round with few askers.
        rounds: How often everything is measured.
        documents: At most so many real documents of a BEIR folder.
        seed: Of what is synthetic.
    """

    passages: Sequence[int]
    askers: Sequence[int]
    questions: int
    rounds: int
    documents: int
    seed: int


@dataclass(frozen=True, slots=True)
class Served:
    """What was measured on a store of one size.

    Args:
        store: The store.
        vectors: Its vector index by itself.
        ask_command_s: Seconds of `footnote ask` in a new process, of each start.
        ready_s: Seconds from the start of `footnote serve` until `/health/ready` answered, of each start.
        question_ms: Encoding a question alone, one at a time, in turns with the asking.
        asking: `POST /v1/ask`, by number of askers.
        ask_to_encode: The median of asking one at a time over that of encoding alone: the median round's.
        rounds_ask_to_encode: The same of each round.
        gain: By number of askers, answers a second over those of one asker.
        memory: Of the server after all that, if the system tells.
    """

    store: BuiltStore
    vectors: VectorSearch
    ask_command_s: Sequence[float]
    ready_s: Sequence[float]
    question_ms: Percentiles
    asking: Sequence[Asking]
    ask_to_encode: float
    rounds_ask_to_encode: Sequence[float]
    gain: Mapping[int, float]
    memory: Memory | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A budget, and what was measured.

    Args:
        name: Of the budget.
        demand: What it asks, in words.
        value: What was measured; None if it was not.
        passages: Size of the store; None where it does not matter.
        meant_for: The size that the budget is set for, if it is set for one.
        met: Whether the value keeps to the budget; None if there is no value.
    """

    name: str
    demand: str
    value: float | None
    passages: int | None
    meant_for: int | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A whole benchmark.

    Args:
        format: Of this object.
        started, finished: ISO 8601.
        machine: What it ran on.
        encoder: Name of the encoder.
        options: How it was asked for.
        set_name: The real documents and questions.
        synthetic: How the other documents were made, in words.
        ingest: Documents coming in.
        help_command_s: Seconds of `footnote --help`, of each start.
        served: One for each size.
        verdicts: The budgets.
    """

    format: int
    started: str
    finished: str
    machine: Machine
    encoder: str
    options: BenchOptions
    set_name: str
    synthetic: str
    ingest: Ingest
    help_command_s: Sequence[float]
    served: Sequence[Served]
    verdicts: Sequence[Verdict]


def check_writable(path: Path) -> None:
    """Make sure, before long work, that a file can be written.

    Raises:
        TargetError: It cannot.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name):
            pass
    except OSError as error:
        raise _unwritable(path, error) from error


def save_benchmark(benchmark: Benchmark, path: Path) -> None:
    """Write a benchmark as JSON, whole or not at all.

    Raises:
        TargetError: It cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(
            json.dumps(asdict(benchmark), ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8"
        )
        partial.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> TargetError:
    return TargetError(f"The benchmark cannot be written to {path} ({error.strerror}). Choose another file for --out.")
