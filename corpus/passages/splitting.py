"""Splitting of a canonical text into passages."""

import bisect
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.documents import Passage, RemovedSpan, Section
from corpus.errors import SourceError
from corpus.passages.headings import is_heading, kept_spans
from corpus.passages.interviews import Conversation, labelled_lines
from corpus.passages.packing import Piece, Tie, packed
from corpus.text import sentence_spans

SMALL_TOKENS = 24
"""A smaller passage, such as a lone heading or the end of a sentence, joins a neighbour that has room for it."""

CHARACTERS_PER_TOKEN = 32
"""Characters that count as one token at least. Tokens alone do not bound a passage: a tokenizer makes one token of any
long unknown word, and none of invisible characters."""


TokenCounter = Callable[[str], int]
"""Returns the number of tokens of a text for the encoder, without special tokens."""


@dataclass(frozen=True, slots=True)
class PassageSplitter:
    """Splits canonical texts into passages.

    Args:
        count_tokens: Counts tokens with the encoder's tokenizer.
        target_tokens: Target size of passages.
        max_tokens: Greatest size of a passage of more than one character; at least `target_tokens`.
        most: Most passages of a text; None for no limit.
    """

    count_tokens: TokenCounter
    target_tokens: int
    max_tokens: int
    most: int | None = None

    def split(
        self,
        text: str,
        sections: Sequence[Section] = (),
        language: str | None = None,
        removed: Sequence[RemovedSpan] = (),
        pages: Sequence[int] = (),
    ) -> list[Passage]:
        """Split a text into consecutive passages that cover it, except white space and removed spans.

        A passage crosses neither a removed span nor the boundary of a section. As the only exception, a heading
        directly above another one joins the section below. A heading or a question stays with the text below it, and
        a follow-up question with the answer before it, as far as they fit into one passage.

        Args:
            text: A canonical text.
            sections: Its section map, in order.
            language: BCP 47 tag that selects the rules of sentence ends; English if None.
            removed: Spans that no passage may use, in order, without overlap.
            pages: Start of each page, in code points; empty if the text has no pages.

        Returns:
            Passages in order of their start, each with the page on which it begins. The first and the last character
            of each is not white space.

        Raises:
            SourceError: There are more than `most` passages.
        """
        spans = kept_spans(text, sections, removed)
        # Imported on use: LangChain takes 0.2 s to import, and answering a question splits nothing.
        from corpus.passages.langchain_splitters import split_paragraphs

        paragraphs = [list(split_paragraphs(text[start:end])) for start, end in spans]
        conversation = Conversation.of([turn for inside in paragraphs for part in inside for turn in _turns(part)])
        headings = {section.start: section.title for section in sections}
        borders = sorted(headings)
        passages = []
        for (first, _), inside in zip(spans, paragraphs, strict=True):
            turns = [turn for part in inside for turn in _turns(part, conversation.speakers)]
            pieces = self._pieces(turns, first, headings, conversation, language or "en")
            for start, end in self._cut(text, first, pieces):
                at = bisect.bisect_left(borders, end) - 1
                section = headings[borders[at]] if at >= 0 else None
                page = bisect.bisect_right(pages, start) or None
                passages.append(Passage(start=start, end=end, section=section, page=page))
                if self.most is not None and len(passages) > self.most:
                    raise SourceError(f"it gives more than {self.most:,} passages; split it into smaller files")
        return passages

    def _pieces(
        self, turns: Sequence[str], at: int, headings: Collection[int], conversation: Conversation, language: str
    ) -> Iterator[Piece]:
        """Yield turns, and the sentences of those that do not fit into a passage, each with its tie."""
        above = 0  # tokens of headings and questions directly above
        after_remark = False
        for turn, below in zip(turns, [*turns[1:], ""], strict=True):
            question = conversation.is_question(turn)
            size = self._size(turn)
            remark = not above and not after_remark and conversation.is_remark(turn)
            tie = _tie(turn, conversation, question=question, remark=remark, after_remark=after_remark)
            heading = question or is_heading(turn, below, opens_section=at in headings)
            if above:
                tie = Tie.AFTER_HEADING
            if size <= self.target_tokens and above + size <= self.max_tokens:
                yield Piece(len(turn), size, tie)
            else:
                inner = Tie.INSIDE if conversation.interview else Tie.FREE
                for part in self._sentences(turn, language):
                    yield Piece(len(part), self._size(part), tie)
                    tie = inner
            above = min(above + size, self.max_tokens) if heading else 0
            after_remark = remark
            at += len(turn)

    def _sentences(self, paragraph: str, language: str) -> Iterator[str]:
        """Yield the sentences of a paragraph, and the words of sentences that exceed the target size."""
        from corpus.passages.langchain_splitters import WordSplitter

        by_words = WordSplitter(self._size, self.target_tokens)
        for start, end in sentence_spans(paragraph, language):
            sentence = paragraph[start:end]
            if self._size(sentence) <= self.target_tokens:
                yield sentence
            else:
                yield from by_words.split_text(sentence)

    def _cut(self, text: str, at: int, pieces: Iterable[Piece]) -> list[tuple[int, int]]:
        spans: list[tuple[int, int]] = []
        for length in packed(pieces, self.target_tokens, self.max_tokens):
            spans.extend(_halved(text, at, at + length, self._fits))
            at += length
        return self._joined(text, spans)

    def _joined(self, text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Join each small span with the next one, or with the one before it, where both fit into a passage."""
        joined: list[tuple[int, int]] = []
        for start, end in spans:
            if joined:
                first, last = joined[-1]
                small = min(self._size(text[first:last]), self._size(text[start:end])) < SMALL_TOKENS
                if small and self._fits(text[first:end]):
                    joined[-1] = (first, end)
                    continue
            joined.append((start, end))
        return joined

    def _fits(self, text: str) -> bool:
        return self._size(text) <= self.max_tokens

    def _size(self, text: str) -> int:
        """Return the tokens of a text, or a lower bound where its characters alone exceed a passage.

        The latter is not tokenized, because a log file can be one paragraph of many megabytes.
        """
        least = len(text) // CHARACTERS_PER_TOKEN
        return least if least > self.max_tokens else max(self.count_tokens(text), least)


def _turns(paragraph: str, speakers: Collection[str] | None = None) -> list[str]:
    """Split a paragraph at lines that open with a speaker's label. Concatenated, the turns are the paragraph.

    Args:
        paragraph: A paragraph.
        speakers: Labels that count; all labels if None.
    """
    starts = [at for name, at in labelled_lines(paragraph) if at and (speakers is None or name in speakers)]
    return [paragraph[start:end] for start, end in pairwise([0, *starts, len(paragraph)])]


def _tie(turn: str, conversation: Conversation, *, question: bool, remark: bool, after_remark: bool) -> Tie:
    """Return the tie of a turn that is not directly below a heading or question."""
    if not conversation.interview or (question and not conversation.depends_on_answer(turn)):
        return Tie.FREE
    if question or remark:
        return Tie.FOLLOW_UP
    return Tie.AFTER_REMARK if after_remark else Tie.INSIDE


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _halved(text: str, start: int, end: int, fits: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """Yield a span without outer white space, in halves if it does not fit.

    A chunk can have more tokens than its pieces together, because a tokenizer can need more tokens for a word than for
    its two halves.
    """
    start, end = _trimmed(text, start, end)
    if start == end:
        return
    if end - start == 1 or fits(text[start:end]):
        yield start, end
        return
    middle = (start + end) // 2
    yield from _halved(text, start, middle, fits)
    yield from _halved(text, middle, end, fits)
