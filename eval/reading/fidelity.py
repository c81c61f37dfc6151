"""How much of a reference a reading keeps: recall, precision and order of words, and what differs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, pairwise

from rapidfuzz.distance import LCSseq

from eval.reading.words import has_numeral, spelling

EXAMPLES = 8
"""Examples kept of each kind of difference."""

EXAMPLE_WORDS = 12
"""Words of an example; a longer run of words is cut."""

MOST_PARTS = 4
"""Largest number of neighbouring words that are looked for as one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Differences of one kind: their number, and some of them."""

    count: int
    examples: Sequence[str]


@dataclass(frozen=True, slots=True)
class Fidelity:
    """A reading against its reference. Shares are in [0, 1].

    Args:
        words: Number of words of the reference.
        recall: Share of the reference's words that are read, each as often as it occurs there (multisets).
        precision: Share of the words read that are in the reference. None if nothing is read.
        order: Length of the longest common subsequence of words, as a share of the words in common. None without any.
        missing, extra: Words of the reference that are not read, and words read that are not in it.
        glued: Neighbouring words of the reference that are read as one.
        split: Words of the reference that are read as several.
        numbers_missing, numbers_extra: Those of `missing` and `extra` with a digit or another numeral.
    """

    words: int
    recall: float
    precision: float | None
    order: float | None
    missing: Difference
    extra: Difference
    glued: Difference
    split: Difference
    numbers_missing: Difference
    numbers_extra: Difference


def compare_words(reference: Sequence[str], found: Sequence[str]) -> Fidelity:
    """Compare the words of a reading with those of its reference.

    Time and memory are linear, but for the order, which takes `len(reference) * len(found) / 64` steps (Hyyrö, 2004).

    Args:
        reference: The words of the reference, at least one.
        found: The words of the reading.
    """
    wanted, read = Counter(reference), Counter(found)
    common = (wanted & read).total()
    missing, extra = wanted - read, read - wanted
    return Fidelity(
        words=len(reference),
        recall=common / len(reference),
        precision=common / len(found) if found else None,
        order=LCSseq.similarity(reference, found) / common if common else None,
        missing=Difference(missing.total(), _samples(reference, missing, found)),
        extra=Difference(extra.total(), _samples(found, extra, reference)),
        glued=_difference(f"{parts} → {whole}" for parts, whole in _joined(reference, found, extra)),
        split=_difference(f"{whole} → {parts}" for parts, whole in _joined(found, reference, missing)),
        numbers_missing=_difference(filter(has_numeral, missing.elements())),
        numbers_extra=_difference(filter(has_numeral, extra.elements())),
    )


def _difference(found: Iterable[str]) -> Difference:
    every = list(found)
    return Difference(len(every), list(dict.fromkeys(every))[:EXAMPLES])


def _joined(words: Sequence[str], others: Sequence[str], wholes: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yield neighbouring words that are spelt like one of `wholes`, and that word; each of these is used once.

    Words that are neighbours in the other text too, as often as here, are not joined there.
    """
    left = Counter({spelling(whole): count for whole, count in wholes.items()})
    spelt = [spelling(word) for word in words]
    for size in range(2, MOST_PARTS + 1):
        lacking = Counter(_neighbours(words, size)) - Counter(_neighbours(others, size))
        for parts, letters in zip(_neighbours(words, size), _neighbours(spelt, size), strict=True):
            whole = "".join(letters)
            if left[whole] > 0 and lacking[parts] > 0:
                left[whole] -= 1
                lacking[parts] -= 1
                yield " ".join(parts), whole


def _neighbours(words: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return zip(*(islice(words, at, None) for at in range(size)), strict=False)


def _samples(words: Sequence[str], lacking: Counter[str], others: Sequence[str]) -> list[str]:
    """Return runs of words that the other text lacks, longest first.

    Lacking words are counted, not located. A place where a word has a neighbour that it also has in the other text is
    taken as present there.
    """
    if not lacking:
        return []
    known = set(pairwise(others))
    beside = [pair in known for pair in pairwise(words)]
    lacks = [
        lacking[word] > 0 and not before and not after
        for word, before, after in zip(words, [False, *beside], [*beside, False], strict=True)
    ]
    runs = [
        [word for word, _ in run]
        for lacks_run, run in groupby(zip(words, lacks, strict=True), lambda at: at[1])
        if lacks_run
    ]
    runs = sorted(runs, key=len, reverse=True) or [[word] for word in lacking]
    return list(islice(dict.fromkeys(map(_shortened, runs)), EXAMPLES))


def _shortened(run: Sequence[str]) -> str:
    return " ".join([*run[:EXAMPLE_WORDS], *(["…"] if len(run) > EXAMPLE_WORDS else [])])
