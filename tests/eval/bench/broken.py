"""Systems that go wrong, each in its own way."""

import os
import sys
import time

from eval.bench.recipes.recipe import Material


class Crashing:
    """Its first search raises."""

    def __init__(self, material: Material) -> None:
        self.material = material

    def ingest(self) -> None:
        pass

    def search(self, question: str, k: int) -> list[str]:
        raise RuntimeError(f"cannot search {len(self.material.texts)} texts")


class Killed(Crashing):
    """Its process ends without a word, as when memory runs out."""

    def search(self, question: str, k: int) -> list[str]:
        os._exit(9)


class Hanging(Crashing):
    """It never comes to an end."""

    def ingest(self) -> None:
        print("It begins.", file=sys.stderr, flush=True)  # noqa: T201 - what a library would print
        while True:
            time.sleep(60)


class Perfect(Crashing):
    """Finds whatever carries the question's last word, and prints to standard output, as libraries do."""

    def search(self, question: str, k: int) -> list[str]:
        print("searching", flush=True)  # noqa: T201 - what a library would print
        word = question.split()[-1].strip("?")
        found = [text.document for text in self.material.texts if word in text.text]
        return found[:k]
