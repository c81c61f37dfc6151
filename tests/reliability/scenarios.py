"""Actions on a store that are disturbed: real commands, and requests to a real server."""

import contextlib
import errno
import json
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from corpus.store.view import View
from embeddings.encoder.export_cache import export_name, find_export
from service.upkeep.feedback import Feedback
from tests.conftest import make_tiny_model
from tests.reliability.forking import Forks, Ran, Running, forks
from tests.reliability.shim import CHANGES, Action, Kind, Shim
from tests.reliability.states import EMPTY, QUESTIONS, State, ViolationError, state_of

__all__ = [
    "Command",
    "Fault",
    "Rating",
    "Scenario",
    "Upload",
    "Workshop",
    "between",
    "exporting",
    "ready",
    "scenarios",
    "text_of",
    "workshop",
]

ADMIN_KEY = "a-key-for-these-tests-only"
READY = re.compile(r"Footnote is ready at (http://\S+) \(")
PATIENCE_S = 60
EXPORTS = "encoder"
OK, STORE_UNAVAILABLE = 200, 503
RATING = {"question": "Who won?", "status": "not_found", "rating": "up", "passage": None}


@dataclass(frozen=True)
class Fault:
    """The disturbance of a process.

    Args:
        action: At a call; COUNT for nothing.
        at: Which call.
        kinds: Of which.
        error: With which it fails.
        lasting: At each later one as well.
        delay: Seconds after which to kill it instead.
    """

    action: Action = Action.COUNT
    at: int = 0
    kinds: Kind = CHANGES
    error: int = errno.ENOSPC
    lasting: bool = False
    delay: float | None = None

    def __str__(self) -> str:
        if self.delay is not None:
            return f"killed after {self.delay:.3f} s"
        return f"{self.action.name} at call {self.at}{' that writes' if self.kinds == Kind.WRITE else ''}"


@dataclass(frozen=True)
class Workshop:
    """A workshop: a work folder, a file layer, and a starter of processes."""

    folder: Path
    shim: Shim
    forks: Forks

    @property
    def temporary(self) -> Path:
        """The processes' folder for temporary files."""
        return self.folder / "tmp"

    @property
    def one_more(self) -> Path:
        """A file that no scenario ingests."""
        path = self.folder / "one-more.txt"
        path.write_text(text_of(1000))
        return path

    def struck(self, start: Callable[[], Running], data: Path, fault: Fault) -> Running:
        """Start a process that will be disturbed, or use a prepared one."""
        if fault.delay is None:
            self.shim.plan(data, fault.action, fault.at, kinds=fault.kinds, error=fault.error, lasting=fault.lasting)
        running = start()
        if fault.delay is not None:
            threading.Timer(fault.delay, _ended, (running.pid,)).start()
        return running

    def done(self, *arguments: object, settings: dict[str, str] | None = None) -> Ran:
        """Run an undisturbed command.

        Raises:
            ViolationError: It fails.
        """
        self.shim.plan(None)
        ran = self.forks.run(*arguments, settings=settings)
        if ran.status:
            raise ViolationError(f"{arguments[0]} ended with {ran.status}: {ran.err.strip()[-300:]}")
        return ran


def _ended(pid: int, number: int = signal.SIGKILL) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


@contextlib.contextmanager
def workshop(folder: Path, model: Path | None = None, exports: Path | None = None) -> Iterator[Workshop]:
    """Set up an empty work folder.

    Args:
        folder: It.
        model: A tiny encoder, if there is one already.
        exports: Where it lies exported, if it does.
    """
    shim = Shim(folder)
    settings = {
        "FOOTNOTE_ENCODER": str(model or make_tiny_model(folder / "model", seed=1)),
        "FOOTNOTE_PRECISION": "float32",
        "FOOTNOTE_PASSAGE_TOKENS": "40",
        "FOOTNOTE_TITLE_TOKENS": "8",
        "FOOTNOTE_REFRESH_SECONDS": "1",
        "FOOTNOTE_EXPORTS": str(exports or folder / "exports"),
        "FOOTNOTE_ADMIN_KEYS": ADMIN_KEY,
    }
    with forks(folder, shim, settings) as started:
        yield Workshop(folder, shim, started)


