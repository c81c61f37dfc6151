"""Untrusted files: whatever a parser does costs one file."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus.documents.content import ReadOptions
from corpus.documents.document import SourceDocument
from corpus.errors import SourceError
from corpus.files.source import Sidecar, SourceBytes, read_bytes
from corpus.readers.formats import reader_version
from corpus.readers.reading import read_documents
from service.reading import process as process_module
from service.reading import session as session_module
from service.reading.process import SandboxLimits
from service.reading.sandbox import Sandbox
from tests.corpus.readers.files import bytes_of, epub, pdf, word
from tests.corpus.samples import is_clause

PDFS = Path(__file__).parents[4] / "shared" / "data" / "pdf"
PAGE = "<!DOCTYPE html><html lang='en'><body><article><h1>The truce</h1><p>{}</p></article></body></html>".format(
    "Talks went on for many months in the prisons. " * 8
)


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    with closing(Sandbox()) as sandbox:
        yield sandbox


def process_of(sandbox: Sandbox) -> int:
    session = sandbox._session
    assert session is not None
    return session.process._process.pid


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.pdf", pdf([["One."], ["Two."]])), ("a.docx", word()), ("a.epub", epub()), ("a.html", PAGE), ("a.md", "# A\n")],
)
def test_a_file_is_read_as_it_would_be_here(shared_sandbox: Sandbox, name: str, data: str | bytes) -> None:
    def comparable(items: Iterator[object]) -> list[object]:
        return [
            (d.source, d.source_sha256, d.media_type, d.text, d.metadata.title, list(d.sections), list(d.pages))
            for d in items
            if isinstance(d, SourceDocument)
        ]

    file = bytes_of(data, name)
    assert comparable(shared_sandbox.read(file)) == comparable(read_documents(file)) != []


def test_options_and_sidecar_reach_the_process(shared_sandbox: Sandbox) -> None:
    data = PAGE.replace("The truce", "Él llegó").encode("cp1252")
    file = SourceBytes(Path("/a.html"), data, sidecar=Sidecar("a.meta.yaml", b"publisher: Example Press"))
    (document,) = shared_sandbox.read(file, ReadOptions(encoding="cp1252"))
    assert isinstance(document, SourceDocument)
    assert document.metadata.publisher == "Example Press"
    assert "Él llegó" in document.text


def test_a_name_that_is_not_utf8_is_read(shared_sandbox: Sandbox) -> None:
    (document,) = shared_sandbox.read(SourceBytes(Path(os.fsdecode(b"/tr\xffce.html")), PAGE.encode()))
    assert document.source == "/tr\\udcffce.html"


def test_one_process_reads_many_files(shared_sandbox: Sandbox) -> None:
    list(shared_sandbox.read(bytes_of(PAGE, "a.html")))
    before = process_of(shared_sandbox)
    for _ in range(5):
        list(shared_sandbox.read(bytes_of(PAGE, "a.html")))
        with pytest.raises(SourceError, match="damaged PDF"):
            list(shared_sandbox.read(bytes_of("%PDF-1.4", "a.pdf")))
    assert process_of(shared_sandbox) == before


def test_a_process_that_was_killed_is_replaced(shared_sandbox: Sandbox) -> None:
    list(shared_sandbox.read(bytes_of(PAGE, "a.html")))
    os.kill(process_of(shared_sandbox), signal.SIGKILL)
    assert len(list(shared_sandbox.read(bytes_of(PAGE, "a.html")))) == 1


def test_closing_ends_the_process() -> None:
    sandbox = Sandbox()
    list(sandbox.read(bytes_of(PAGE, "a.html")))
    assert sandbox._session is not None
    pid = sandbox._session.process._process.pid
    sandbox.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


# Parsers that misbehave: a worker whose reader of PDF does what a hostile file would make it do.

WORKER = """
import sys, os, time, socket
import corpus.readers.pdf.pages as pdf
from corpus.errors import SourceError

def denied(action):
    try:
        action()
    except PermissionError:
        raise SourceError("permission denied") from None

def read_pdf(data, options):
    {body}

