"""Mining: training records from a labelled set, with the passages that the pipeline itself retrieves."""

import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.text import sentence_spans
from eval.measures import holds_any, normalised
from eval.runs import stored_beir
from eval.sets import load_beir
from service.opening import open_pipeline
from service.runtime.progress import Progress
from service.runtime.terminal import say
from service.settings import load_settings

RETRIEVED = 10
"""Passages retrieved for each question."""

LONG_ANSWER_WORDS = 15
"""Words above which an answer counts as prose put together from sentences, rather than as a string of the passage."""

SHARE_IN_ANSWER = 0.75
"""Share of a sentence's words that a long answer must contain for the sentence to count as answering."""


_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class MinedPassage:
    """Passage as the reader sees it. `spans` are the `[start, end)` of answers in `text`, in code points."""

    title: str
    text: str
    spans: Sequence[Sequence[int]] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """Question, with passages that answer it and passages that do not.

    Args:
        set: Name of the set.
        id: Id of the question.
        group: Title of the article that most of the passages are from. Sets are divided by it.
        question: The question.
        positives: Passages with an answer, best first; empty for an unanswerable question.
        negatives: Retrieved passages without an answer, best first.
    """

    set: str
    id: str
    group: str
    question: str
    positives: Sequence[MinedPassage]
    negatives: Sequence[MinedPassage]


def mine(folder: Path, data: Path | None, progress: Progress) -> Iterator[Record]:
    """Ask the questions of a BEIR folder, and yield a record for each with a passage to learn from.

    Args:
        folder: BEIR folder with `metadata.answers`.
        data: Data folder, filled with the set's documents where they are missing; None for one in the user's cache.
        progress: Shows the progress.
    """
    beir = load_beir(folder)
    data, ids = stored_beir(beir, data)
    asked = [question for question in beir.questions.questions if not question.history]
    without_reader = load_settings(data=data).model_copy(update={"reader": "off"})
    with open_pipeline(without_reader, say) as pipeline:
        progress.start(len(asked))
        for question in asked:
            gold = {ids[d] for d, grade in beir.grades.get(question.id, {}).items() if grade > 0 and d in ids}
            strings = beir.strings.get(question.id, ())
            positives, negatives = [], []
            found = pipeline.ask(question.text, k=RETRIEVED).passages
            for passage in found:
                title = passage.citation.title
                if passage.citation.document_id in gold:
                    if spans := answer_spans(passage.text, strings):
                        positives.append(MinedPassage(title, passage.text, spans))
                elif not holds_any(passage.text, strings):
                    negatives.append(MinedPassage(title, passage.text))
            titles = Counter(p.title for p in positives or negatives[:5])
            if (positives or not gold) and negatives:
                group = titles.most_common(1)[0][0]
                yield Record(folder.name, question.id, group, question.text, positives, negatives)
            progress.advance()
        progress.finish()


def answer_spans(text: str, answers: Sequence[str]) -> list[tuple[int, int]]:
    """Return the spans of answers in a text, sorted.

    A short answer is located as a string of whole words, without regard to case, punctuation and white space. A long
    one is prose put together from sentences, so each sentence that is mostly in it is a span.
    """
    spans: set[tuple[int, int]] = set()
    for answer in answers:
        if len(answer.split()) > LONG_ANSWER_WORDS:
            spans.update(_sentences_in(text, answer))
        else:
            spans.update(_occurrences(text, answer))
    return sorted(spans)


def _occurrences(text: str, answer: str) -> Iterator[tuple[int, int]]:
    found = list(_WORD.finditer(text))
    words = [match.group().casefold() for match in found]
    wanted = [word.casefold() for word in _WORD.findall(answer)]
    for at in range(len(words) - len(wanted) + 1):
        if wanted and words[at : at + len(wanted)] == wanted:
            yield found[at].start(), found[at + len(wanted) - 1].end()


def _sentences_in(text: str, answer: str) -> Iterator[tuple[int, int]]:
    held = set(normalised(answer).split())
    for start, end in sentence_spans(text, "en"):
        words = normalised(text[start:end]).split()
        if len(words) > 2 and sum(word in held for word in words) >= SHARE_IN_ANSWER * len(words):
            yield start, end


def divided(records: Sequence[Record], share: float, most: int) -> tuple[list[Record], list[Record]]:
    """Divide records by article into those to learn from and a sample of those to measure on.

    Args:
        records: The records.
        share: Share of the articles to measure on, drawn by a hash of their titles.
        most: Maximum number of records of each set to measure on, with and without an answer each.
    """
    learnt = [record for record in records if not _is_held_out(record, share)]
    kinds = defaultdict(list)
    for record in records:
        if _is_held_out(record, share):
            kinds[record.set, bool(record.positives)].append(record)
    rng = random.Random(0)  # noqa: S311 - reproducible, not secret
    return learnt, [record for kind in kinds.values() for record in rng.sample(kind, min(most, len(kind)))]


def _is_held_out(record: Record, share: float) -> bool:
    return int.from_bytes(hashlib.sha256(record.group.encode()).digest()[:4]) < share * 2**32


def write_records(records: Iterable[Record], path: Path) -> None:
    """Write records as JSON Lines. The file appears when it is complete."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(record), ensure_ascii=False) + "\n" for record in records)
    new.replace(path)


def read_records(path: Path) -> list[Record]:
    """Read records that `write_records` wrote."""
    records = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            given = json.loads(line)
            passages = {
                name: [MinedPassage(p["title"], p["text"], [tuple(span) for span in p["spans"]]) for p in given[name]]
                for name in ("positives", "negatives")
            }
            records.append(Record(given["set"], given["id"], given["group"], given["question"], **passages))
    return records
