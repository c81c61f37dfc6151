"""Split into paragraphs and words by langchain-text-splitters. The only module that imports it."""

from collections.abc import Callable, Iterable

from langchain_text_splitters import RecursiveCharacterTextSplitter


class WordSplitter(RecursiveCharacterTextSplitter):
    """Packs each line, word and (of long words) character into exactly one chunk.

    LangChain's own packing repeats a piece without tokens, such as a blank line, at the end of one chunk and at the
    beginning of the next, so that its chunks do not concatenate to the text.
    """

    def __init__(self, count_tokens: Callable[[str], int], tokens: int) -> None:
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


def split_paragraphs(text: str) -> Iterable[str]:
    """Return the paragraphs of a text with the blank lines after them. Concatenated, they are the text."""
    splitter = RecursiveCharacterTextSplitter(
        separators=[r"\n[ \t]*\n\s*"],
        is_separator_regex=True,
        keep_separator="end",
        strip_whitespace=False,
        chunk_size=1,
        chunk_overlap=0,
    )
    return splitter.split_text(text)
