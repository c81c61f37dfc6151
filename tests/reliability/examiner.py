"""Examination of a damaged store: its answers before and after the damage, and after the repair."""

import dataclasses
import functools
import hashlib
import itertools
import json
import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from corpus.errors import FootnoteError, StoreError
from corpus.store.store import Store
from corpus.store.view import View
from embeddings.encoder.encoder import Encoder, QuestionEncoding
from service.answering.answer import Timing, Turn
from service.answering.pipeline import Pipeline
from service.ingest.ingester import Ingester
from service.retrieval.library import Library, Snapshot
from service.retrieval.local.retriever import LocalRetriever
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.upkeep.repair import verified
from tests.corpus.samples import filters_of, is_sentences
from tests.reliability.damage import Case

__all__ = ["CLASSES", "Examined", "Examiner", "make_stores"]

WORDS = "the truce prison gang talks began year homicides who when what did".split()
NAMES = "san salvador mara calle obispo juez 2012 2013 2017 cárcel tregua paz ley".split()
PUBLISHERS, LANGUAGES, TAGS = ("Example Press", "El Diario", None), ("en", "es-SV", None), ("truce", "prison", "law")

EXACT_UP_TO = 64
"""Stores of the harness above this number of passages have a quantized index, so that both kinds are damaged."""

CANDIDATES = 30
"""Fewer than the default, so that a damage is examined faster."""

ALL = 1000
"""More candidates than passages. After a repair passages have other keys, and of equal candidates at the last place the
one with the lower key is taken; so these are the questions that must then be answered as before."""

ASKED_OF_ALL = (0, 8, 9, 10, 11, 17)

CLASSES = ("harmless", "on open", "on read", "by verify", "indexes only")
"""How damage is found. `harmless` changes nothing that is read; `indexes only` is repaired before anything is read."""

OUTCOMES = ("nothing to do", "repaired", "ingested again", "restore")


class RememberingEncoder(Encoder):
    """Encodes each question once."""

    @functools.cache  # noqa: B019 - lives as long as its process
    def encode_question(self, text: str) -> QuestionEncoding:
        return super().encode_question(text)


@dataclasses.dataclass(frozen=True, slots=True)
class Examined:
    """The effect of a damage.

    Args:
        found: One of `CLASSES`.
        outcome: One of `OUTCOMES`.
        violations: What must never happen, and did.
        said: The first error or problem, for people.
    """

    found: str
    outcome: str
    violations: Sequence[str]
    said: str


def load(work: Path) -> RememberingEncoder:
    """Return the tiny encoder, as exported for these stores."""
    return RememberingEncoder(str(work / "model"), "float32", work / "exports")


def settings_of(work: Path, folder: Path, candidates: int = CANDIDATES) -> Settings:
    """Return the settings of the stores and the questions."""
    return Settings(
        data=folder,
        encoder=str(work / "model"),
        precision="float32",
        passage_tokens=40,
        title_tokens=8,
        candidates=candidates,
    )


def make_stores(work: Path, documents: int, seed: int) -> None:
    """Make the store `new`, its earlier state (`old`), one with a pending log (`running`), and another one.

    Args:
        work: Holds `model` and `exports`.
        documents: How many documents the store has.
        seed: Draws their texts.
    """
    draw = random.Random(seed)
    files, others = work / "files", work / "others"
    for folder, count in ((files, documents), (others, 5)):
        folder.mkdir()
        for at in range(count):
            (folder / f"document-{at:03}.md").write_text(_text(at, draw))
    encoder = load(work)
    oracle: dict[str, Mapping[str, str]] = {}
    _ingest(work, encoder, work / "other", [others / "document-000.md"])
    with closing(View(work / "other")):
        _ingest(work, encoder, work / "other", [others])
        shutil.copytree(work / "other", work / "other-running")
    _ingest(work, encoder, work / "new", [files])
    for folder in (work / "other", work / "new"):
        _record(work, encoder, folder, oracle)
    shutil.copytree(work / "new", work / "old")
    with closing(View(work / "new")):  # as long as it is open, the log is not deleted
        changed, added, removed = files / "document-003.md", files / "document-new.md", "document-001"
        changed.write_text(_text(3, draw))
        added.write_text(_text(documents, draw))
        for path in (changed, added):
            _ingest(work, encoder, work / "new", [path])
            _record(work, encoder, work / "new", oracle)
        with Store(work / "new") as store:
            store.remove(removed)
        (files / f"{removed}.md").unlink()
        _record(work, encoder, work / "new", oracle)
        oracle["whole"] = [*oracle.values()][-1]
        shutil.copytree(work / "new", work / "running")
    for name in ("new", "old", "other"):
        with Store(work / name) as store:  # take the log in
            store.view().close()
    (work / "oracle.json").write_text(json.dumps(oracle))


