"""A question in the spelling of the documents: what is encoded and searched in place of what was written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from corpus.lexical import LexicalQuery, stop_terms, terms
from corpus.store import Allowed, Filters
from corpus.text import normalise
from embeddings.encoder import Encoder
from service.answering.questions.spelling import corrected
from service.answering.questions.variants import Variant, Word, halves_of, variants_of, words_of
from service.retrieval import Searcher

VARIANT_WEIGHT = 0.5
"""Weight of another way to write a word that the documents have too, in the lexical query."""

MOST_UNKNOWN = 8
"""Words that no document has. A question with more is about something else."""

MOST_CORRECTED = 3
"""Words of these that are none of the language. A question with more is in another language."""

HALVES_TRIED = 3
"""Pairs of words that an unknown word is looked up as."""

PASSAGES_READ = 5
"""Passages that are looked through for a spelling."""


ENDINGS = ("s", "es", "d", "ed", "ing", "er", "ers", "ly")
"""Endings of words that the encoder's vocabulary has without them."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Question as it is encoded and searched.

    Args:
        text: The question, with words that no document has in the spelling of the documents.
        query: Query for the lexical index: the text, and other ways to write its words.
        spelling: The text, if a misspelt word was corrected; None otherwise.
    """

    text: str
    query: LexicalQuery
    spelling: str | None = None


def worded(question: str, searcher: Searcher, encoder: Encoder, filters: Filters | None) -> Wording:
    """Return a question in the spelling of the documents that the filters allow.

    Args:
        question: The question.
        searcher: Searcher of the snapshot.
        encoder: Its vocabulary tells misspelt words from words that the documents do not have.
        filters: Restrict the documents. Words of others are never used.
    """
    text = normalise("NFKC", question)
    words = words_of(text)
    variants = [one for one in variants_of(text, words) if terms(one.text) != terms(text[one.start : one.end])]
    allowed = searcher.allowed(filters)
    known = set(searcher.occurring(_terms_of(text, words, variants), allowed))
    present = [
        one
        for one in variants
        if known.issuperset(terms(one.text)) and not (one.is_word and _written([one.text], searcher, allowed) is None)
    ]
    changes = _replacements(text, present, known)
    unknown = [
        word for word in words if word.has_content and known.isdisjoint(word.terms) and not _within(word, changes)
    ]
    for word in unknown[:MOST_UNKNOWN]:
        if compound := _divided(word.text, searcher, allowed):
            changes[word.start, word.end] = compound
    misspelt = [word for word in unknown if not _within(word, changes)]
    corrections = _corrections(words, misspelt, searcher, allowed, encoder)
    searched = _changed(text, changes | corrections)
    own = set(terms(searched))
    others = [one.text for one in present if not own.issuperset(terms(one.text))]
    query: LexicalQuery = [(searched, 1.0), *((" ".join(_new(one, own)), VARIANT_WEIGHT) for one in others)]
    return Wording(searched, query if others else searched, searched if corrections else None)


def as_written(question: str, texts: Sequence[str]) -> str:
    """Return a question in the spelling of the texts that are read with it.

    `12 boats` becomes `twelve boats` where a text has that and none has the other, so that a reader compares like with
    like.
    """
    folded = [normalise("NFC", text).lower() for text in texts]

    def occurs(words: str) -> bool:
        return any(_has(text, words.lower()) for text in folded)

    changes: dict[tuple[int, int], str] = {}
    for one in variants_of(question, words_of(question)):
        overlaps = any(start < one.end and one.start < end for start, end in changes)
        if not overlaps and occurs(one.text) and not occurs(question[one.start : one.end]):
            changes[one.start, one.end] = one.text
    return _changed(question, changes)


def _terms_of(text: str, words: Sequence[Word], variants: Sequence[Variant]) -> set[str]:
    found = {term for word in words for term in word.terms}
    for variant in variants:
        found.update(terms(variant.text), terms(text[variant.start : variant.end]))
    return found


def _replacements(text: str, present: Iterable[Variant], known: set[str]) -> dict[tuple[int, int], str]:
    """Return the variants that take the place of what no document has, by start and end."""
    changes: dict[tuple[int, int], str] = {}
    for one in present:
        overlaps = any(start < one.end and one.start < end for start, end in changes)
        if one.is_certain and not overlaps and not known.issuperset(terms(text[one.start : one.end])):
            changes[one.start, one.end] = one.text
    return changes


def _within(word: Word, changes: Mapping[tuple[int, int], str]) -> bool:
    return any(start <= word.start < end for start, end in changes)


def _divided(word: str, searcher: Searcher, allowed: Allowed | None) -> str | None:
    """Return a word as two, if the documents have them beside each other."""
    halves = [pair for pair in halves_of(word) if all(_is_content(half) for half in pair)]
    known = searcher.occurring({term for pair in halves for half in pair for term in terms(half)}, allowed)
    both = [pair for pair in halves if all(term in known for half in pair for term in terms(half))]
    found = (_written([f"{one}-{other}", f"{one} {other}"], searcher, allowed) for one, other in both[:HALVES_TRIED])
    return next((one for one in found if one is not None), None)


def _written(spellings: Sequence[str], searcher: Searcher, allowed: Allowed | None) -> str | None:
    """Return the first of some spellings of the same terms that a passage has, letter by letter but for a plural."""
    for passage in searcher.passages(searcher.matching(spellings[0], PASSAGES_READ, allowed)):
        text = normalise("NFC", passage.text).casefold()
        for one in spellings:
            if _has(text, one.casefold()):
                return one
    return None


def _has(text: str, words: str) -> bool:
    """Return whether a text has words, or their plural, and not only as a part of others."""
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        before, after = text[max(0, at - 1) : at], text[end : end + 2].removeprefix("s")[:1]
        if not before.isalpha() and not after.isalpha():
            return True
        at = text.find(words, end)
    return False


def _is_content(word: str) -> bool:
    return not stop_terms().issuperset(terms(word))


def _corrections(
    words: Sequence[Word], unknown: Sequence[Word], searcher: Searcher, allowed: Allowed | None, encoder: Encoder
) -> dict[tuple[int, int], str]:
    """Return the corrections of misspelt words, unless most words of the question are strange."""
    strange = [word for word in unknown if not _is_word(word.text, encoder)] if len(unknown) <= MOST_UNKNOWN else []
    content = sum(word.has_content for word in words)
    if len(strange) > min(MOST_CORRECTED, max(1, content // 2)):
        return {}
    found = {
        (word.start, word.end): corrected(word.text, searcher, allowed, name=word.text[0].isupper() and word.start > 0)
        for word in strange
    }
    return {span: word for span, word in found.items() if word is not None}


def _is_word(word: str, encoder: Encoder) -> bool:
    """Return whether a word is one of the encoder's language, so that it is not misspelt: one token and an ending."""
    stems = [word, *(word.removesuffix(ending) for ending in ENDINGS if word.endswith(ending))]
    return any(encoder.count_tokens(stem) == 1 for stem in stems)


def _changed(text: str, changes: Mapping[tuple[int, int], str]) -> str:
    for (start, end), other in sorted(changes.items(), reverse=True):
        text = text[:start] + other + text[end:]
    return text


def _new(variant: str, own: set[str]) -> list[str]:
    """Return the words of a variant that the question does not have."""
    return [word for word in variant.replace("-", " ").replace("/", " ").split() if not own.issuperset(terms(word))]
