"""Cues of SRT and WebVTT files."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TIMES = re.compile(
    r"[ \t]*(?:(\d{1,4}):)?(\d{1,2}):(\d{2})(?:[.,:]\d{1,3})?[ \t]*--?>[ \t]*"
    r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})(?:[.,:]\d{1,3})?(?!\d)"
)
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,100})?[ \t]([^<>]{1,200})>")
_TAG = re.compile(
    r"(?i)</?(?:[bcisuv]|em|strong|font|span|lang|ruby|rt)(?:[.\s/][^<>]{0,200})?>|<\d[\d:.]{1,20}>|\{\\[^{}]{0,100}\}"
)
_ENTITY = re.compile(r"&(?:amp|lt|gt|nbsp|lrm|rlm|quot|apos|#\d{1,7});")


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that are shown together.

    Args:
        start, end: Seconds from the beginning.
        lines: Its lines without markup.
        voices: The speaker of each line, where the file names one.
    """

    start: int
    end: int
    lines: Sequence[str]
    voices: Sequence[str | None]


def cues(text: str) -> Iterator[Cue]:
    """Yield the cues of a file with words in them. Numbers, names of cues, notes and styles are left out."""
    lines = text.split("\n")
    found = [(at, times) for at, line in enumerate(lines) if (times := _TIMES.match(line))]
    is_vtt = lines[0].startswith("WEBVTT")
    stops = [at for at, _ in found[1:]] + [len(lines)] if found else []
    for (at, times), stop in zip(found, stops, strict=True):
        block: Sequence[str] = lines[at + 1 : stop]
        if stop < len(lines):
            block = _without_name(block)
        shown = _until_empty(block) if is_vtt else block
        words, voices = _spoken(shown)
        if words:
            yield Cue(_seconds(times[1], times[2], times[3]), _seconds(times[4], times[5], times[6]), words, voices)


def _seconds(hours: str | None, minutes: str, seconds: str) -> int:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)


def _without_name(block: Sequence[str]) -> Sequence[str]:
    """Return the lines before the next cue without its name, which follows an empty line, or its number."""
    if not block or not block[-1].strip():
        return block
    is_apart = len(block) == 1 or not block[-2].strip()
    return block[:-1] if is_apart or block[-1].strip().isdecimal() else block


def _until_empty(block: Sequence[str]) -> Sequence[str]:
    """Return the lines of a WebVTT cue, which ends with an empty line; notes and styles may follow."""
    return block[: next((at for at, line in enumerate(block) if not line), len(block))]


def _spoken(lines: Sequence[str]) -> tuple[list[str], list[str | None]]:
    words: list[str] = []
    voices: list[str | None] = []
    voice: str | None = None
    for line in lines:
        for at, piece in enumerate(_VOICE.split(line)):
            if at % 2:
                voice = _plain(piece)
                continue
            plain = _plain(_TAG.sub("", piece))
            if plain:
                words.append(plain)
                voices.append(voice)
    return words, voices


def _plain(text: str) -> str:
    return " ".join(_ENTITY.sub(lambda found: html.unescape(found[0]), text).split())
