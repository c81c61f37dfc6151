"""Metrics of several workers, in real processes: any of them has those of all."""

import errno
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.http.app import _metrics
from service.sharing.state import SharedState, shared_state
from tests.service.http.running import eventually

WORKER = """
import contextlib, json, sys
from pathlib import Path
from types import SimpleNamespace
from service.http.app import _metrics
from service.sharing import SharedState

view = SimpleNamespace(totals=SimpleNamespace(documents=0, passages=0))
snapshot = SimpleNamespace(generation=0, view=view)
library = SimpleNamespace(failure=None, snapshot=lambda: contextlib.nullcontext(snapshot))
queues = SimpleNamespace(questions=0, changes=0)
shared = SharedState(Path(sys.argv[1]))
metrics = _metrics(shared)
metrics.track(library, lambda: queues.questions, lambda: queues.changes)
print("ready", flush=True)
for line in sys.stdin:
    exec(line)
    print(json.dumps(metrics.exposition("")[0].decode()), flush=True)
"""

Values = dict[str, float]


class Worker:
    """A process of a service with several."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def does(self, line: str = "pass") -> Values:
        """Execute a line in the worker; return its metrics, without those of labels."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        text = self.process.stdout.readline().encode().decode("unicode_escape").strip().strip('"')
        families = text_string_to_metric_families(text)
        return {sample.name: sample.value for family in families for sample in family.samples}

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@pytest.fixture
def shared() -> Iterator[SharedState]:
    with shared_state() as shared:
        yield shared


@pytest.fixture
def start(shared: SharedState) -> Iterator[Callable[[], Worker]]:
    started: list[Worker] = []

    def _start() -> Worker:
        started.append(Worker(shared.folder))
        return started[-1]

    yield _start
    for worker in started:
        worker.kill()


def test_each_worker_has_the_metrics_of_all(start: Callable[[], Worker]) -> None:
    one, other = start(), start()
    one.does('metrics.request_started(); metrics.request_finished("GET", "/", 503, 0.1, "too-busy")')
    one.does("metrics.request_started(); queues.questions = 2; queues.changes = 1")
    other.does('metrics.request_started(); metrics.request_finished("GET", "/", 200, 0.1, None)')
    other.does("metrics.request_started(); queues.questions = 3")
    one.does("snapshot.generation, view.totals.documents = 7, 70; library.failure = OSError()")
    other.does("snapshot.generation, view.totals.documents = 8, 80")
    for found in (one.does(), other.does()):
        assert found["footnote_http_request_duration_seconds_count"] == 1  # of each status; the last one of them
        assert found["footnote_http_requests_in_flight"] == 2
        assert found["footnote_asks_waiting"] == 5
        assert found["footnote_changes_waiting"] == 1
        assert found["footnote_store_generation"] == 7
        assert found["footnote_store_stale"] == 1
        assert found["footnote_build_info"] == found["python_info"] == 1
        assert found["process_resident_memory_bytes"] > 1e6
        assert found["process_cpu_seconds_total"] > 0
    assert one.does()["footnote_store_documents"] == 70  # the most recent: that of the worker that answers
    assert other.does()["footnote_store_documents"] == 80


def test_what_a_killed_worker_counted_stays_and_what_it_did_does_not(
    start: Callable[[], Worker], shared: SharedState
) -> None:
    one, other = start(), start()
    finish = 'metrics.request_started(); metrics.request_finished("GET", "/", 200, 0.1, None)'
    begin = "; metrics.request_started()"
    one.does(finish + begin)
    before = other.does(finish + begin)
    assert before["footnote_http_requests_in_flight"] == 2
    one.kill()
    shared.forget(one.process.pid)
    after = other.does()
    assert after["footnote_http_requests_in_flight"] == 1
    assert after["footnote_http_request_duration_seconds_count"] == 2
    assert after["process_resident_memory_bytes"] < 0.7 * before["process_resident_memory_bytes"]
    replaced = start().does(finish + begin)
    assert replaced["footnote_http_requests_in_flight"] == 2
    assert replaced["footnote_http_request_duration_seconds_count"] == 3


def test_the_gauges_of_a_worker_that_answers_no_scrape_are_followed(start: Callable[[], Worker]) -> None:
    one, other = start(), start()
    one.does("import threading; threading.Timer(0.3, setattr, (queues, 'questions', 4)).start()")
    assert other.does()["footnote_asks_waiting"] == 0
    one.does("threading.Thread(target=metrics.publish, args=(threading.Event(),), daemon=True).start()")
    assert eventually(lambda: other.does()["footnote_asks_waiting"] == 4)


def test_replacing_workers_again_and_again_makes_no_more_files(
    start: Callable[[], Worker], shared: SharedState
) -> None:
    numbers = []
    for _ in range(3):
        worker = start()
        numbers.append(len(list(shared.metrics.iterdir())))
        worker.kill()
        shared.forget(worker.process.pid)
    assert len(set(numbers)) == 1


def test_a_killed_workers_gauges_count_no_more_once_another_has_its_place(start: Callable[[], Worker]) -> None:
    one = start()
    assert one.does("metrics.request_started()")["footnote_http_requests_in_flight"] == 1
    one.kill()
    assert start().does()["footnote_http_requests_in_flight"] == 0


def test_without_space_for_the_files_a_worker_counts_for_itself(
    shared: SharedState, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    metrics = _metrics(shared)
    assert not metrics.is_shared
    metrics.request_started()
    assert b"footnote_http_requests_in_flight 1.0" in metrics.exposition("")[0]
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "/metrics has those of one worker" in record.message
    assert not list(shared.metrics.glob("*.db"))
    assert not list(shared.metrics.glob("*.new"))


def test_without_its_folder_a_worker_counts_for_itself(tmp_path: Path) -> None:
    assert not _metrics(SharedState(tmp_path / "removed")).is_shared
