"""The description of the machine."""

import os
from importlib.metadata import version

import pytest

from eval.bench import machine
from eval.bench.machine import describe_machine, memory_of


def test_the_machine_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    described = describe_machine()
    assert described.cpu
    assert 1 <= described.cores <= (os.cpu_count() or 1)
    assert described.memory_bytes > 2**28
    assert described.packages["torch"] == version("torch")
    assert described.packages["sqlite"].count(".") == 2
    assert described.environment["OMP_NUM_THREADS"] == "3"
    assert "MKL_NUM_THREADS" not in described.environment
    assert described.load >= 0


def test_a_package_that_is_not_there_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "PACKAGES", ("no-such-package-at-all",))
    assert describe_machine().packages["no-such-package-at-all"] == "not installed"


def test_the_memory_of_this_process_is_known() -> None:
    memory = memory_of(os.getpid())
    assert memory is not None
    assert 2**20 < memory.private <= memory.resident <= memory.peak


def test_of_a_process_that_is_not_there_no_memory_is_known() -> None:
    assert memory_of(2**22 + 1) is None
