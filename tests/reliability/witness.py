"""A witness of the store: the content of each generation, read by plain SQL after each commit."""

import json
import sqlite3
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Generation", "Witness"]

LOOK_S = 0.003


@dataclass(frozen=True, slots=True)
class Generation:
    """The content of a generation.

    Args:
        seen: When it was first seen, by `time.monotonic`.
        revisions: Of each document.
        precision: That its vectors were computed in.
    """

    seen: float
    revisions: Mapping[str, str]
    precision: str


class Witness(threading.Thread):
    """Watches the store in a thread of the harness, without Footnote's code.

    Args:
        data: The data folder.
    """

    def __init__(self, data: Path) -> None:
        super().__init__(name="witness", daemon=True)
        self.generations: dict[int, Generation] = {}
        self.texts: dict[str, str] = {}
        self._data = data
        self._end = threading.Event()
        self._looked = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        self._looked.wait(30)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end.set()
        self.join()

    def run(self) -> None:
        """Watch until the end."""
        connection = sqlite3.connect(self._data / "footnote.db", isolation_level=None)
        try:
            while True:
                last = self._end.is_set()
                self._look(connection)
                self._looked.set()
                if last:
                    return
                self._end.wait(LOOK_S)
        finally:
            connection.close()

    def _look(self, connection: sqlite3.Connection) -> None:
        number = int(connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])
        if number in self.generations:
            return
        seen = time.monotonic()
        connection.execute("BEGIN")
        try:
            meta = dict(connection.execute("SELECT key, value FROM meta"))
            revisions = dict(connection.execute("SELECT id, revision FROM documents"))
            for identifier, revision in revisions.items():
                if revision not in self.texts:
                    row = connection.execute("SELECT text FROM documents WHERE id = ?", (identifier,)).fetchone()
                    self.texts[revision] = row[0].decode()
        finally:
            connection.execute("COMMIT")
        precision = str(json.loads(meta.get("encoder", "{}")).get("precision"))
        self.generations[int(meta["generation"])] = Generation(seen, revisions, precision)

    def problem(self, answer: Mapping[str, Any]) -> str | None:
        """Return the error in an answer, or None if it matches the generation that it names."""
        number = answer["generation"]
        states = self._possible(number)
        if not states:
            return f"generation {number} has never been seen"
        cited = [(passage["text"], passage["citation"], passage["highlights"]) for passage in answer["passages"]]
        if answer["answer"] is not None:
            cited.append((answer["answer"]["text"], answer["answer"]["citation"], []))
        for text, citation, highlights in cited:
            where = f"{citation['document_id']}, {citation['start']}–{citation['end']}, in generation {number}"
            if not any(state.get(citation["document_id"]) == citation["revision"] for state in states):
                return f"{where}: the generation did not hold this revision of the document"
            if self.texts[citation["revision"]][citation["start"] : citation["end"]] != text:
                return f"{where}: the document does not say so there"
            if any(not 0 <= mark["start"] < mark["end"] <= len(text) for mark in highlights):
                return f"{where}: a highlight lies outside the passage"
        return None

    def _possible(self, number: int) -> list[Mapping[str, str]]:
        """Return the content of a generation; if it was missed between quick commits, that of its neighbours."""
        if number in self.generations:
            return [self.generations[number].revisions]
        before = [known for known in self.generations if known < number]
        after = [known for known in self.generations if known > number]
        around = (max(before), min(after)) if before and after else ()
        return [self.generations[known].revisions for known in around]
