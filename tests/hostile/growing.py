"""Measures how the time for each pattern, function and format grows, in a process with limits.

`python -m tests.hostile.growing patterns|work|documents` prints a line of JSON for each that is begun, and one for
each text that takes time which grows faster than its length.
"""

import functools
import json
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.hostile.growth import growth
from tests.hostile.pumps import TEXTS, Pump, pumps_for

__all__ = ["KINDS", "steep"]

MOST_SECONDS = 240
"""Of processor time for one process. All are done in a fourth of it; what ignores the timer of one text ends here."""

PATTERN_CHARACTERS, WORK_CHARACTERS = 2**13, 2**15

PATTERN_NEGLIGIBLE_S = 0.0005
"""Of the longest text: work that grows with the square takes more, even if it begins at every twentieth character."""

BEYOND = {
    "sentence_spans": 20_000,  # sentencex is given no more at once
    "PassageSplitter": 20_000,
    "sentences_of": 8192,  # no passage is longer
    "read_html, its head": 2000,  # of attributes no more is looked at
    "read_documents, headers of a message": 8192,  # no more of a header is read
}
"""Characters from which on the growth of some work counts: up to there, one library or another is quadratic."""

FEW = frozenset(
    (
        *("letters", "digits", "dashes", "asterisks", "brackets", "parentheses", "less-than signs", "opened tags"),
        *("opened comments", "opened quotation marks", "spaces", "blank lines", "lines", "paragraphs", "related"),
        *("combining marks that part", "ampersands", "commas and newlines", "nested YAML", "YAML aliases"),
    )
)
"""Texts for work whose steps are measured by themselves as well, and are put together there."""

TOGETHER = (
    *("read_html, ", "read_documents, ", "read_sidecar", "read_records, a text", "metadata_of"),
    *("cleaned", "PassageSplitter, ", "kept_spans, "),
)
"""How the names of such work begin."""

Found = Iterator[tuple[str, str, str]]


def steep(kind: str) -> list[str]:
    """Measure all of a kind in another process: what grows faster than its texts, and what ended that process."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.hostile.growing", kind],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    found = [f"{name}, {text}: {how}" for name, text, how in told if how]
    if ran.returncode:
        last = told[-1][0] if told else "the first one"
        return [*found, f"{last}: the process ended with {ran.returncode}"]
    return found


def patterns() -> Found:
    """Each regular expression, on texts for all and on texts made for it."""
    from tests.hostile.patterns import used_patterns

    for used in used_patterns():
        name = f"{used.where} ({used.method})"
        yield name, "", ""
        for pump in dict.fromkeys([*TEXTS.values(), *pumps_for(used.pattern)]):
            make, search = _maker(pump, used.pattern), _searching(used.pattern, used.method)
            found = growth(make, search, PATTERN_CHARACTERS, negligible=PATTERN_NEGLIGIBLE_S)
            if found is not None:
                yield name, repr(pump), str(found)


def _maker(pump: Pump, pattern: re.Pattern[Any]) -> Callable[[int], str | bytes]:
    if isinstance(pattern.pattern, bytes):
        return lambda length: pump.text(length).encode()
    return pump.text


def _searching(pattern: re.Pattern[Any], method: str) -> Callable[[Any], object]:
    if method == "finditer":
        return lambda text: [None for _ in pattern.finditer(text)]
    searching: Callable[[Any], object] = getattr(pattern, method)
    return searching


def work() -> Found:
    """Each function that goes through texts, on all texts."""
    from tests.hostile.processing import MARKUP, WORK

    for name, function in WORK.items():
        yield name, "", ""
        texts = MARKUP if name == "read_html" else TEXTS
        if name.startswith(TOGETHER) and texts is TEXTS:
            texts = {text: pump for text, pump in TEXTS.items() if text in FEW}
        for text, pump in texts.items():
            found = growth(pump.text, function, WORK_CHARACTERS, beyond=BEYOND.get(name, 0))
            if found is not None:
                yield name, text, str(found)


def documents() -> Found:
    """Each format that is read, on documents of any length."""
    from tests.hostile.formats import DOCUMENTS, read

    for name, (suffix, make) in DOCUMENTS.items():
        yield name, "", ""
        found = growth(make, functools.partial(read, f"a{suffix}"), WORK_CHARACTERS)
        if found is not None:
            yield name, suffix, str(found)


KINDS: dict[str, Callable[[], Found]] = {"patterns": patterns, "work": work, "documents": documents}


def main(kind: str) -> None:
    """Print what is found."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 5))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    for told in KINDS[kind]():
        print(json.dumps(told), flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main(sys.argv[1])
