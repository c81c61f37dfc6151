"""A document's canonical text, cut into passages. The only module that imports langchain-text-splitters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from langchain_text_splitters import RecursiveCharacterTextSplitter, TextSplitter

from corpus.documents import Passage, Section
from corpus.sentences import sentence_spans

__all__ = ["CHUNKING_VERSION", "PassageSplitter", "TokenCounter"]

CHUNKING_VERSION = 1
"""Part of the encoder's fingerprint: raised whenever the same text would be cut differently."""

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


class _Packing(TextSplitter):
    """Packs pieces into chunks in order, each piece into one chunk.

    LangChain's own packing puts a piece that counts no tokens (blank lines, say) at the end of one chunk and again
    at the beginning of the next, so that its chunks join up to more than the text.
    """

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


class _WordSplitter(_Packing, RecursiveCharacterTextSplitter):
    """Packs lines, words and, of words too long, characters."""


class _SentenceSplitter(_Packing):
    """Packs paragraphs, and the sentences of paragraphs too long, into chunks that join up to the whole text."""

    def __init__(self, count_tokens: TokenCounter, tokens: int, language: str) -> None:
        keep_everything = {"keep_separator": "end", "strip_whitespace": False, "chunk_overlap": 0}
        super().__init__(chunk_size=tokens, length_function=count_tokens, **keep_everything)  # type: ignore[arg-type]
        self._language = language
        self._by_words = _WordSplitter(
            separators=[r"\n", r"[ \t\u00a0\u3000]+", ""],
            is_separator_regex=True,
            chunk_size=tokens,
            length_function=count_tokens,
            **keep_everything,  # type: ignore[arg-type]
        )

    def split_text(self, text: str) -> list[str]:
        """Split `text` so that joining the chunks gives it back."""
        return self._merge_splits(list(self._pieces(text)), "")

    def _pieces(self, text: str) -> Iterator[str]:
        for paragraph in _paragraphs(text):
            if self._fits(paragraph):
                yield paragraph
                continue
            for start, end in sentence_spans(paragraph, self._language):
                sentence = paragraph[start:end]
                if self._fits(sentence):
                    yield sentence
                else:
                    yield from self._by_words.split_text(sentence)

    def _fits(self, text: str) -> bool:
        return self._length_function(text) <= self._chunk_size


@dataclass(frozen=True, slots=True)
class PassageSplitter:
    """Cuts canonical texts into passages.

    Args:
        count_tokens: The encoder's own tokenizer, counting.
        target_tokens: Size that passages are packed to.
        max_tokens: Size that no passage exceeds, unless it is a single character; at least `target_tokens`.
    """

    count_tokens: TokenCounter
    target_tokens: int
    max_tokens: int

    def split(self, text: str, sections: Sequence[Section] = (), language: str | None = None) -> list[Passage]:
        """Cut a text into passages that follow each other and cover all of it but white space.

        A passage never crosses from one section into the next.

        Args:
            text: A canonical text.
            sections: Its section map, in order.
            language: BCP 47 tag that says how its sentences end; English if None.

        Returns:
            Passages in order of their start. Each begins and ends on a character that is not white space.
        """
        passages = []
        for start, end, section in _section_spans(text, sections):
            for a, b in self._cut(text, start, end, language or "en"):
                passages.append(Passage(start=a, end=b, section=section))
        return passages

    def _cut(self, text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
        splitter = _SentenceSplitter(self._size, self.target_tokens, language)
        spans: list[tuple[int, int]] = []
        at = start
        for chunk in splitter.split_text(text[start:end]):
            spans.extend(_halved(text, at, at + len(chunk), self._fits))
            at += len(chunk)
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
        return max(self.count_tokens(text), len(text) // CHARACTERS_PER_TOKEN)


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


def _section_spans(text: str, sections: Sequence[Section]) -> Iterator[tuple[int, int, str | None]]:
    titles = {section.start: section.title for section in sections}
    borders = sorted({0, len(text), *titles})
    for start, end in pairwise(borders):
        yield start, end, titles.get(start)


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
