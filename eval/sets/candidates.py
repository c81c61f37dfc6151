"""Candidates from feedback: questions for a set that a person must approve."""

import functools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from slugify import slugify

from corpus.text import normalise
from eval.errors import SetError
from eval.files import write_atomically
from eval.sets.feedback import NumberedRating
from eval.sets.questions import Question
from eval.sets.quotes import QuoteNotFoundError, QuoteSpan, locate_quote
from service.answering import Turn
from service.runtime.progress import Progress
from service.schemas import TurnFields

ID_CHARACTERS = 40

_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unapproved question in the format of a set.

    Args:
        id: Suggested id.
        question, history: Their first wording.
        answers: Quotes with more ratings up than down, ordered by document and position.
        answerable: False if users confirmed that the documents do not answer.
        up, down: Total number of ratings.
        hints: Hints for the approval.
    """

    id: str
    question: str
    history: Sequence[TurnFields]
    answers: Sequence[QuoteSpan]
    answerable: bool
    up: int
    down: int
    hints: Sequence[str]

    def line(self) -> str:
        """Return the candidate as a line of a set."""
        entry: dict[str, object] = {"id": self.id, "question": self.question}
        if self.history:
            entry["history"] = [turn.model_dump() for turn in self.history]
        entry["answers"] = [{"document": place.document, "quote": place.quote} for place in self.answers]
        entry["answerable"] = self.answerable
        entry["tags"] = ["feedback", "follow-up"] if self.history else ["feedback"]
        entry["approved"] = False
        entry["feedback"] = {"up": self.up, "down": self.down, "hints": list(self.hints)}
        return json.dumps(entry, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of an import of feedback.

    Args:
        candidates: Candidates, ordered by the first rating of their question.
        known: Number of questions left out because a set has them.
        skipped: Messages about unusable ratings, with their lines.
    """

    candidates: Sequence[Candidate]
    known: int
    skipped: Sequence[str]