@dataclass
class Scenario:
    """An action that changes a store.

    Args:
        name: What it is called.
        base: The data folder that it begins with; None for none.
        allowed: The states that may be found when it was interrupted, from the one before to the one after it.
        seconds: What it took when nothing happened to it.
        settings: Environment variables, also of later commands on its store; `{data}` is the data folder.
    """

    name: str
    base: Path | None
    settings: dict[str, str] = field(default_factory=dict)
    allowed: list[State] = field(default_factory=list)
    seconds: float = 0

    def prepared(self, data: Path) -> None:
        """Copy the initial state to a path."""
        shutil.rmtree(data, ignore_errors=True)
        if self.base is not None:
            shutil.copytree(self.base, data)

    def act(self, shop: Workshop, data: Path, fault: Fault) -> Ran:
        """Run the action; acknowledgements are on standard output."""
        raise NotImplementedError

    def check_more(self, data: Path, ran: Ran) -> None:
        """Check what a state does not include."""


@dataclass
class Command(Scenario):
    """A command of `footnote`.

    Args:
        arguments: Of it, `--data` aside.
    """

    arguments: Sequence[object] = ()

    def act(self, shop: Workshop, data: Path, fault: Fault) -> Ran:
        """Run the command."""

        def start() -> Running:
            settings = {name: value.format(data=data) for name, value in self.settings.items()}
            return shop.forks.start(*self.arguments, "--data", data, settings=settings)

        begun = time.monotonic()
        ran = shop.struck(start, data, fault).wait()
        self.seconds = max(self.seconds, time.monotonic() - begun)
        return ran


@dataclass
class Export(Command):
    """A command that prepares the encoder first.

    Args:
        model: The encoder's folder.
    """

    model: Path = Path()

    def check_more(self, data: Path, ran: Ran) -> None:
        """Return whether an undisturbed command left the complete encoder, and nothing else."""
        exports = data / EXPORTS
        kept = find_export(exports, self.model, "float32")
        if ran.status == 0:
            place = exports / export_name(self.model, "float32")
            left = [str(path) for path in exports.rglob("*") if path.is_file() and path.parent != place]
            if kept is None or left:
                raise ViolationError(f"the encoder is not kept, or {left} is left beside it")


@dataclass
class Request(Scenario):
    """A request to a server, which is disturbed when it is ready."""

    def act(self, shop: Workshop, data: Path, fault: Fault) -> Ran:
        """Start the server, send the request, and stop the server."""
        shop.shim.plan(None)
        running = shop.forks.start("serve", "--port", "0", "--no-starter", "--data", data)
        said = ""
        try:
            url = ready(running)
            shop.struck(lambda: running, data, fault)
            begun = time.monotonic()
            with contextlib.suppress(httpx2.HTTPError):
                response = self.send(url)
                said = response.text if response.is_success else ""
            self.seconds = max(self.seconds, time.monotonic() - begun)
            if fault.action in (Action.FAIL, Action.FAIL_SHORT):
                said = self._gone_on(shop, url, response)
        finally:
            kills = fault.delay is not None or fault.action in (Action.KILL_BEFORE, Action.KILL_TORN, Action.KILL_AFTER)
            _ended(running.pid, signal.SIGKILL if kills else signal.SIGTERM)
            ran = running.wait()
        return Ran(ran.status, said, ran.err)

    def send(self, url: str) -> httpx2.Response:
        """Send the request."""
        raise NotImplementedError

    def _gone_on(self, shop: Workshop, url: str, response: httpx2.Response) -> str:
        """Check the server once the disk works again; it must have answered questions all the time."""
        if not response.is_success and response.status_code != STORE_UNAVAILABLE:
            raise ViolationError(f"the server answered {response.status_code}: {response.text}")
        asked = httpx2.post(f"{url}/v1/ask", json={"question": QUESTIONS[0]}, timeout=PATIENCE_S)
        if asked.status_code != OK or not asked.json()["passages"]:
            raise ViolationError(f"the server stopped answering questions: {asked.status_code} {asked.text}")
        shop.shim.plan(None)
        again = self.send(url)
        if not again.is_success:
            raise ViolationError(f"with the disk well again, the server answered {again.status_code}: {again.text}")
        return str(again.text)


@dataclass
class Upload(Request):
    """Documents sent to a server."""

    files: Sequence[Path] = ()

    def send(self, url: str) -> httpx2.Response:
        """Send the documents."""
        parts = [("files", (path.name, path.read_bytes())) for path in self.files]
        headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
        return httpx2.post(f"{url}/v1/documents", files=parts, headers=headers, timeout=PATIENCE_S)


