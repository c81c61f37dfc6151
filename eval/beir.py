"""BEIR folders: documents, questions and document-level gold (Thakur et al., 2021)."""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import Metadata, SourceDocument, Store, View
from embeddings import Encoder
from eval.errors import SetError
from eval.gold import Gold, GoldDocument
from eval.questions import Question, QuestionSet, Turn
from service.ingest import encoded_passages, fingerprint
from service.progress import Progress
from service.settings import Settings

__all__ = ["BeirFolder", "document_ids", "fill_store", "gold_of", "load_beir"]


@dataclass(frozen=True, slots=True)
class BeirFolder:
    """A BEIR data set: its questions, and which documents answer them with what grade."""

    path: Path
    questions: QuestionSet
    grades: Mapping[str, Mapping[str, int]]

    def documents(self) -> Iterator[tuple[str, str, str]]:
        """`(id, title, text)` of each document.

        Raises:
            SetError: A line is malformed.
        """
        for number, line in _lines(self.path / "corpus.jsonl"):
            yield str(_field(line, "_id", number)), str(line.get("title") or ""), str(_field(line, "text", number))


def load_beir(folder: Path) -> BeirFolder:
    """Read a BEIR folder's questions and qrels; `unanswerable.tsv`, if there is one, names questions without answer.

    Raises:
        SetError: A file is missing or malformed, or there is no question to ask.
    """
    grades = _qrels(folder)
    unanswerable = _unanswerable(folder / "unanswerable.tsv")
    digest = hashlib.sha256()
    questions = []
    for number, line in _lines(folder / "queries.jsonl"):
        identifier, text = str(_field(line, "_id", number)), str(_field(line, "text", number))
        if identifier in grades or identifier in unanswerable:
            digest.update(json.dumps([identifier, text, sorted(grades.get(identifier, {}).items())]).encode())
            questions.append(_question(identifier, text, line.get("metadata") or {}, identifier in grades, number))
    if not questions:
        raise SetError(f"No question in {folder} has a judgement. Check queries.jsonl and the files in qrels.")
    return BeirFolder(folder, QuestionSet(folder.name, folder, digest.hexdigest(), tuple(questions)), grades)


def _question(identifier: str, text: str, metadata: Mapping[str, Any], answerable: bool, line: int) -> Question:
    history = tuple(
        Turn(_role(turn), str(turn.get("text") or turn.get("content"))) for turn in metadata.get("history", [])
    )
    tags = ("answerable" if answerable else "unanswerable", *(["follow-up"] if history else []))
    return Question(identifier, text, history, (), answerable, tags, line)


def _role(turn: Mapping[str, Any]) -> Any:  # noqa: ANN401
    return "user" if str(turn.get("role") or turn.get("speaker")) == "user" else "assistant"


def _qrels(folder: Path) -> dict[str, dict[str, int]]:
    files = sorted((folder / "qrels").glob("*.tsv")) if (folder / "qrels").is_dir() else []
    if not files:
        raise SetError(f"{folder} has no qrels/*.tsv. A BEIR folder holds corpus.jsonl, queries.jsonl and qrels/.")
    path = next((file for file in files if file.stem == "test"), files[0])
    grades: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t"), start=1):
            if number == 1 and row[-1:] == ["score"]:
                continue
            if len(row) != 3 or not row[2].lstrip("-").isdecimal():
                raise SetError(f"{path}, line {number}: not 'question, document, grade' with tabs between.")
            if int(row[2]) > 0:
                grades.setdefault(row[0], {})[row[1]] = int(row[2])
    return grades


def _unanswerable(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.split("\t")[0] for line in lines if line.strip()}


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SetError(f"{path} cannot be read. A BEIR folder holds corpus.jsonl, queries.jsonl and qrels/.") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                loaded = json.loads(line)
            except json.JSONDecodeError as error:
                raise SetError(f"{path}, line {number}: not valid JSON ({error.msg}).") from error
            if not isinstance(loaded, dict):
                raise SetError(f"{path}, line {number}: not a JSON object.")
            yield number, loaded


def _field(line: Mapping[str, Any], name: str, number: int) -> object:
    if name not in line:
        raise SetError(f"Line {number} of the BEIR folder has no '{name}'.")
    return line[name]


def fill_store(store: Store, beir: BeirFolder, encoder: Encoder, settings: Settings, progress: Progress) -> None:
    """Bring a BEIR folder's documents into a store, those that are not there yet."""
    documents = list(beir.documents())
    progress.start(len(documents))
    try:
        with store.view() as view:
            present = {document.source: document.source_sha256 for document in view.documents()}
        for identifier, title, text in documents:
            digest = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
            source = f"beir:{identifier}"
            if present.get(source) != digest and text.strip():
                metadata = Metadata(title=title or identifier)
                document = SourceDocument(source, digest, "text/plain", text, metadata)
                passages = encoded_passages(encoder, settings, text, (), metadata)
                store.put(document, passages, fingerprint(encoder, settings))
            progress.advance()
    finally:
        progress.finish()


def document_ids(view: View) -> dict[str, str]:
    """The store's ids of a BEIR folder's documents, by their own."""
    documents = view.documents()
    return {d.source.removeprefix("beir:"): d.id for d in documents if d.source.startswith("beir:")}


def gold_of(beir: BeirFolder, store_id: Callable[[str], str | None]) -> dict[str, Gold]:
    """Each question's gold, in the store's ids; a document that is not in the store keeps its own id.

    Args:
        beir: The data set.
        store_id: Gives the store's id of a document, or None.
    """
    return {
        question.id: Gold(
            documents=[
                GoldDocument(store_id(document) or f"missing:{document}", grade)
                for document, grade in beir.grades.get(question.id, {}).items()
            ]
        )
        for question in beir.questions.questions
    }
