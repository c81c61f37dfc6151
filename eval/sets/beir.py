"""BEIR folders: documents, questions and document-level gold (Thakur et al., 2021)."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import SetError
from eval.sets.jsonl import decoded, given_bytes, json_object, numbered_lines
from eval.sets.questions import Question, QuestionSet
from service.answering import Turn

_HINT = "A BEIR folder holds corpus.jsonl, queries.jsonl and qrels/."


@dataclass(frozen=True, slots=True)
class BeirFolder:
    """A BEIR data set.

    Args:
        path: The folder.
        questions: The questions.
        grades: Grades of the relevant documents of each question.
        strings: Verbatim short answers of each question that has them (`metadata.answers`).
    """

    path: Path
    questions: QuestionSet
    grades: Mapping[str, Mapping[str, int]]
    strings: Mapping[str, Sequence[str]]

    def documents(self) -> Iterator[tuple[str, str, str]]:
        """Yield `(id, title, text)` of each document.

        Raises:
            SetError: The corpus cannot be read, a line is malformed, or an id occurs twice.
        """
        path = self.path / "corpus.jsonl"
        for number, identifier, line in _identified_lines(path):
            yield identifier, str(line.get("title") or ""), _text(line, path, number)


def load_beir(folder: Path) -> BeirFolder:
    """Read the questions and qrels of a BEIR folder; the optional `unanswerable.tsv` lists unanswerable questions.

    Raises:
        SetError: A file is missing or malformed, or no question has a judgement.
    """
    grades = _qrels(folder)
    unanswerable = _unanswerable(folder / "unanswerable.tsv")
    digest = hashlib.sha256()
    questions, strings = [], {}
    path = folder / "queries.jsonl"
    for number, identifier, line in _identified_lines(path):
        text, metadata = _text(line, path, number), _metadata(line, path, number)
        if identifier in grades or identifier in unanswerable:
            strings[identifier] = _strings(metadata)
            judged = sorted(grades.get(identifier, {}).items())
            digest.update(json.dumps([identifier, text, judged, *strings[identifier]]).encode())
            history = _history(metadata, path, number)
            tags = ("answerable" if identifier in grades else "unanswerable", *(["follow-up"] if history else []))
            questions.append(Question(identifier, text, history, (), identifier in grades, tags, number))
    if not questions:
        raise SetError(f"No question in {folder} has a judgement. Check queries.jsonl and the files in qrels.")
    name = folder.resolve().name if folder.name in ("", "..") else folder.name
    return BeirFolder(folder, QuestionSet(name, folder, digest.hexdigest(), tuple(questions)), grades, strings)


def _metadata(line: Mapping[str, Any], path: Path, number: int) -> Mapping[str, Any]:
    metadata = line.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise SetError(f"{path}, line {number}: 'metadata' is not a JSON object.")
    return metadata


def _history(metadata: Mapping[str, Any], path: Path, number: int) -> tuple[Turn, ...]:
    turns = metadata.get("history") or []
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise SetError(f"{path}, line {number}: 'history' in 'metadata' is not a list of JSON objects.")
    return tuple(Turn(_role(turn), str(turn.get("text") or turn.get("content"))) for turn in turns)


def _role(turn: Mapping[str, Any]) -> Any:  # noqa: ANN401
    return "user" if str(turn.get("role") or turn.get("speaker")) == "user" else "assistant"


def _strings(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the short answers; metadata is free-form, so anything but a list of strings is ignored."""
    answers = metadata.get("answers")
    if not isinstance(answers, list) or not all(isinstance(answer, str) for answer in answers):
        return ()
    return tuple(answers)


def _qrels(folder: Path) -> dict[str, dict[str, int]]:
    files = sorted((folder / "qrels").glob("*.tsv")) if (folder / "qrels").is_dir() else []
    if not files:
        raise SetError(f"{folder} has no qrels/*.tsv. {_HINT}")
    path = next((file for file in files if file.stem == "test"), files[0])
    grades: dict[str, dict[str, int]] = {}
    for number, line in numbered_lines(decoded(given_bytes(path, _HINT), path)):
        row = line.split("\t")
        if number == 1 and row[-1] == "score":
            continue
        if len(row) != 3 or not row[2].removeprefix("-").isdecimal():
            raise SetError(f"{path}, line {number}: not 'question, document, grade' separated by tabs.")
        if int(row[2]) > 0:
            grades.setdefault(row[0], {})[row[1]] = int(row[2])
    return grades


def _unanswerable(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    return {line.split("\t")[0] for _, line in numbered_lines(decoded(given_bytes(path), path))}


def _identified_lines(path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield number, id and object of each line."""
    seen: dict[str, int] = {}
    for number, text in numbered_lines(decoded(given_bytes(path, _HINT), path)):
        line = json_object(text, path, number)
        identifier = str(_field(line, "_id", path, number))
        if identifier in seen:
            raise SetError(f"{path}, line {number}: the id '{identifier}' is already used in line {seen[identifier]}.")
        seen[identifier] = number
        yield number, identifier, line


def _text(line: Mapping[str, Any], path: Path, number: int) -> str:
    text = _field(line, "text", path, number)
    if not isinstance(text, str):
        raise SetError(f"{path}, line {number}: 'text' is not a string.")
    return text


def _field(line: Mapping[str, Any], name: str, path: Path, number: int) -> object:
    if name not in line:
        raise SetError(f"{path}, line {number}: there is no '{name}'.")
    return line[name]
