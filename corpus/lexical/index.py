"""The lexical index: BM25 over passages by tantivy, in memory or in a folder."""

import math
from array import array
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Self

import tantivy

from corpus.lexical.analysis import analyzer, normalised, stop_terms, terms
from corpus.store import Allowed

LexicalQuery = str | Sequence[tuple[str, float]]
"""A text, or several with the weight of each."""

MAX_TERMS = 64
"""Most terms of a search, whose time is in proportion to them. Of longer questions, the rarest terms are searched."""

MAX_REACH = 6000
"""Hits looked through for those allowed. Where more are needed, tantivy is given the allowed keys if they are few."""

K1 = 1.2
"""Term saturation of tantivy's BM25."""

SCORE_DECIMALS = 4
"""Decimals of scores. Rounding keeps the last bits of a float32 sum from changing an order."""

HEAP_BYTES = 128_000_000
"""Memory that tantivy fills before it begins another segment: about 100,000 passages."""

KEY, TEXT = "key", "text"

Hits = list[tuple[int, float]]


class LexicalIndex:
    """Passages by their words, searched by BM25 (k1 1.2, b 0.75). Immutable, and safe to share between threads.

    Args:
        searcher: Searcher of a tantivy index. The files of the index may be deleted meanwhile.
    """

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._schema = _schema()
        hits = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False).hits
        self.keys = array("q", sorted(key for key, _ in self._keyed(hits)))

    @classmethod
    def in_memory(cls, passages: Iterable[tuple[int, str]]) -> Self:
        """Return an index of these passages without files.

        Args:
            passages: Key and text of each.
        """
        return cls(_grown(tantivy.Index(_schema()), passages))

    @classmethod
    def in_folder(cls, folder: Path, passages: Iterable[tuple[int, str]] = ()) -> Self:
        """Add passages to the index in a folder, and return it.

        Passages can only be added: tantivy's statistics go on counting deleted ones, so that scores would differ from
        those of a new index.

        Args:
            folder: An empty folder, or one that this function wrote to.
            passages: Key and text of each.

        Raises:
            OSError: A file cannot be read or written.
            ValueError: tantivy refuses a file, or cannot write one.
        """
        return cls(_grown(tantivy.Index(_schema(), path=str(folder)), passages))

    @classmethod
    def opened(cls, folder: Path) -> Self:
        """Return the index in a folder. Verify its files first: tantivy does not detect damage.

        Raises:
            OSError: A file cannot be read.
            ValueError: tantivy refuses a file.
        """
        index = tantivy.Index.open(str(folder))
        index.config_reader("manual")
        return cls(index.searcher())

    def __len__(self) -> int:
        return len(self.keys)

    def search(self, question: LexicalQuery, depth: int, allowed: Allowed | None = None) -> Hits:
        """Return the passages that match best. A question without a known word finds nothing.

        Args:
            question: A text, or texts with weights. A term that occurs in several texts has the sum of their weights.
            depth: Number of passages wanted.
            allowed: Passages that may be found; None allows all.

        Returns:
            `(key, BM25 score)`, best first, equal scores by key; all matches up to `depth`.
        """
        query = self._query(question)
        if query is None or depth <= 0:
            return []
        if allowed is None:
            return self._best(query, depth)
        return self._best_allowed(query, depth, allowed)

    def scores(self, question: LexicalQuery, keys: Sequence[int]) -> dict[int, float]:
        """Return the BM25 scores of the passages with these keys that share a word with the question.

        Args:
            question: As for `search`.
            keys: Passages of the index; others have no score.
        """
        query = self._query(question)
        if query is None or not keys:
            return {}
        return dict(self._hits(self._among(query, keys), len(keys)))

    def bound(self, question: LexicalQuery) -> float:
        """Return a bound on the score of any passage: every term, known or not, as if it filled the passage."""
        bound = 0.0
        for term, weight in _weights(question).items():
            holding = self._searcher.doc_freq(TEXT, term)
            bound += weight * (K1 + 1) * math.log(1 + (len(self) - holding + 0.5) / (holding + 0.5))
        return bound

    def occurring(self, candidates: Iterable[str], allowed: Allowed | None = None) -> set[str]:
        """Return those of some terms that a passage has.

        Args:
            candidates: Terms.
            allowed: Passages that count; None counts all.
        """
        known = {term for term in candidates if self._searcher.doc_freq(TEXT, term)}
        return known if allowed is None else {term for term in known if self._any(self._term(term), allowed)}

    def near(self, term: str, distance: int, without: Collection[str], allowed: Allowed | None = None) -> int | None:
        """Return the key of a passage that has a term similar to another one; None if there is none.

        Args:
            term: A term.
            distance: Most edits between the two: insertions, deletions, substitutions, and transpositions of
                neighbours (Damerau-Levenshtein). At most 2.
            without: Terms that the passage must not have.
            allowed: Passages that may be found; None allows all.
        """
        clauses = [(tantivy.Occur.Must, tantivy.Query.fuzzy_term_query(self._schema, TEXT, term, distance))]
        clauses += [(tantivy.Occur.MustNot, self._term(one)) for one in without]
        return self._any(tantivy.Query.boolean_query(clauses), allowed)

    def _any(self, query: tantivy.Query, allowed: Allowed | None) -> int | None:
        """Return the key of an allowed passage that matches."""
        if allowed is not None and allowed.keys is not None:
            query, allowed = self._among(query, allowed.keys), None
        reach = 1 if allowed is None else MAX_REACH
        while True:
            keys = [key for key, _ in self._keyed(self._searcher.search(query, reach, count=False).hits)]
            may = [True] * len(keys) if allowed is None else allowed.among(keys)
            for key, is_allowed in zip(keys, may, strict=True):
                if is_allowed:
                    return key
            if len(keys) < reach:
                return None
            reach *= 4

    def _best(self, query: tantivy.Query, depth: int) -> Hits:
        reach = depth + 1  # one more shows whether others share the last place, which tantivy gives to any of them
        while True:
            found = self._hits(query, reach)
            if len(found) < reach or found[-1][1] < found[depth - 1][1]:
                return found[:depth]
            reach *= 2

    def _best_allowed(self, query: tantivy.Query, depth: int, allowed: Allowed) -> Hits:
        reach = 2 * (depth + 1) * (len(self) + 1) // (len(allowed) + 1)
        while reach <= MAX_REACH or allowed.keys is None:
            found = self._hits(query, reach)
            kept = [hit for hit, may in zip(found, allowed.among([key for key, _ in found]), strict=True) if may]
            if len(found) < reach or (len(kept) >= depth and found[-1][1] < kept[depth - 1][1]):
                return kept[:depth]
            reach *= 4
        return self._best(self._among(query, allowed.keys), depth)

    def _among(self, query: tantivy.Query, keys: Collection[int]) -> tantivy.Query:
        listed = tantivy.Query.term_set_query(self._schema, KEY, [int(key) for key in keys])
        both = (query, tantivy.Query.const_score_query(listed, 0.0))
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in both])

    def _hits(self, query: tantivy.Query, reach: int) -> Hits:
        found = self._keyed(self._searcher.search(query, reach, count=False).hits)
        return sorted(((key, round(score, SCORE_DECIMALS)) for key, score in found), key=lambda hit: (-hit[1], hit[0]))

    def _keyed(self, hits: Sequence[tuple[float, tantivy.DocAddress]]) -> Hits:
        keys = self._searcher.fast_field_values(KEY, [address for _, address in hits])
        return [(int(key or 0), score) for key, (score, _) in zip(keys, hits, strict=True)]

    def _query(self, question: LexicalQuery) -> tantivy.Query | None:
        weights = _weights(question)
        known = {term: count for term in weights if (count := self._searcher.doc_freq(TEXT, term))}
        if len(known) > MAX_TERMS:
            telling = sorted(known, key=lambda term: (known[term] / weights[term], term))
            known = {term: known[term] for term in telling[:MAX_TERMS]}
        one_of = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(self._term(term), weights[term])) for term in sorted(known)
        ]
        return tantivy.Query.boolean_query(one_of) if one_of else None

    def _term(self, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, TEXT, term, "freq")


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(KEY, indexed=True, fast=True)
    builder.add_text_field(TEXT, tokenizer_name=TEXT, index_option="freq")
    return builder.build()


def _grown(index: tantivy.Index, passages: Iterable[tuple[int, str]]) -> tantivy.Searcher:
    index.config_reader("manual")
    index.register_tokenizer(TEXT, analyzer())
    writer = index.writer(HEAP_BYTES, 1)
    for key, text in passages:
        document = tantivy.Document()
        document.add_integer(KEY, key)
        document.add_text(TEXT, normalised(text))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index.searcher()


def _weights(question: LexicalQuery) -> dict[str, float]:
    """Return the weight of each term without stop words, or of all terms if there are only stop words."""
    weights: dict[str, float] = {}
    for text, weight in [(question, 1.0)] if isinstance(question, str) else question:
        for term in terms(text) if weight > 0 else ():
            weights[term] = weights.get(term, 0.0) + weight
    content = {term: weight for term, weight in weights.items() if term not in stop_terms()}
    return content or weights
