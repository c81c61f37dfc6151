"""From feedback to candidates: questions for a set that a person has yet to approve."""

import functools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from slugify import slugify

from corpus.text import normalise
from eval.errors import SetError
from eval.sets.feedback import NumberedRating
from eval.sets.questions import GivenTurn, Question
from eval.sets.quotes import NotFoundAgainError, Place, place_of
from service.answering import Turn
from service.runtime.progress import Progress

__all__ = ["Candidate", "Imported", "candidates_from", "check_free", "write_candidates"]

ID_CHARACTERS = 40

_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question of the set's format that nobody has approved.

    Args:
        id: A suggestion.
        question, history: As they were asked first.
        answers: Places with more thumbs up than down, in order of document and place.
        answerable: False if it was right that nothing was found.
        up, down: How many thumbs the question's passages had in all.
        hints: What whoever approves it should know.
    """

    id: str
    question: str
    history: Sequence[GivenTurn]
    answers: Sequence[Place]
    answerable: bool
    up: int
    down: int
    hints: Sequence[str]

    def line(self) -> str:
        """The candidate as a line of a set."""
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
class Imported:
    """What became of feedback.

    Args:
        candidates: In order of when their question was first rated.
        known: How many questions were left out because a set has them.
        skipped: Why a rating was of no use, a sentence each with its line.
    """

    candidates: Sequence[Candidate]
    known: int
    skipped: Sequence[str]


@dataclass(slots=True)
class _Asked:
    """One question's ratings: thumbs of each place, and of being told that nothing was found."""

    first: NumberedRating
    thumbs: Counter[str] = field(default_factory=Counter)
    refusal: Counter[str] = field(default_factory=Counter)
    places: dict[Place, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    changed: set[str] = field(default_factory=set)


def candidates_from(
    ratings: Iterable[NumberedRating],
    text_of: Callable[[str], str],
    known: Collection[Question],
    progress: Progress,
) -> Imported:
    """Gather ratings by question, and find what was rated in its document again.

    Args:
        ratings: In any order; the result does not depend on it but for ratings of the same moment.
        text_of: Gives a document's canonical text by its id.
        known: Questions that are in a set already.
        progress: Told of each rating.
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
                except NotFoundAgainError as error:
                    skipped.append((numbered.line, f"line {numbered.line}: {error}."))
            progress.advance()
    finally:
        progress.finish()
    ids = {question.id for question in known}
    candidates = [_candidate(one, ids) for one in asked.values() if one.thumbs]
    return Imported(candidates, len(left_out), [sentence for _, sentence in sorted(skipped)])


def _key(question: str, history: Iterable[Turn | GivenTurn]) -> _Key:
    """What makes two questions the same: their words and the conversation before, but for case, spaces and ends."""
    return (_plain(question), *(f"{turn.role} {_plain(turn.content)}" for turn in history))


def _plain(text: str) -> str:
    return " ".join(normalise("NFKC", text).casefold().split()).strip(" ?!.¿¡…")


def _count(numbered: NumberedRating, asked: _Asked, text_of: Callable[[str], str]) -> None:
    rating = numbered.rating
    if rating.passage is None:
        asked.refusal[rating.rating] += 1
    else:
        place, changed = place_of(rating.passage, text_of)
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


def _hints(asked: _Asked, answers: Sequence[Place]) -> list[str]:
    hints = [
        f"{_thumbs(thumbs)} for “{place.quote}” in '{place.document}'."
        for place, thumbs in sorted(asked.places.items(), key=lambda item: (item[0].document, item[0].start))
        if place not in answers or thumbs["down"]
    ]
    if asked.refusal:
        hints.append(f"{_thumbs(asked.refusal)} for saying that the documents do not answer.")
    if not answers and asked.refusal["up"] <= asked.refusal["down"]:
        hints.append("Nobody has said what answers: find it, or set answerable to false.")
    hints += [f"'{document}' has changed since; the same words were found again." for document in sorted(asked.changed)]
    return hints


def _thumbs(thumbs: Counter[str]) -> str:
    return f"{thumbs['up']} up, {thumbs['down']} down"


def _new_id(question: str, ids: set[str]) -> str:
    """An id made from the question's words that is not in `ids` yet; it is added."""
    stem = slugify(question, max_length=ID_CHARACTERS, word_boundary=True) or "question"
    number, identifier = 1, stem
    while identifier in ids:
        number += 1
        identifier = f"{stem}-{number}"
    ids.add(identifier)
    return identifier


def check_free(path: Path, feedback: Path, *, force: bool) -> None:
    """Whether candidates may be written to a path, said before the feedback is looked through.

    Args:
        path: Where they are to go.
        feedback: Where they come from.
        force: Whether a file that is there may be replaced.

    Raises:
        SetError: They may not.
    """
    if path.is_dir():
        raise SetError(f"{path} is a folder. Name a file for the candidates.")
    if path.exists() and feedback.exists() and path.samefile(feedback):
        raise SetError(f"{path} is the feedback itself. Choose another name for the candidates.")
    if path.exists() and not force:
        raise SetError(f"{path} exists already. Choose another name, or replace it with --force.")
    if not path.parent.is_dir():
        raise SetError(f"{path} cannot be written: there is no folder {path.parent}. Make it, or choose another place.")


def write_candidates(candidates: Sequence[Candidate], path: Path) -> None:
    """Write candidates as a set, whole or not at all.

    Raises:
        SetError: The file cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text("".join(candidate.line() + "\n" for candidate in candidates), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise SetError(f"{path} cannot be written ({error.strerror}). Choose another place.") from error