@dataclass
class Rating(Request):
    """A rating sent to a server."""

    def send(self, url: str) -> httpx2.Response:
        """Send the rating."""
        return httpx2.post(f"{url}/v1/feedback", json=RATING, timeout=PATIENCE_S)

    def check_more(self, data: Path, ran: Ran) -> None:
        """Return whether an acknowledged rating is stored exactly once."""
        ratings = Feedback(data, 10).ratings()
        if ran.out and json.loads(ran.out)["id"] not in [rating.id for rating in ratings]:
            raise ViolationError("a rating that was acknowledged is gone")
        for rating in ratings:
            if json.loads(rating.entry)["question"] != RATING["question"]:
                raise ViolationError("a rating is not what was sent")


def ready(running: Running) -> str:
    """Wait for the address of a server."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        if found := READY.search(running.err.read_text()):
            return found[1]
        time.sleep(0.01)
    raise ViolationError(f"the server was not ready: {running.err.read_text()[-300:]}")


def between(before: State, after: State, order: Sequence[str]) -> list[State]:
    """Return the intermediate states, one document at a time, in the order of the ingest."""
    documents = dict(before.documents)
    states = [before]
    for name in [*order, *(name for name in before.documents if name not in after.documents)]:
        documents.pop(name, None)
        if name in after.documents:
            documents[name] = after.documents[name]
        states.append(State(dict(sorted(documents.items())), after.encoder))
    return states


def text_of(at: int, sentences: int = 3) -> str:
    """Return a unique document."""
    return f"Number {at}\n\n" + f"The truce began in year {at}. The gang talks went on. " * sentences


def scenarios(shop: Workshop) -> list[Scenario]:
    """Return all scenarios, with the states that each may leave."""
    first, files, many, base = (shop.folder / name for name in ("first", "files", "many", "base"))
    for folder, count, sentences in ((first, 6, 3), (files, 6, 3), (many, 40, 18)):
        folder.mkdir()
        for at in range(count):
            (folder / f"{at:02}.txt").write_text(text_of(at, sentences))
        records = (f'{{"_id": "{at}", "text": "Prison {at}."}}\n' for at in range(3))
        (folder / "records.jsonl").write_text("".join(records))
    shop.done("ingest", files, "--data", base)
    (files / "00.txt").write_text(text_of(100))
    (files / "01.txt").unlink()
    (files / "03.txt").rename(files / "05-moved.txt")
    (files / "new.txt").write_text(text_of(7))
    made: list[Scenario] = [
        Command("first ingest", None, arguments=("ingest", first)),
        Command("large ingest", None, arguments=("ingest", many)),
        Command("ingest again", base, arguments=("ingest", files, "--prune")),
        Command("remove", base, arguments=("documents", "remove", "01", "02", "04")),
        Command("reindex", base, arguments=("reindex",), settings={"FOOTNOTE_PASSAGE_TOKENS": "32"}),
        Upload("upload", base, files=[many / "07.txt"]),
        Rating("feedback", base),
    ]
    for scenario in made:
        _learn(shop, scenario)
    return made


def exporting(shop: Workshop) -> Scenario:
    """The export of the encoder, which takes seconds; it uses the base of `scenarios`."""
    model = Path(shop.forks.environment["FOOTNOTE_ENCODER"])
    settings = {"FOOTNOTE_EXPORTS": f"{{data}}/{EXPORTS}"}
    scenario = Export("export", shop.folder / "base", arguments=("ask", "Who?"), settings=settings, model=model)
    _learn(shop, scenario)
    return scenario


def _learn(shop: Workshop, scenario: Scenario) -> None:
    """Record the states of an undisturbed scenario."""
    data = shop.folder / "learn"
    scenario.prepared(data)
    before = EMPTY if scenario.base is None else state_of(scenario.base)
    ran = scenario.act(shop, data, Fault())
    if ran.status or not ran.out:
        raise ViolationError(f"'{scenario.name}' ended with {ran.status}: {ran.err[-500:]}")
    after = state_of(data)
    if isinstance(scenario, Command) and scenario.arguments[0] == "ingest":
        with View(data) as view:
            order = [source.id for source in view.sources()]
        scenario.allowed = between(before, after, order)
    else:
        scenario.allowed = [before, after]
