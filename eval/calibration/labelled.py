"""Labelled sets: the questions that a calibration is fitted on."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.errors import SetError
from eval.sets import BeirFolder, Question, QuestionSet, load_beir, load_questions

FEWEST = 20
"""Questions with and without an answer that a set needs; with fewer, one question moves a figure by 5 %."""

SEED = 0


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A labelled set.

    Args:
        questions: The questions.
        beir: Its BEIR folder; None for JSON Lines.
        leave_out: Whether each answerable question is asked again without its relevant documents.
    """

    questions: QuestionSet
    beir: BeirFolder | None
    leave_out: bool


def load_sets(paths: Sequence[Path], leave_out: Sequence[Path], most: int | None) -> list[LabelledSet]:
    """Read the sets, and check that each suits a calibration.

    Args:
        paths: JSON Lines files and BEIR folders.
        leave_out: The sets whose answerable questions are asked again without their relevant documents.
        most: Maximum size of a reproducible sample of each set; None for all questions.

    Raises:
        SetError: A set cannot be read, occurs twice, or has too few questions with or without an answer.
    """
    sets: dict[str, LabelledSet] = {}
    for path in paths:
        beir = load_beir(path) if path.is_dir() else None
        questions = load_questions(path) if beir is None else beir.questions
        if questions.name in sets:
            raise SetError(f"Two sets are named '{questions.name}'. Give each set once, under a distinct name.")
        drawn = replace(questions, questions=_drawn(questions.questions, most))
        labelled = LabelledSet(drawn, beir, path in leave_out)
        _check(labelled, path, most)
        sets[questions.name] = labelled
    return list(sets.values())


def _drawn(questions: Sequence[Question], most: int | None) -> Sequence[Question]:
    if most is None or len(questions) <= most:
        return questions
    chosen = random.Random(SEED).sample(range(len(questions)), most)  # noqa: S311 - reproducible, not secret
    return tuple(questions[at] for at in sorted(chosen))


def _check(labelled: LabelledSet, path: Path, most: int | None) -> None:
    asked = labelled.questions.questions
    answerable = sum(question.answerable for question in asked)
    without = len(asked) - answerable + (answerable if labelled.leave_out else 0)
    few = [f"{answerable} answerable questions"] if answerable < FEWEST else []
    if not without and not few:
        raise SetError(
            f"{path} has no unanswerable question, so it cannot show how such questions score. "
            f'Add some with "answerable": false, or create them with: --leave-out {path}'
        )
    if without < FEWEST:
        few.append(f"{without} questions without an answer")
    if few:
        needed = f"{FEWEST} are needed" if len(few) == 1 else f"{FEWEST} of each are needed"
        more = "" if most is None else ", or raise --questions"
        raise SetError(f"{path} has {' and '.join(few)} to ask, but {needed}. Add some{more}.")
