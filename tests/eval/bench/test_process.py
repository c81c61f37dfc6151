"""Servers and commands in subprocesses: started, measured and always ended."""

import threading
from pathlib import Path

import httpx2
import pytest

from eval.bench.load import ask_all
from eval.bench.machine import memory_of
from eval.bench.process import seconds_of_command, serving
from eval.errors import TargetError
from service.http.state import Service
from tests.eval.bench.processes import children

pytestmark = pytest.mark.usefixtures("environment")


def test_a_server_is_asked_by_many_at_once_and_stopped(service: Service) -> None:
    questions = [f"When did the truce begin? {number}" for number in range(12)]
    before = children()
    with serving(service.settings.data) as server:
        assert children() - before == {server.pid}
        assert server.ready_s > 0
        memory = memory_of(server.pid)
        assert memory is not None
        for askers in (1, 4):
            load = ask_all(server.url, questions, askers)
            assert load.failures == []
            assert len(load.latencies_ms) == len(load.steps_ms["encode"]) == len(questions)
            assert load.rate > 0
        refused = ask_all(server.url, ["The truce?", "", "The prison?"], 1)
        assert refused.failures == ["status 422"]
        assert len(refused.latencies_ms) == 2
    assert children() == before
    assert ask_all(server.url, questions, 2).failures == ["ConnectionRefusedError"] * len(questions)


def test_a_server_is_stopped_when_the_work_with_it_fails(service: Service) -> None:
    before = children()
    with pytest.raises(ZeroDivisionError), serving(service.settings.data) as server:
        _ = 1 / 0
    assert children() == before
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{server.url}/health/live", trust_env=False)
    assert "bench-server-words" not in {thread.name for thread in threading.enumerate()}


def test_a_server_that_does_not_start_is_an_error_with_its_last_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_ENCODER", "/no/such/encoder")
    before = children()
    with (
        pytest.raises(
            TargetError, match=r"(?s)ended with exit code 1 before .* last output:.*no folder /no/such/encoder"
        ),
        serving(tmp_path / "data"),
    ):
        pass
    assert children() == before


def test_a_command_is_timed_and_one_that_fails_is_an_error_with_its_last_output(tmp_path: Path) -> None:
    assert seconds_of_command("--help") > 0
    with pytest.raises(TargetError, match=r"(?s)'footnote ask' failed with exit code 3\. .*There are no documents in"):
        seconds_of_command("ask", "What?", "--data", str(tmp_path / "nowhere"))
