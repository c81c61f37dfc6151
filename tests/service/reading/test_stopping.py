"""An end that comes whatever is being read: the reading process is given up at once."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus.documents.document import SourceDocument
from corpus.files.source import SourceBytes
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.ingest.change_queue import STOPPED, ChangeQueue, Upload
from service.ingest.ingester import Ingester
from service.ingest.outcomes import Action
from service.reading import pool as pool_module
from service.reading import process as process_module
from service.reading.process import SandboxLimits
from service.reading.sandbox import ReadingCancelled, Sandbox
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.corpus.readers.files import bytes_of, pdf
from tests.service.conftest import OpenLibrary, Write
from tests.service.http.running import eventually
from tests.service.reading.test_sandbox import WORKER

TEXT = "The truce began."
NEVER = SandboxLimits(seconds=3600)


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A reading process that never comes to the end of a PDF."""
    program = tmp_path / "hangs.py"
    program.write_text(WORKER.format(body="time.sleep(3600)"), encoding="utf-8")
    monkeypatch.setattr(process_module, "WORKER", (str(program),))
    pool_module._pool.close()
    yield program
    pool_module._pool.close()


def is_reading() -> bool:
    return any(thread.name == "watch-reading" for thread in threading.enumerate())


def while_reading(act: Callable[[], None]) -> None:
    assert eventually(is_reading)
    act()


def test_what_is_being_read_is_cancelled(hanging: Path) -> None:
    with closing(Sandbox(NEVER)) as sandbox:
        canceller = threading.Thread(target=while_reading, args=(sandbox.cancel,))
        canceller.start()
        with pytest.raises(ReadingCancelled):
            list(sandbox.read(bytes_of(pdf([["One."]]), "a.pdf")))
        canceller.join()
        with pytest.raises(ReadingCancelled):
            list(sandbox.read(bytes_of("Text.", "a.txt")))


def test_a_stopped_ingest_gives_up_the_file_that_it_reads(
    hanging: Path, store: Store, tiny_encoder: Encoder, settings: Settings, write: Write
) -> None:
    folder = write("b.pdf", pdf([["One."]])).parent
    write("a.txt", "The truce began.")
    stop = threading.Event()
    stopper = threading.Thread(target=while_reading, args=(stop.set,))
    stopper.start()
    never = settings.model_copy(update={"parse_seconds": 600})
    summary = Ingester(store, lambda: tiny_encoder, never).ingest([folder], NoProgress(), stop=stop)
    stopper.join()
    assert summary.stopped
    assert not summary.refused


def test_an_upload_that_is_being_read_is_refused_when_the_service_stops(
    hanging: Path, store: Store, open_library: OpenLibrary, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "slow.pdf"
    path.write_bytes(pdf([["One."]]))
    intake = ChangeQueue(open_library(), settings.model_copy(update={"parse_seconds": 600}))
    with path.open("rb") as file:
        future = intake.add([Upload("slow.pdf", file)])
        assert eventually(is_reading)
        intake.stop()
        [received], _ = future.result()
    intake.close()
    assert (received.outcome, received.reasons) == (Action.REFUSED, [STOPPED])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", ["ingest", "ingest --dry-run"])
def test_a_command_ends_while_a_file_is_being_read(
    tmp_path: Path, settings: Settings, number: signal.Signals, command: str
) -> None:
    """The reading process sends the signal itself, so that it comes in the middle of reading."""
    program, files = tmp_path / "hangs.py", tmp_path / "files"
    body = f"os.kill(os.getppid(), {number}); time.sleep(3600)"
    program.write_text(WORKER.format(body=body), encoding="utf-8")
    files.mkdir()
    (files / "a.pdf").write_bytes(pdf([["One."]]))
    code = f"""
import signal, sys
import service.reading.process as process
from service.cli import main
process.WORKER = ({str(program)!r},)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
sys.argv = ["footnote", *{command.split()!r}, {str(files)!r}]
main()
"""
    environment = {
        **os.environ,
        "FOOTNOTE_DATA": str(settings.data),
        "FOOTNOTE_ENCODER": settings.encoder,
        "FOOTNOTE_PRECISION": "float32",
        "FOOTNOTE_EXPORTS": str(tmp_path / "exports"),
        "FOOTNOTE_PARSE_SECONDS": "600",
    }
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 130, ran.stderr
    assert "Traceback" not in ran.stderr


def test_an_error_of_any_type_while_a_file_is_read_is_that_files_own(
    store: Store, tiny_encoder: Encoder, settings: Settings, write: Write
) -> None:
    def read(file: SourceBytes) -> Iterator[SourceDocument]:
        if file.path.stem == "bad":
            raise LookupError(file.data)
        with closing(Sandbox()) as sandbox:
            yield from (item for item in sandbox.read(file) if isinstance(item, SourceDocument))

    folder = write("bad.txt", "Secret words.").parent
    write("good.txt", "The truce began.")
    summary = Ingester(store, lambda: tiny_encoder, settings, read=read).ingest([folder], NoProgress())
    assert [Path(source).name for source in summary.added] == ["good.txt"]
    [(source, reason)] = summary.refused
    assert (Path(source).name, reason) == ("bad.txt", "it cannot be read (LookupError); save it again, or as text")


def test_a_document_that_cannot_be_stored_costs_only_itself(
    store: Store, tiny_encoder: Encoder, settings: Settings, write: Write
) -> None:
    def read(file: SourceBytes) -> Iterator[SourceDocument]:
        with closing(Sandbox()) as sandbox:
            for item in sandbox.read(file):
                assert isinstance(item, SourceDocument)
                if file.path.stem == "bad":
                    item.metadata.extra["x"] = object()  # type: ignore[index]
                yield item

    folder = write("bad.txt", "Secret words.").parent
    write("a.txt", "The truce began.")
    write("c.txt", "The talks began.")
    summary = Ingester(store, lambda: tiny_encoder, settings, read=read).ingest([folder], NoProgress())
    assert [Path(source).name for source in summary.added] == ["a.txt", "c.txt"]
    [(source, reason)] = summary.refused
    assert (Path(source).name, reason.partition(";")[0]) == ("bad.txt", "it cannot be stored (TypeError)")
    with store.view() as view:
        assert view.counts() == (2, 2)


def test_a_lack_of_descriptors_does_not_refuse_the_file(
    store: Store, tiny_encoder: Encoder, settings: Settings, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    pool_module._pool.close()
    monkeypatch.setattr(subprocess, "Popen", refused)
    with pytest.raises(OSError, match="Too many open files"):
        Ingester(store, lambda: tiny_encoder, settings).ingest([write("a.txt", TEXT)], NoProgress())


def test_a_lack_of_processes_is_reported_as_such(
    store: Store, tiny_encoder: Encoder, settings: Settings, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    pool_module._pool.close()
    monkeypatch.setattr(subprocess, "Popen", refused)
    summary = Ingester(store, lambda: tiny_encoder, settings).ingest([write("a.txt", TEXT)], NoProgress())
    [(_, reason)] = summary.refused
    assert reason == (
        "the reading process does not start: Resource temporarily unavailable; allow this user more processes or memory"
    )