def _text(at: int, draw: random.Random) -> str:
    about = {"publisher": PUBLISHERS[at % 3], "language": LANGUAGES[at % 2 + (at % 7 == 0)], "tags": [TAGS[at % 3]]}
    lines = [f"{name}: {json.dumps(value)}" for name, value in about.items() if value]
    lines.append(f"published: 20{10 + at % 9}-0{1 + at % 9}-1{at % 10}")
    paragraphs = []
    for _ in range(draw.randrange(1, 7)):
        words = draw.choices(WORDS + NAMES, k=draw.randrange(12, 60))
        for end in range(8, len(words), 9):
            words[end] += "."
        paragraphs.append(" ".join(words).capitalize() + ".")
    return "\n".join(["---", *lines, "---", f"# The truce {at}", "", *"\n\n".join(paragraphs).splitlines()])


def _ingest(work: Path, encoder: Encoder, folder: Path, paths: Sequence[Path]) -> None:
    settings = settings_of(work, folder)
    with Store(folder, create=True) as store:
        summary = Ingester(store, lambda: encoder, settings).ingest(paths, NoProgress())
    if summary.refused:
        raise ValueError(f"refused: {summary.refused}")


def questions(seed: int = 1) -> list[tuple[str, dict[str, Any]]]:
    """Return the questions: plain, with a history, and with filters."""
    draw = random.Random(seed)
    asked = [" ".join(draw.choices(WORDS + NAMES, k=draw.randrange(3, 12))) + "?" for _ in range(20)]
    filters = [
        filters_of(publishers=["Example Press"]),
        filters_of(languages=["es"]),
        filters_of(tags=["law"]),
        filters_of(published_from="2012-01-01", published_before="2015-01-01"),
        filters_of(document_ids=["document-002", "document-011"]),
        filters_of(without_documents=["document-000", "document-004"]),
        filters_of(publishers=["El Diario"], languages=["en"]),
    ]
    history = [Turn("user", "When did the truce begin?"), Turn("assistant", "In 2012.")]
    options: list[dict[str, Any]] = [{}] * 8 + [{"filters": one} for one in filters] + [{"k": 12}] * 2
    options += [{"history": history}] * 3
    return list(zip(asked, options, strict=True))


Probe = Callable[[], Any]


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def _asked(pipeline: Pipeline, question: str, options: Mapping[str, Any]) -> Any:
    return dataclasses.replace(pipeline.ask(question, **options), generation=0, timing_ms=Timing(0, 0, 0, 0, 0))


def _shown(view: View, identifier: str) -> Any:
    document = view.document(identifier)
    passages = view.passages(view.document_passages(document))
    about = dataclasses.replace(document, key=0, ingested_at="")
    return about, [dataclasses.replace(one, key=0, document_key=0) for one in passages], view.text(document)


def _listed(view: View) -> Any:
    pages, after = [], ""
    while page := view.documents(after=after, limit=25):
        pages += [(one.id, one.source, one.passages, one.metadata.title) for one in page]
        after = page[-1].id
    return pages, view.counts(), view.document_ids()


def _questions(pipeline: Pipeline, of_all: bool) -> Iterator[tuple[str, Probe]]:
    for at, (question, options) in enumerate(questions()):
        if not of_all or at in ASKED_OF_ALL:
            yield f"ask {'all ' * of_all}{at}", functools.partial(_asked, pipeline, question, options)


def _documents(view: View, identifiers: Sequence[str]) -> Iterator[tuple[str, Probe]]:
    yield "list", functools.partial(_listed, view)
    for identifier in identifiers:
        yield f"show {identifier}", functools.partial(_shown, view, identifier)


def _record(work: Path, encoder: Encoder, folder: Path, oracle: dict[str, Mapping[str, str]]) -> None:
    with closing(_library(work, encoder, folder)) as library, library.snapshot() as snapshot:
        view = _view(snapshot)
        probes = [_documents(view, view.document_ids())]
        for count in (CANDIDATES, ALL):
            probes.append(_questions(Pipeline(library, settings_of(work, folder, count)), count == ALL))
        answers = {name: _digest(probe()) for name, probe in itertools.chain(*probes)}
        oracle[f"{view.store_id} {view.generation}"] = answers


def _view(snapshot: Snapshot) -> View:
    assert isinstance(snapshot.view, View)
    return snapshot.view


def _library(work: Path, encoder: Encoder, folder: Path) -> Library:
    return Library(settings_of(work, folder), encoder, retriever=LocalRetriever(folder, EXACT_UP_TO))