object.__setattr__(pdf.PDF, "convert", read_pdf)
from service.reading.worker import main
main(int(sys.argv[1]))
"""

Misbehaving = Callable[..., Sandbox]


@pytest.fixture
def misbehaving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Misbehaving]:
    made: list[Sandbox] = []

    def make(body: str, limits: SandboxLimits | None = None) -> Sandbox:
        program = tmp_path / "misbehaving.py"
        program.write_text(WORKER.format(body=body), encoding="utf-8")
        monkeypatch.setattr(process_module, "WORKER", (str(program),))
        made.append(Sandbox(limits))
        return made[-1]

    yield make
    for sandbox in made:
        sandbox.close()


@pytest.mark.parametrize(
    ("body", "limits", "reason"),
    [
        (
            "time.sleep(600)",
            SandboxLimits(seconds=5),
            "reading it took more than 5 seconds; split it, or save it in another format",
        ),
        (
            "while True: pass",
            SandboxLimits(seconds=5),
            "reading it took more than 5 seconds; split it, or save it in another format",
        ),
        ("os._exit(7)", None, "its parser crashed or needed more than 1024 MiB of memory; save it again"),
        ("os.abort()", None, "its parser crashed or needed more than 1024 MiB of memory; save it again"),
        ("bytearray(2 * 1024**3)", None, "reading it takes more than 1024 MiB of memory; split it"),
        ("print('noise' * 100); raise KeyError(1)", None, "it is a damaged PDF file; get a new copy, or save it again"),
        ("denied(lambda: open('/tmp/footnote-must-not-exist', 'w'))", None, "permission denied"),
        ("denied(lambda: socket.create_connection(('127.0.0.1', 9)))", None, "permission denied"),
        ("denied(lambda: os.system('true'))", None, "permission denied"),
        ("os.write(3, b'x' * 100)", None, "its parser crashed"),
        ("return 7", None, "it cannot be read (AttributeError); save it again, or as text"),
    ],
)
def test_a_parser_that_hangs_explodes_or_crashes_costs_one_file(
    misbehaving: Misbehaving, body: str, limits: SandboxLimits | None, reason: str
) -> None:
    sandbox = misbehaving(body, limits)
    with pytest.raises(SourceError) as refused:
        list(sandbox.read(bytes_of(pdf([["One."]]), "a.pdf")))
    assert str(refused.value).startswith(reason)
    assert is_clause(str(refused.value))
    assert len(list(sandbox.read(bytes_of(PAGE, "b.html")))) == 1
    assert not Path("/tmp/footnote-must-not-exist").exists()  # noqa: S108


def test_an_answer_that_is_too_large_is_not_taken(misbehaving: Misbehaving) -> None:
    body = "from corpus.documents.content import Content; return Content('words ' * 10**6)"
    sandbox = misbehaving(body, SandboxLimits(reply_bytes=1024**2))
    with pytest.raises(SourceError, match="its parser crashed"):
        list(sandbox.read(bytes_of(pdf([["One."]]), "a.pdf")))


@pytest.mark.parametrize(
    "content",
    [
        "Content('T', sections=[Section('S', 1, 5)])",
        "Content('Text', pages=[3, 1])",
        "Content('T', pages=[-1])",
        "Content('T', places=[Place('B7', 5)])",
    ],
)
def test_maps_that_lie_outside_their_text_are_not_taken(misbehaving: Misbehaving, content: str) -> None:
    imports = "from corpus.documents import Place, Section; from corpus.documents.content import Content"
    sandbox = misbehaving(f"{imports}; return {content}")
    with pytest.raises(SourceError, match="its parser crashed"):
        list(sandbox.read(bytes_of(pdf([["One."]]), "a.pdf")))


def test_the_version_of_the_reader_is_not_taken_from_the_process(misbehaving: Misbehaving) -> None:
    sandbox = misbehaving(
        "from corpus.documents.content import Content; import corpus.readers.reading as reading; "
        "reading.reader_version = lambda media_type: 10**6; return Content('Text.')"
    )
    [document] = sandbox.read(bytes_of(pdf([["One."]]), "a.pdf"))
    assert isinstance(document, SourceDocument)
    assert document.reader_version == reader_version("application/pdf")


def test_the_process_knows_no_models_and_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_ADMIN_KEYS", "secret")
    modules = "service.reading.worker, corpus.readers.pdf, corpus.readers.html.page, trafilatura"
    code = f"import sys, {modules}; print(*sys.modules)"
    environment = process_module._environment()
    assert "secret" not in environment.values()
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert loaded & {"torch", "sentence_transformers", "transformers", "faiss", "fastapi"} == set()


@pytest.mark.skipif(not PDFS.is_dir(), reason="needs the PDF files in shared/data/pdf beside the repository")
def test_every_pdf_of_a_viewers_test_suite_ends_as_text_or_refused(shared_sandbox: Sandbox) -> None:
    outcomes: list[str] = []
    for path in sorted(PDFS.glob("*.pdf")):
        try:
            (document,) = shared_sandbox.read(read_bytes(path))
            said = "text" if isinstance(document, SourceDocument) and document.text.strip() else ""
        except SourceError as error:
            said = str(error)
        assert is_clause(said), path.name
        outcomes.append("text" if said == "text" else "empty" if "no text" in said or "hidden" in said else "refused")
    counts = {outcome: outcomes.count(outcome) for outcome in set(outcomes)}
    assert len(outcomes) == sum(counts.values()) >= 129
    assert counts["text"] >= 84
    assert counts["refused"] <= 6


def test_a_limit_of_processor_time_that_there_is_already_is_kept() -> None:
    code = """