@dataclass(slots=True)
class _Asked:
    """The ratings of one question: of each quote, and of `not_found` and `uncertain` answers."""

    first: NumberedRating
    thumbs: Counter[str] = field(default_factory=Counter)
    refusal: Counter[str] = field(default_factory=Counter)
    uncertain: Counter[str] = field(default_factory=Counter)
    places: dict[QuoteSpan, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    changed: set[str] = field(default_factory=set)


def candidates_from(
    ratings: Iterable[NumberedRating],
    text_of: Callable[[str], str],
    known: Collection[Question],
    progress: Progress,
) -> ImportResult:
    """Group ratings by question, and locate the rated passages in their documents.

    Args:
        ratings: Ratings in any order; the order matters only for ratings of the same moment.
        text_of: Returns the canonical text of a document by its id.
        known: Questions of existing sets.
        progress: Receives each rating.
    """
    text_of = functools.cache(text_of)
    ordered = sorted(ratings, key=lambda numbered: (numbered.rating.at, numbered.line))
    have = {_key(question.text, question.history) for question in known}
    left_out: set[_Key] = set()
    asked: dict[_Key, _Asked] = {}
    skipped: list[tuple[int, str]] = []
    progress.start(len(ordered), "ratings")
    try:
        for numbered in ordered:
            key = _key(numbered.rating.question, numbered.rating.history)
            if key in have:
                left_out.add(key)
            else:
                try:
                    _count(numbered, asked.setdefault(key, _Asked(numbered)), text_of)
                except QuoteNotFoundError as error:
                    skipped.append((numbered.line, f"line {numbered.line}: {error}."))
            progress.advance()
    finally:
        progress.finish()
    ids = {question.id for question in known}
    candidates = [_candidate(one, ids) for one in asked.values() if one.thumbs]
    return ImportResult(candidates, len(left_out), [sentence for _, sentence in sorted(skipped)])


def _key(question: str, history: Iterable[Turn | TurnFields]) -> _Key:
    """Return a key equal for questions with the same words and history, ignoring case, spaces and end punctuation."""
    return (_plain(question), *(f"{turn.role} {_plain(turn.content)}" for turn in history))


def _plain(text: str) -> str:
    return " ".join(normalise("NFKC", text).casefold().split()).strip(" ?!.¿¡…")


def _count(numbered: NumberedRating, asked: _Asked, text_of: Callable[[str], str]) -> None:
    rating = numbered.rating
    if rating.passage is None:
        (asked.uncertain if rating.status == "uncertain" else asked.refusal)[rating.rating] += 1
    else:
        place, changed = locate_quote(rating.passage, text_of)
        asked.places[place][rating.rating] += 1
        if changed:
            asked.changed.add(place.document)
    asked.thumbs[rating.rating] += 1


def _candidate(asked: _Asked, ids: set[str]) -> Candidate:
    first = asked.first.rating
    answers = sorted(
        (place for place, thumbs in asked.places.items() if thumbs["up"] > thumbs["down"]),
        key=lambda place: (place.document, place.start),
    )
    return Candidate(
        id=_new_id(first.question, ids),
        question=first.question,
        history=first.history,
        answers=answers,
        answerable=bool(answers) or asked.refusal["up"] <= asked.refusal["down"],
        up=asked.thumbs["up"],
        down=asked.thumbs["down"],
        hints=_hints(asked, answers),
    )


def _hints(asked: _Asked, answers: Sequence[QuoteSpan]) -> list[str]:
    hints = [
        f"{_thumbs(thumbs)} for “{place.quote}” in '{place.document}'."
        for place, thumbs in sorted(asked.places.items(), key=lambda item: (item[0].document, item[0].start))
        if place not in answers or thumbs["down"]
    ]
    if asked.refusal:
        hints.append(f"{_thumbs(asked.refusal)} for the answer that nothing was found.")
    if asked.uncertain:
        hints.append(f"{_thumbs(asked.uncertain)} for passages shown without an answer.")
    if not answers and asked.refusal["up"] <= asked.refusal["down"]:
        hints.append("No rating confirms an answer: find one, or set answerable to false.")
    hints += [f"'{document}' has changed since; the same words were found." for document in sorted(asked.changed)]
    return hints


def _thumbs(thumbs: Counter[str]) -> str:
    return f"{thumbs['up']} up, {thumbs['down']} down"


def _new_id(question: str, ids: set[str]) -> str:
    """Derive an id from the question that is not in `ids`, and add it."""
    stem = slugify(question, max_length=ID_CHARACTERS, word_boundary=True) or "question"
    number, identifier = 1, stem
    while identifier in ids:
        number += 1
        identifier = f"{stem}-{number}"
    ids.add(identifier)
    return identifier


def check_free(path: Path, feedback: Path, *, force: bool) -> None:
    """Check before an import that candidates can be written to a path.

    Args:
        path: The output file.
        feedback: The feedback file.
        force: Whether an existing file may be replaced.

    Raises:
        SetError: The file exists, is the feedback itself, or has no folder.
    """
    if path.is_dir():
        raise SetError(f"{path} is a folder. Name a file for the candidates.")
    if path.exists() and feedback.exists() and path.samefile(feedback):
        raise SetError(f"{path} is the feedback file. Choose another name for the candidates.")
    if path.exists() and not force:
        raise SetError(f"{path} exists already. Choose another name, or replace it with --force.")
    if not path.parent.is_dir():
        raise SetError(
            f"{path} cannot be written: there is no folder {path.parent}. Create it, or choose another path."
        )


def write_candidates(candidates: Sequence[Candidate], path: Path) -> None:
    """Write candidates as a set.

    Raises:
        SetError: The file cannot be written.
    """
    try:
        write_atomically(path, "".join(candidate.line() + "\n" for candidate in candidates))
    except OSError as error:
        raise SetError(f"{path} cannot be written ({error.strerror}). Choose another path.") from error