class Examiner:
    """Damages copies of a store, and examines each.

    Args:
        work: What `make_stores` made.
        folder: Where to keep the damaged store.
    """

    def __init__(self, work: Path, folder: Path) -> None:
        self._work, self._folder = work, folder
        self._encoder = load(work)
        self._settings = settings_of(work, folder)
        self._oracle: Mapping[str, Mapping[str, str]] = json.loads((work / "oracle.json").read_text())
        self._whole: Mapping[str, str] = self._oracle["whole"]

    def examine(self, case: Case) -> Examined:
        """Apply one damage to a fresh copy; read, verify, repair, and read it again."""
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self._work / "new", self._folder)
        violations: list[str] = []
        if case.live:
            with closing(_library(self._work, self._encoder, self._folder)) as library:
                case.damage(self._folder, self._work)
                refused = self._read(library, violations, None)
            checked = self._verified(violations, check=True)
        else:
            case.damage(self._folder, self._work)
            checked = self._verified(violations, check=True)
            refused = self._opened(violations, None)
        found = self._class(checked, refused, violations)
        if found == "harmless":
            return Examined(found, "nothing to do", violations, "")
        said = next(iter(refused.values()), "") or checked.said
        return Examined(found, self._healed(violations), violations, said)

    def _class(self, checked: "Check", refused: Mapping[str, str], violations: list[str]) -> str:
        if "open" in refused:
            found = "on open"
        elif refused:
            found = "on read"
        elif checked.problems:
            found = "by verify"
        else:
            return "indexes only" if checked.rebuilt else "harmless"
        if not checked.problems:
            violations.append(f"verify says that all is well, but: {next(iter(refused.items()))}")
        return found

    def _healed(self, violations: list[str]) -> str:
        """Repair, and if necessary ingest again; after either, everything must be as before.

        An older log or file in the place of the right one makes an older store: that is what a
        repair must keep.
        """
        says = self._says()
        if not self._verified(violations, check=False).problems:
            outcome = "repaired"
        elif self._ingested_again() and not self._verified(violations, check=False).problems:
            outcome = "ingested again"
        else:
            return "restore"
        state = says if outcome == "repaired" else self._whole
        for name, message in self._opened(violations, state, after=outcome).items():
            violations.append(f"{outcome}, but {name} is refused: {message}")
        return outcome

    def _says(self) -> Mapping[str, str]:
        """Return the content of a store that claims to be this one."""
        try:
            with closing(View(self._folder, damaged=True)) as view:
                named = f"{view.store_id} {view.generation}"
        except StoreError:
            return self._whole
        return self._oracle.get(named) or self._whole

    def _ingested_again(self) -> bool:
        try:
            with Store(self._folder) as store:
                ingester = Ingester(store, lambda: self._encoder, self._settings)
                return not ingester.ingest([self._work / "files"], NoProgress(), prune=[self._work / "files"]).refused
        except StoreError:
            return False

    def _verified(self, violations: list[str], *, check: bool) -> "Check":
        what = "verify --check" if check else "verify"
        try:
            done = verified(self._settings, lambda: self._encoder, NoProgress(), check=check)
        except FootnoteError as error:
            return Check([_sound(error, what, violations)], {})
        except Exception as error:
            violations.append(f"{what}: {error!r}")
            return Check([repr(error)], {})
        return Check([f"{one.document}: {one.detail}" for one in done.problems], done.rebuilt)

    def _opened(self, violations: list[str], state: Mapping[str, str] | None, after: str = "") -> dict[str, str]:
        try:
            library = _library(self._work, self._encoder, self._folder)
        except FootnoteError as error:
            return {"open": _sound(error, f"{after} open", violations)}
        except Exception as error:
            violations.append(f"{after} open: {error!r}")
            return {"open": repr(error)}
        with closing(library):
            return self._read(library, violations, state, after)

    def _read(
        self, library: Library, violations: list[str], state: Mapping[str, str] | None, after: str = ""
    ) -> dict[str, str]:
        """Return the answer to every question and read; errors by name."""
        refused: dict[str, str] = {}
        with library.snapshot() as snapshot:
            view = _view(snapshot)
            if state is None:
                state = self._oracle.get(f"{view.store_id} {view.generation}")
                if state is None:
                    violations.append(f"a generation that never was: {view.store_id} {view.generation}")
                    return refused
            settings = settings_of(self._work, self._folder, ALL if after else CANDIDATES)
            asked = _questions(Pipeline(library, settings), bool(after))
            identifiers = [name.removeprefix("show ") for name in state if name.startswith("show ")]
            for name, probe in itertools.chain(asked, _documents(view, identifiers)):
                try:
                    if _digest(probe()) != state[name]:
                        violations.append(f"{after} {name}: not what it was")
                except StoreError as error:
                    refused[name] = _sound(error, f"{after} {name}", violations)
                except Exception as error:
                    violations.append(f"{after} {name}: {error!r}")
        return refused


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """Return the problems that `footnote verify` reports."""

    problems: Sequence[str]
    rebuilt: Mapping[str, str]

    @property
    def said(self) -> str:
        """Return the first problem."""
        return next(iter([*self.problems, *self.rebuilt.values()]), "")


def _sound(error: FootnoteError, what: str, violations: list[str]) -> str:
    """Return the message of the error, which must consist of sentences."""
    if not is_sentences(str(error)):
        violations.append(f"{what}: an unclear message: {error}")
    return str(error)