import resource
from contextlib import closing
from pathlib import Path
from corpus.files import SourceBytes
from service.reading import Sandbox
resource.setrlimit(resource.RLIMIT_CPU, (3000, 3000))
with closing(Sandbox()) as sandbox:
    print(len(list(sandbox.read(SourceBytes(Path("/a.txt"), b"Text.")))))
"""
    command = ["setpriv", "--bounding-set", "-sys_resource", sys.executable, "-c", code]
    if shutil.which("setpriv") is None or os.getuid():
        command = command[3:]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.stdout == "1\n", ran.stderr


def test_a_process_that_is_killed_while_it_starts_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "killed"
    program = tmp_path / "dies_once.py"
    program.write_text(
        f"import os, sys\nmark = {str(mark)!r}\n"
        "if not os.path.exists(mark):\n    open(mark, 'w').close()\n    os.kill(os.getpid(), 9)\n"
        "from service.reading.worker import main\nmain(int(sys.argv[1]))\n"
    )
    monkeypatch.setattr(process_module, "WORKER", (str(program),))
    with closing(Sandbox()) as sandbox:
        assert len(list(sandbox.read(bytes_of("Text.", "a.txt")))) == 1
    assert mark.exists()


def test_a_process_that_cannot_be_started_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_module, "WORKER", ("-c", "raise SystemExit"))
    with (
        closing(Sandbox()) as sandbox,
        pytest.raises(SourceError, match=r"^the reading process does not start: it ended"),
    ):
        list(sandbox.read(bytes_of("Text.", "a.txt")))


def test_many_records_have_more_time_than_one_file() -> None:
    """The limit is that of four seconds' reading; each record adds to it."""
    rows = "".join(f"{at},Mill {at} was built in 18{at}.\n" for at in range(16000))
    with closing(Sandbox(SandboxLimits(seconds=4))) as sandbox:
        assert len(list(sandbox.read(bytes_of("id,text\n" + rows, "a.csv")))) == 16000


def test_a_record_that_costs_the_process_its_life_is_named_and_those_before_it_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "dies.py"
    program.write_text(
        "import os, sys\nimport corpus.readers.records as records\nmetadata_of = records.metadata_of\n"
        "def dying(content, *others):\n"
        "    return os._exit(7) if 'two' in content.text else metadata_of(content, *others)\n"
        "records.metadata_of = dying\nfrom service.reading.worker import main\nmain(int(sys.argv[1]))\n"
    )
    monkeypatch.setattr(process_module, "WORKER", (str(program),))
    with closing(Sandbox()) as sandbox:
        items = sandbox.read(bytes_of("text\none\ntwo\nthree\n", "a.csv"))
        assert next(items).source.endswith("/a.csv#line-2")
        with pytest.raises(
            SourceError, match=r"^record 2 and all later records were not read, .+: its parser crashed"
        ) as it:
            next(items)
    assert is_clause(str(it.value))


# Text recognition


def test_a_page_that_is_recognised_extends_the_time_limit(misbehaving: Misbehaving) -> None:
    body = (
        "from corpus.readers.ocr.pages import _begun; from corpus.documents import Content; "
        "_begun.get()(); time.sleep(3); return Content('Words.')"
    )
    (document,) = misbehaving(body, SandboxLimits(seconds=2)).read(bytes_of(pdf([["One."]]), "a.pdf"))
    assert isinstance(document, SourceDocument)
    assert document.text == "Words."


def test_pages_extend_the_time_limit_up_to_a_limit(misbehaving: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "RECOGNITION_S", 1.0)
    body = "from corpus.readers.ocr.pages import _begun; [(_begun.get()(), time.sleep(0.5)) for _ in range(100)]"
    with pytest.raises(SourceError, match="reading it took more than 2 seconds"):
        list(misbehaving(body, SandboxLimits(seconds=2)).read(bytes_of(pdf([["One."]]), "a.pdf")))


def test_pages_are_recognised_within_the_limits_of_the_process(shared_sandbox: Sandbox) -> None:
    drawing = pytest.importorskip("tests.corpus.readers.ocr.drawing")
    for size in (30, 40, 22):
        data = drawing.saved(drawing.page(*drawing.ENGLISH, size=size, width=2300, height=3000))
        (document,) = shared_sandbox.read(bytes_of(data, "a.png"))
        assert isinstance(document, SourceDocument)
        assert document.text == " ".join(drawing.ENGLISH)
        assert document.metadata.extra["recognised_pages"]["1"] > 0.9  # type: ignore[index]


def test_a_picture_that_exceeds_the_memory_costs_one_file() -> None:
    drawing = pytest.importorskip("tests.corpus.readers.ocr.drawing")
    with closing(Sandbox(SandboxLimits(memory_bytes=560 * 1024**2))) as sandbox:
        with pytest.raises(SourceError, match="reading it takes more than 560 MiB of memory"):
            list(sandbox.read(bytes_of(drawing.saved(drawing.page(*drawing.ENGLISH)), "a.png")))
        assert len(list(sandbox.read(bytes_of("Text.", "a.txt")))) == 1
