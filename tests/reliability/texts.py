"""Documents and questions of a harness: recombined real sentences, by seed."""

import itertools
import random
from collections.abc import Sequence
from pathlib import Path

from corpus.text.sentences import sentence_spans
from eval.bench.sources import STARTER_SET
from eval.sets.questions import load_questions
from service.ingest.sources import starter_files

__all__ = ["Writing"]

PARAGRAPHS, SENTENCES = 8, 5
FEWEST_CHARACTERS = 30


class Writing:
    """Makes documents and questions. The same seed makes the same ones in the same order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._sentences = _sentences()
        self._questions = [question.text for question in load_questions(STARTER_SET).questions]
        self._numbers = itertools.count(1)

    def document(self, name: str, paragraphs: int = PARAGRAPHS) -> str:
        """Return a unique text with the given name."""
        title = f"{name}, version {next(self._numbers)}"
        return "\n\n".join([title, *(" ".join(self._some(SENTENCES)) for _ in range(paragraphs))]) + "\n"

    def question(self) -> str:
        """Return a question that is almost certainly new."""
        return f"{self._random.choice(self._questions)} {self._random.choice(self._sentences)[:60]}".strip()

    def questions(self, count: int) -> Sequence[str]:
        """Return a question of the starter set."""
        return self._questions[:count]

    def folder(self, folder: Path, documents: int) -> list[Path]:
        """Write a number of documents as files."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / f"kept-{at:05}.txt" for at in range(documents)]
        for path in paths:
            path.write_text(self.document(path.stem))
        return paths

    def _some(self, count: int) -> list[str]:
        return [self._random.choice(self._sentences) for _ in range(count)]


def _sentences() -> list[str]:
    found: list[str] = []
    for file in starter_files():
        text = file.data.decode().split("---", 2)[-1]
        for start, end in sentence_spans(text, "en"):
            said = " ".join(text[start:end].split())
            if len(said) >= FEWEST_CHARACTERS and not said.startswith("#"):
                found.append(said)
    return found
