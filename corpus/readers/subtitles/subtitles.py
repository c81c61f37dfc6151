"""SRT and WebVTT: what is said, as paragraphs with the time of each cue."""

import itertools
from collections.abc import Iterator, Sequence

from corpus.documents import Content, Found, ReadOptions, TextBuilder
from corpus.errors import SourceError
from corpus.readers.conversion import ConvertedFormat
from corpus.readers.subtitles.cues import Cue, cues
from corpus.text import decode

ROLLING_SHARE = 0.3
"""Share of cues that begin with the last line before them, above which a file is taken for rolling captions."""

LINES_COMPARED = 4
"""Last lines of a cue that the next one may show again."""

PARAGRAPH_CHARACTERS = 300
"""Length from which a paragraph ends with a sentence."""

LONGEST_CHARACTERS = 900
"""Length at which a paragraph ends with a cue, because its text has no full stops."""

PAUSE_S = 4
"""Seconds without a cue after which a paragraph begins."""

_ENDS = (".", "!", "?", "…", "。", "！", "？", "♪", "]")
_CLOSING = " \"'”’»)"

Line = tuple[int, int, str | None, str]
"""Start and end in seconds, speaker, words."""


def read_subtitles(data: bytes, options: ReadOptions) -> Content:
    """Return what is said. Lines that rolling captions show again are left out.

    Raises:
        SourceError: It has no cues, or is in another encoding.
    """
    text = decode(data, options.encoding, has_options=options.has_options)
    shown = list(cues(text))
    if not shown:
        raise SourceError("it has no subtitles: no line with times such as 00:00:01,000 --> 00:00:04,000")
    builder = TextBuilder()
    for paragraph in _paragraphs(_once(shown)):
        speaker = paragraph[0][2]
        rows = [(_label(start), words) for start, _, _, words in paragraph]
        if speaker:
            rows[0] = rows[0][0], f"{speaker}: {rows[0][1]}"
        builder.rows(rows, " ")
    return builder.content(Found(language=_language(text)))


def _label(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _language(text: str) -> str | None:
    """Return the language in the header of a WebVTT file."""
    head = text.partition("\n\n")[0].split("\n")[:20]
    named = (line.partition(":")[2].strip() for line in head if line.startswith("Language:"))
    return next(named, None) if text.startswith("WEBVTT") else None


def _once(shown: Sequence[Cue]) -> Iterator[Line]:
    """Yield the lines of all cues. Of rolling captions, yield only what a cue adds to the one before."""
    is_rolling = _is_rolling(shown)
    before: Sequence[str] = ()
    for cue in sorted(shown, key=lambda each: each.start):
        again, characters = _overlap(before, cue.lines) if is_rolling else (0, 0)
        for words, voice in list(zip(cue.lines, cue.voices, strict=True))[again:]:
            if added := words[characters:].strip():
                yield cue.start, cue.end, voice, added
            characters = 0
        before = cue.lines


def _is_rolling(shown: Sequence[Cue]) -> bool:
    pairs = list(itertools.pairwise(shown))
    again = sum(
        before.lines != after.lines and _overlap(before.lines, after.lines) != (0, 0) for before, after in pairs
    )
    return len(pairs) > 1 and again >= ROLLING_SHARE * len(pairs)


def _overlap(before: Sequence[str], lines: Sequence[str]) -> tuple[int, int]:
    """Return how many lines of a cue, and characters of the next one, the cue before has at its end."""
    for start in range(max(0, len(before) - LINES_COMPARED), len(before)):
        *whole, last = before[start:]
        if len(whole) < len(lines) and list(lines[: len(whole)]) == whole:
            following = lines[len(whole)]
            if following == last:
                return len(whole) + 1, 0
            if following.startswith(f"{last} "):
                return len(whole), len(last)
    return 0, 0


def _paragraphs(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Yield the lines of each paragraph: of one speaker, without a long pause, up to the end of a sentence."""
    paragraph: list[Line] = []
    length = 0
    for line in lines:
        if paragraph and _is_apart(paragraph[-1], line, length):
            yield paragraph
            paragraph, length = [], 0
        paragraph.append(line)
        length += len(line[3]) + 1
    if paragraph:
        yield paragraph


def _is_apart(before: Line, line: Line, length: int) -> bool:
    """Return whether a paragraph ends between two lines."""
    if line[2] != before[2] or line[0] - before[1] > PAUSE_S or line[3].startswith(("- ", "– ", "— ", ">>")):
        return True
    is_end = before[3].rstrip(_CLOSING).endswith(_ENDS)
    return length >= LONGEST_CHARACTERS or (is_end and length >= PARAGRAPH_CHARACTERS)


SRT = ConvertedFormat(
    "subtitle",
    "application/x-subrip",
    (".srt",),
    has_signature=False,
    sniff=lambda data, suffix: False,
    convert=read_subtitles,
    has_title=False,
)
VTT = ConvertedFormat(
    "WebVTT",
    "text/vtt",
    (".vtt",),
    has_signature=False,
    sniff=lambda data, suffix: data.removeprefix(b"\xef\xbb\xbf").startswith((b"WEBVTT\n", b"WEBVTT\r", b"WEBVTT ")),
    convert=read_subtitles,
    has_title=False,
)
