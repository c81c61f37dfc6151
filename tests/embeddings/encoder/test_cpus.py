"""How many processors are taken for usable, and what gives way on them."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from embeddings.encoder import cpus
from embeddings.encoder.cpus import NICENESS, usable_cpus
from embeddings.encoder.encoder import Encoder

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def four_processors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine that lets this process run on four processors, without a quota; where its quota would stand."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    monkeypatch.setattr(cpus, "CPU_MAX", tmp_path / "cpu.max")
    return tmp_path / "cpu.max"


def test_all_that_the_process_may_run_on() -> None:
    assert usable_cpus() == 4


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("max 100000", 4),
        ("200000 100000", 2),
        ("250000 100000", 2),
        ("50000 100000", 1),
        ("900000 100000", 4),
        ("nonsense", 4),
        ("", 4),
        ("1 0", 4),
    ],
)
def test_no_more_than_a_containers_quota_pays_for(four_processors: Path, quota: str, expected: int) -> None:
    four_processors.write_text(quota + "\n")

    assert usable_cpus() == expected


@pytest.mark.parametrize(("asked", "expected"), [("1", 1), ("3", 3), ("8", 4), ("0", 4), ("", 4), ("many", 4)])
def test_no_more_than_is_asked_for(monkeypatch: pytest.MonkeyPatch, asked: str, expected: int) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", asked)

    assert usable_cpus() == expected


def test_a_system_that_knows_no_affinity_gives_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)

    assert usable_cpus() == 6


def test_a_process_gives_way_with_all_that_it_starts() -> None:
    code = "import os; from embeddings.encoder import lower_priority as lower; lower(); lower(); os.system('nice')"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(ran.stdout) == max(NICENESS, os.nice(0))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows priorities of threads")
def test_what_encodes_passages_gives_way_to_what_encodes_questions(tiny_encoder: Encoder) -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    own = niceness()
    assert tiny_encoder._workers.submit(niceness).result() == max(NICENESS, own)
    assert niceness() == own
