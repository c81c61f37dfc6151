"""The results of a benchmark, as stored."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.bench.encoding import Ingest
from eval.bench.load import LoadSummary
from eval.bench.machine import Machine, Memory
from eval.bench.stores import BuiltStore
from eval.bench.timing import Percentiles
from eval.bench.vectors import VectorSearch
from eval.errors import TargetError
from eval.files import write_atomically

FORMAT = 1


@dataclass(frozen=True, slots=True)
class BenchOptions:
    """The options of a benchmark.

    Args:
        passages: Sizes of the stores.
        askers: Numbers of concurrent askers, including 1.
        questions: Number of questions per round; with many askers at least 8 each.
        rounds: Number of rounds of each measurement.
        documents: Maximum number of real documents from a BEIR folder.
        seed: Seed of synthetic documents and samples.
    """

    passages: Sequence[int]
    askers: Sequence[int]
    questions: int
    rounds: int
    documents: int
    seed: int


@dataclass(frozen=True, slots=True)
class Served:
    """Measurements of a store of one size.

    Args:
        store: The store.
        vectors: Its vector index alone.
        ask_command_s: Seconds of each `footnote ask` in a new process.
        ready_s: Seconds from each start of `footnote serve` until `/health/ready` answered.
        question_ms: Latency of encoding one question alone, in the same rounds.
        asking: Load on `POST /v1/ask`, by number of askers.
        ask_to_encode: Median latency of one asker over that of encoding alone; median of the rounds.
        rounds_ask_to_encode: Ratio of each round.
        gain: Answers per second over those of one asker, by number of askers.
        memory: Memory of the server after the load; None if not available.
    """

    store: BuiltStore
    vectors: VectorSearch
    ask_command_s: Sequence[float]
    ready_s: Sequence[float]
    question_ms: Percentiles
    asking: Sequence[LoadSummary]
    ask_to_encode: float
    rounds_ask_to_encode: Sequence[float]
    gain: Mapping[int, float]
    memory: Memory | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A budget and the measured value.

    Args:
        name: Name of the budget.
        demand: Description of the budget.
        value: Measured value; None if it was not measured.
        passages: Size of the store; None if it does not matter.
        meant_for: Size of the store that the budget applies to; None for any.
        met: Whether the value meets the budget; None without a value.
    """

    name: str
    demand: str
    value: float | None
    passages: int | None
    meant_for: int | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A complete benchmark.

    Args:
        format: Format number of this object.
        started, finished: Times in ISO 8601.
        machine: The machine and the software.
        encoder: Name of the encoder.
        options: The options.
        set_name: Name of the set of real documents and questions.
        synthetic: Description of the synthetic documents.
        ingest: Speed of the ingest.
        help_command_s: Seconds of each `footnote --help`.
        served: Measurements by size of the store.
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
    """Check before the benchmark that its file can be written.

    Raises:
        TargetError: The file cannot be written.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name):
            pass
    except OSError as error:
        raise _unwritable(path, error) from error


def save_benchmark(benchmark: Benchmark, path: Path) -> None:
    """Write a benchmark as JSON.

    Raises:
        TargetError: The file cannot be written.
    """
    try:
        write_atomically(path, json.dumps(asdict(benchmark), ensure_ascii=False, indent=1, default=str) + "\n")
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> TargetError:
    return TargetError(f"The benchmark cannot be written to {path} ({error.strerror}). Choose another file for --out.")
