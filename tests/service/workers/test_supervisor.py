"""`footnote serve` with several workers, as an operator runs it."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.reliability.servers import KEY, Place, ServerProcess

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="several workers need Linux")

PATIENCE_S = 30.0
"""Far beyond what a step takes."""


@pytest.fixture
def place(tmp_path: Path, tiny_model: Path, exports: Path) -> Place:
    encoder = tmp_path / "encoder"
    shutil.copytree(tiny_model, encoder)
    settings = {
        "FOOTNOTE_ENCODER": str(encoder),
        "FOOTNOTE_EXPORTS": str(exports),
        "FOOTNOTE_PASSAGE_TOKENS": "40",
        "FOOTNOTE_TITLE_TOKENS": "8",
        "FOOTNOTE_READER": "off",
        "FOOTNOTE_WORKERS": "2",
        "FOOTNOTE_REFRESH_SECONDS": "0.2",
        "FOOTNOTE_WAIT_SECONDS": "30",
    }
    place = Place(tmp_path, settings)
    text = tmp_path / "truce.txt"
    text.write_text("The truce\n\nThe truce began in March. The mayor spoke of peace.")
    assert place.command("ingest", str(text)).returncode == 0
    return place


@pytest.fixture
def server(place: Place) -> Iterator[ServerProcess]:
    with place.serving() as server:
        yield server


def until(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def get(server: ServerProcess, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    headers = {"Authorization": f"Bearer {KEY}"} if body is None else {"Content-Type": "application/json"}
    with contextlib.closing(connection):
        connection.request("GET" if body is None else "POST", path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()


def asked(server: ServerProcess, question: str = "When did the truce begin?") -> int:
    return get(server, "/v1/ask", json.dumps({"question": question}).encode())[0]


def lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_it_says_once_that_it_is_ready_and_stops_with_code_0(server: ServerProcess) -> None:
    workers = server.workers()
    assert len(workers) == 2
    assert [asked(server) for _ in range(10)] == [200] * 10

    assert server.stop()[0] == 0
    assert not any(map(lives, workers))
    assert server.said().count("Footnote is ready at") == 1
    assert "1 document, 1 passage, vector index exact, 2 workers" in server.said()
    assert server.said().count("Loading the encoder.") == 1
    assert "Traceback" not in server.said()


def test_ctrl_c_stops_it(server: ServerProcess) -> None:
    assert server.stop(signal.SIGINT)[0] == 0


def test_a_killed_worker_is_replaced_and_requests_wait_for_it(server: ServerProcess) -> None:
    before = server.workers()
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    assert [asked(server) for _ in range(8)] == [200] * 8
    until(lambda: len(server.workers()) == 2)
    assert not set(before) & set(server.workers())
    assert f"Worker {before[0]} has ended, and is replaced." in server.said()


def test_a_worker_that_ends_again_and_again_is_replaced_after_longer_and_longer_times(server: ServerProcess) -> None:
    for _ in range(4):
        until(lambda: len(server.workers()) == 2)
        os.kill(server.workers()[0], signal.SIGKILL)
        time.sleep(0.2)
    until(lambda: len(server.workers()) == 2)
    assert [asked(server) for _ in range(4)] == [200] * 4


def test_sighup_renews_all_workers_without_a_refusal(server: ServerProcess) -> None:
    before = server.workers()
    statuses: list[int] = []
    renewed = threading.Event()

    def ask() -> None:
        while not renewed.is_set():
            statuses.append(asked(server))

    askers = [threading.Thread(target=ask) for _ in range(12)]
    for asker in askers:
        asker.start()
    server.process.send_signal(signal.SIGHUP)
    until(lambda: not set(before) & set(server.workers()) and len(server.workers()) == 2)
    renewed.set()
    for asker in askers:
        asker.join()
    assert set(statuses) == {200}
    assert len(statuses) > 20
    assert "The workers are renewed." in server.said()
    assert asked(server) == 200
    assert server.stop()[0] == 0


def test_a_renewal_that_fails_leaves_the_workers(server: ServerProcess, place: Place) -> None:
    before = server.workers()
    shutil.rmtree(place.folder / "encoder")
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "New workers cannot be started, and the present ones go on" in server.said())
    assert server.workers() == before
    assert asked(server) == 200
    assert server.stop()[0] == 0


def test_workers_end_with_a_killed_supervisor(server: ServerProcess) -> None:
    workers = server.workers()
    server.process.kill()
    until(lambda: not any(map(lives, workers)))


def test_a_killed_template_is_started_again(server: ServerProcess) -> None:
    template = int(Path(f"/proc/{server.workers()[0]}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(template, signal.SIGKILL)
    until(lambda: "The process that starts workers has ended, and is started again." in server.said())
    until(lambda: len(server.workers()) == 2)
    assert [asked(server) for _ in range(4)] == [200] * 4
    assert server.stop()[0] == 0


def test_the_template_has_one_thread(server: ServerProcess) -> None:
    """Another one would be missing in the workers, with what it holds locked. tantivy's sleeps, and holds nothing."""
    template = int(Path(f"/proc/{server.workers()[0]}/stat").read_text().rpartition(")")[2].split()[1])
    names = [path.read_text().strip() for path in Path(f"/proc/{template}/task").glob("*/comm")]
    assert [name for name in names if "tantivy" not in name] == [names[0]]


