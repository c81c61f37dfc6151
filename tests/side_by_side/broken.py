"""Systems that fail, each in its own way."""

import os
import sys
import time

from tests.side_by_side.system import Inputs


class Crashing:
    """Raises at the first search."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs

    def ingest(self) -> None:
        pass

    def search(self, question: str, k: int) -> list[str]:
        raise RuntimeError(f"cannot search {len(self.inputs.passages)} texts")


class Killed(Crashing):
    """Ends its process without a message, as when memory runs out."""

    def search(self, question: str, k: int) -> list[str]:
        os._exit(9)


class Hanging(Crashing):
    """Never finishes."""

    def ingest(self) -> None:
        print("It begins.", file=sys.stderr, flush=True)  # noqa: T201 - as a library does
        while True:
            time.sleep(60)


class Perfect(Crashing):
    """Finds the passages with the question's last word, and prints to standard output, as libraries do."""

    def search(self, question: str, k: int) -> list[str]:
        print("searching", flush=True)  # noqa: T201 - as a library does
        word = question.split()[-1].strip("?")
        found = [passage.document for passage in self.inputs.passages if word in passage.text]
        return found[:k]
