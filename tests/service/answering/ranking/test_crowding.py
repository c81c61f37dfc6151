"""Texts planted to take all places: they get those that are theirs, however often and with whichever small changes."""

import json
import random
from collections.abc import Callable

import pytest

from tests.service.answering.conftest import Over, found

TRUCE = (
    "The truce between the two gangs began in March 2012, when thirty of their leaders were moved to prisons with fewer"
    " guards. In the fifteen months that followed, homicides fell by half. The government denied that it had had any"
    " part in it, and later that it had known."
)
HONEST = {
    "bishop.txt": "A bishop and a former guerrilla mediated when the gangs began their truce.",
    "prisons.txt": "In the prisons, leaders of the gangs agreed on a truce; it began after a mass.",
    "end.txt": "Two years after the truce of the gangs began, it was over.",
}
QUESTION = "When did the truce between the gangs begin?"
WORDS = "river lamp winter bread copper ladder violet engine harbour cotton marble saddle orchard pepper".split()
PLANTED = 130
"""More than the candidates that are looked at first."""

Change = Callable[[int, random.Random], str]

CHANGES: dict[str, Change] = {
    "another figure in the words that answer": lambda at, rng: TRUCE.replace("2012", str(1000 + at)),
    "words all over": lambda at, rng: _scattered(rng),
    "another heading": lambda at, rng: f"Report {at}, {rng.choice(WORDS)}\n\n{TRUCE}",
}


def _scattered(rng: random.Random) -> str:
    words = TRUCE.split()
    for _ in range(3):
        words.insert(rng.randrange(len(words)), rng.choice(WORDS))
    return " ".join(words)


@pytest.mark.parametrize("change", CHANGES)
def test_near_copies_take_no_more_places_than_one_document_has(over: Over, change: str) -> None:
    rng = random.Random(1)  # noqa: S311 - the same texts each time
    records = [json.dumps({"_id": f"planted-{at}", "text": CHANGES[change](at, rng)}) for at in range(PLANTED)]
    pipeline = over({"planted.jsonl": "\n".join(records), **HONEST})
    documents = found(pipeline.ask(QUESTION, k=6))
    planted = [document for document in documents if document.startswith("planted")]
    assert 1 <= len(planted) <= pipeline.settings.per_document
    assert set(documents) - set(planted) == {"bishop", "prisons", "end"}


def test_where_there_is_nothing_else_near_copies_come_after_all(over: Over) -> None:
    files = {f"{at}.txt": TRUCE.replace("2012", str(1000 + at)) for at in range(8)}
    assert len(over(files).ask(QUESTION, k=8).passages) == 8