def test_a_second_service_on_the_port_is_refused(server: ServerProcess, place: Place) -> None:
    for workers in ("1", "2"):
        ran = place.command("serve", "--port", str(server.port), "--workers", workers)
        assert (ran.returncode, ran.stderr.count("Address already in use")) == (1, 1)


def test_a_store_that_cannot_be_served_ends_the_command_with_its_message(place: Place) -> None:
    ran = place.command("serve", "--port", "0", FOOTNOTE_PASSAGE_TOKENS="35")
    assert ran.returncode == 3
    assert ran.stderr.count("were encoded with another FOOTNOTE_PASSAGE_TOKENS.") == 1
    assert "Traceback" not in ran.stderr


def test_an_encoder_that_cannot_be_loaded_ends_the_command_with_its_message(place: Place) -> None:
    ran = place.command("serve", "--port", "0", FOOTNOTE_ENCODER="/there/is/none")
    assert ran.returncode == 1
    assert ran.stderr.count("Error: ") == 1
    assert "Traceback" not in ran.stderr


def test_an_empty_folder_gets_the_starter_documents_once(place: Place) -> None:
    command = place.begin("serve", "--port", "0", FOOTNOTE_DATA=str(place.folder / "empty"))
    assert command.stdout is not None
    said = ""
    try:
        while "ready" not in said:
            line = command.stdout.readline()
            assert line
            said += line
    finally:
        command.send_signal(signal.SIGTERM)
        command.communicate(timeout=PATIENCE_S)
    assert said.count("ingesting the") == 1
    assert re.search(r"\(\d\d documents, [\d,]+ passages, vector index exact, 2 workers\)", said)


@pytest.mark.parametrize("workers", ["0", "-1", "many", "65", "1.5", ""])
def test_another_number_of_workers_is_refused(workers: str, place: Place) -> None:
    ran = place.command("serve", "--port", "0", "--workers", workers)
    assert ran.returncode == 1
    assert "--workers is not usable: it must be auto, or a whole number from 1 to 64." in ran.stderr


def test_limits_and_metrics_are_those_of_all_workers(place: Place) -> None:
    with place.serving(FOOTNOTE_REQUESTS_PER_MINUTE="6") as server:
        statuses = [asked(server) for _ in range(24)]
        assert statuses.count(200) in (6, 7)  # one more if it takes ten seconds
        assert statuses.count(429) == 24 - statuses.count(200)
        counted = re.findall(rb"^footnote_answers_total\{[^}]*\} (\d+)", get(server, "/metrics")[1], re.MULTILINE)
        assert sum(map(int, counted)) == statuses.count(200)


def test_an_upload_is_seen_by_every_worker(place: Place, server: ServerProcess) -> None:
    later = place.folder / "later.txt"
    later.write_text("Later\n\nA later document about the lake.")
    assert place.command("ingest", str(later)).returncode == 0
    until(lambda: all(get(server, "/v1/documents/later")[0] == 200 for _ in range(12)))


def test_one_worker_is_the_process_itself(place: Place) -> None:
    with place.serving(FOOTNOTE_WORKERS="1") as server:
        assert server.workers() == []
        assert asked(server) == 200
        assert "workers)" not in server.said()
        assert server.stop()[0] == 0


def test_a_service_started_by_a_shell_that_ends_leaves_no_process(place: Place) -> None:
    """Nothing keeps a pipe of the command open."""
    begun = place.begin("serve", "--port", "0")
    assert begun.stdout is not None
    while "ready" not in begun.stdout.readline():
        pass
    begun.send_signal(signal.SIGTERM)
    try:
        begun.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        begun.kill()
        raise
    assert begun.returncode == 0


def test_a_stop_during_the_start_leaves_no_process(place: Place) -> None:
    begun = place.begin("serve", "--port", "0", FOOTNOTE_DATA=str(place.folder / "empty"))
    assert begun.stdout is not None
    while "ingesting the" not in begun.stdout.readline():
        pass
    begun.send_signal(signal.SIGTERM)
    try:
        said, _ = begun.communicate(timeout=PATIENCE_S)  # until every process has closed its output
    finally:
        begun.kill()
    assert begun.returncode == 0
    assert "Stopped." in said
    assert "Traceback" not in said


def test_a_process_that_dies_while_it_loads_ends_the_command_with_a_message(place: Place) -> None:
    begun = place.begin("serve", "--port", "0")
    assert begun.stdout is not None
    while "Loading the encoder." not in begun.stdout.readline():
        pass
    children = Path(f"/proc/{begun.pid}/task/{begun.pid}/children")
    for child in children.read_text().split():
        os.kill(int(child), signal.SIGKILL)
    said, _ = begun.communicate(timeout=PATIENCE_S)
    assert begun.returncode == 1
    assert "Error: The process that loads the models has ended without a message." in said
