"""A document's canonical text, cut into passages. The only module that imports langchain-text-splitters."""

import bisect
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from langchain_text_splitters import RecursiveCharacterTextSplitter

from corpus.documents import Passage, RemovedSpan, Section
from corpus.errors import SourceError
from corpus.passages.headings import is_heading, kept_spans
from corpus.passages.interviews import Conversation, labelled_lines
from corpus.passages.packing import Piece, Tie, packed
from corpus.text import sentence_spans

__all__ = ["PassageSplitter", "TokenCounter"]

SMALL_TOKENS = 24
"""A passage below this is a lone heading or a last half-sentence: it joins a neighbour that has room for it."""

CHARACTERS_PER_TOKEN = 32
"""So many characters count as a token at least: a tokenizer makes one token of a word it has given up on, however
long, and none of invisible characters, so that tokens alone would not bound a passage."""


class TokenCounter(Protocol):
    """Counts the tokens that the encoder will see for a text, special tokens aside."""

    def __call__(self, text: str, /) -> int:
        """Number of tokens of `text`."""
        ...


class _WordSplitter(RecursiveCharacterTextSplitter):
    """Packs lines, words and, of words too long, characters, each into one chunk.

    LangChain's own packing puts a piece that counts no tokens (blank lines, say) at the end of one chunk and again
    at the beginning of the next, so that its chunks join up to more than the text.
    """

    def __init__(self, count_tokens: TokenCounter, tokens: int) -> None:
        super().__init__(
            separators=[r"\n", r"[ \t\u00a0\u3000]+", ""],
            is_separator_regex=True,
            chunk_size=tokens,
            length_function=count_tokens,
            keep_separator="end",
            strip_whitespace=False,
            chunk_overlap=0,
        )

    def _merge_splits(self, splits: Iterable[str], separator: str) -> list[str]:
        chunks: list[list[str]] = []
        room = 0
        for piece in splits:
            tokens = self._length_function(piece)
            if not chunks or tokens > room:
                chunks.append([])
                room = self._chunk_size
            chunks[-1].append(piece)
            room -= tokens
        return [separator.join(chunk) for chunk in chunks]


@dataclass(frozen=True, slots=True)
class PassageSplitter:
    """Cuts canonical texts into passages.

    Args:
        count_tokens: The encoder's own tokenizer, counting.
        target_tokens: Size that passages are packed to.
        max_tokens: Size that no passage exceeds, unless it is a single character; at least `target_tokens`.
        most: Passages that a text may give; any number if None.
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
        """Cut a text into passages that follow each other and cover all of it but white space and what is removed.

        A passage never reaches across a removed span, nor from one section into the next, save that a heading
        directly above another one goes with what is below. A heading or a question stays with what follows it, and
        a follow-up question with the answer before it, as far as they have room together.

        Args:
            text: A canonical text.
            sections: Its section map, in order.
            language: BCP 47 tag that says how its sentences end; English if None.
            removed: What no passage may use, in order, without overlap.
            pages: Where each page begins, in code points; none if the text has no pages.

        Returns:
            Passages in order of their start, each with the page on which it begins. Each begins and ends on a
            character that is not white space.

        Raises:
            SourceError: There are more than `most`.
        """
        spans = kept_spans(text, sections, removed)
        paragraphs = [list(_paragraphs(text[start:end])) for start, end in spans]
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
        """Paragraphs or turns, and the sentences of those that have no room, with what each holds on to."""
        waiting = 0  # tokens of headings and questions that wait for what they announce
        prompted = False
        for turn, below in zip(turns, [*turns[1:], ""], strict=True):
            asks = conversation.asks(turn)
            size = self._size(turn)
            remarks = not waiting and not prompted and conversation.remarks(turn)
            tie = Tie.TIED if waiting else _tie(turn, conversation, asks=asks, remarks=remarks, prompted=prompted)
            announces = asks or is_heading(turn, below, opens_section=at in headings)
            if size <= self.target_tokens and waiting + size <= self.max_tokens:
                yield Piece(len(turn), size, tie)
            else:
                inner = Tie.INSIDE if conversation.interview else Tie.FREE
                for part in self._sentences(turn, language):
                    yield Piece(len(part), self._size(part), tie)
                    tie = inner
            waiting = min(waiting + size, self.max_tokens) if announces else 0
            prompted = remarks
            at += len(turn)

    def _sentences(self, paragraph: str, language: str) -> Iterator[str]:
        """The sentences of a paragraph, and the words of those that exceed the target."""
        by_words = _WordSplitter(self._size, self.target_tokens)
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
        """Let each small span join the next one, or the last one before it, where both together have room."""
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
        """Tokens of a text; of one that is too long for a passage by its characters alone, no more than a bound.

        Such a text is not tokenized: a log file can be one paragraph of many megabytes.
        """
        least = len(text) // CHARACTERS_PER_TOKEN
        return least if least > self.max_tokens else max(self.count_tokens(text), least)


def _paragraphs(text: str) -> Iterable[str]:
    """Paragraphs with the blank lines that follow them: joined, they are the text."""
    splitter = RecursiveCharacterTextSplitter(
        separators=[r"\n[ \t]*\n\s*"],
        is_separator_regex=True,
        keep_separator="end",
        strip_whitespace=False,
        chunk_size=1,
        chunk_overlap=0,
    )
    return splitter.split_text(text)


def _turns(paragraph: str, speakers: Collection[str] | None = None) -> list[str]:
    """A paragraph, parted at its lines that open with the label of a speaker: joined, they are the paragraph.

    Args:
        paragraph: Of a text.
        speakers: Whose labels count; any if None.
    """
    starts = [at for name, at in labelled_lines(paragraph) if at and (speakers is None or name in speakers)]
    return [paragraph[start:end] for start, end in pairwise([0, *starts, len(paragraph)])]


def _tie(turn: str, conversation: Conversation, *, asks: bool, remarks: bool, prompted: bool) -> Tie:
    """What is lost when a passage begins with a turn that no heading or question waits for."""
    if not conversation.interview or (asks and not conversation.leans(turn)):
        return Tie.FREE
    if asks or remarks:
        return Tie.LEANING
    return Tie.PROMPTED if prompted else Tie.INSIDE


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _halved(text: str, start: int, end: int, fits: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    """The span without outer white space, in halves if the joined tokens came out longer than their sum.

    A tokenizer can need more tokens for a word than for its two halves, so that a chunk cut inside a word may
    outgrow the sum that it was packed by.
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
