"""A model exported to ONNX: made once, in a process of its own, and kept with the checksum of every file.

What is kept needs neither torch nor sentence-transformers to run, which take seconds to import.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpus.errors import EncoderError
from corpus.files import sync, temporary_folder
from embeddings.encoder.model_files import model_sha256

__all__ = [
    "EXPORT_FORMAT",
    "MODEL",
    "TOKENIZER",
    "Export",
    "NotExportableError",
    "export_name",
    "find_export",
    "make_export",
]

EXPORT_FORMAT = 4
"""Raised whenever the same model would be exported to something else."""

MODEL, TOKENIZER, MANIFEST, REFUSED = "model.onnx", "tokenizer.json", "export.json", "refused.json"

NOT_EXPORTABLE, NOT_LOADABLE = 3, 4
"""Exit statuses of `embeddings.encoder.export` when the model itself is the reason; it says why."""

TOOLS = ("torch", "sentence-transformers", "transformers", "onnx", "onnxscript", "onnxruntime")
"""What a model is exported with. Another version may succeed where this one failed."""


class NotExportableError(EncoderError):
    """The model cannot be exported, as far as the installed tools go."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is known of an exported model, read from verified files.

    Args:
        model: Serialised ONNX: token ids `input_ids`, `(1, tokens)` int64, to `vector`, `(dimension,)` float32, and
            `token_vectors`, `(tokens, token dimension)` float32.
        tokenizer: A fast tokenizer that neither truncates nor pads, as JSON.
        max_tokens: What the model takes, special tokens included.
        dimension, token_dimension: Of the two kinds of vectors.
        pooling: How the model makes one of the other, by name.
    """

    model: bytes
    tokenizer: str
    max_tokens: int
    dimension: int
    token_dimension: int
    pooling: str


def find_export(exports: Path, folder: Path, precision: str) -> Export | None:
    """The export of a model, if it lies there whole.

    Args:
        exports: Where exports are kept.
        folder: The model's own folder.
        precision: `int8` or `float32`.

    Raises:
        NotExportableError: It was tried before with the same tools, in vain.
    """
    place = exports / export_name(folder, precision)
    found = _read(place)
    if found is None:
        _raise_if_refused(place)
    return found


def make_export(exports: Path, folder: Path, name: str, precision: str) -> Export:
    """Export a model, and keep it if there is room. It takes a quarter of a minute for a small one.

    Args:
        exports: Where to keep it; made if missing. If it cannot be written, the export is made anew each time.
        folder: The model's own folder.
        name: What people call the model.
        precision: `int8` or `float32`.

    Raises:
        NotExportableError: The model cannot be exported.
        EncoderError: It cannot even be loaded, or the export cannot be written.
    """
    place = exports / export_name(folder, precision)
    with _workplace(exports) as work:
        made = work / "export"
        made.mkdir(mode=0o700)
        command = [sys.executable, "-P", "-m", "embeddings.encoder.export"]
        command += [str(folder.resolve()), name, str(made), precision]
        done = subprocess.run(  # noqa: S603 - our own command
            command, capture_output=True, text=True, check=False, env=_environment(), umask=0o077
        )
        said = (done.stdout.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        if done.returncode == NOT_EXPORTABLE:
            _write(made / REFUSED, {"reason": said, "tools": _tools()})
            _keep(made, place)
            raise NotExportableError(said)
        if done.returncode == NOT_LOADABLE:
            raise EncoderError(said)
        if done.returncode < 0:
            raise EncoderError(
                f"The encoder {name} could not be prepared: the process that does it was ended by signal "
                f"{-done.returncode}, probably for want of memory. Give it more, or end other programs."
            )
        if done.returncode:
            raise EncoderError(
                f"The encoder {name} could not be prepared ({said}). Is there room in {work.parent}, and enough memory?"
            )
        digests = {file: _sha256((made / file).read_bytes()) for file in (MODEL, TOKENIZER)}
        facts = json.loads((made / MANIFEST).read_bytes())
        facts |= {"format": EXPORT_FORMAT, "sha256": digests, "tools": _tools()}
        _write(made / MANIFEST, {**facts, "manifest_sha256": _digest_of(facts)})
        export = _read(made)
        if export is None:
            raise EncoderError(f"The encoder {name} could not be prepared: what was written cannot be read back.")
        _keep(made, place)
        return export


def export_name(folder: Path, precision: str) -> str:
    """What the folder of a model's export is called."""
    return f"{precision}-{EXPORT_FORMAT}-{model_sha256(folder)[:24]}"


def _read(place: Path) -> Export | None:
    """None unless every byte is the one that was written."""
    try:
        facts = json.loads((place / MANIFEST).read_bytes())
        model, tokenizer = (place / MODEL).read_bytes(), (place / TOKENIZER).read_bytes()
        if facts.pop("manifest_sha256") != _digest_of(facts) or facts["format"] != EXPORT_FORMAT:
            return None
        if facts["sha256"] != {MODEL: _sha256(model), TOKENIZER: _sha256(tokenizer)}:
            return None
        return Export(
            model,
            tokenizer.decode(),
            int(facts["max_tokens"]),
            int(facts["dimension"]),
            int(facts["token_dimension"]),
            str(facts["pooling"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _raise_if_refused(place: Path) -> None:
    try:
        refused = json.loads((place / REFUSED).read_bytes())
        reason, tools = str(refused["reason"]), refused["tools"]
    except (OSError, ValueError, KeyError, TypeError):
        return
    if tools == _tools():
        raise NotExportableError(reason)


@contextlib.contextmanager
def _workplace(exports: Path) -> Iterator[Path]:
    """A folder beside the exports, or, where nothing can be written, among the system's temporary ones."""
    with contextlib.ExitStack() as stack:
        try:
            exports.mkdir(mode=0o700, parents=True, exist_ok=True)
            work = stack.enter_context(temporary_folder(exports))
        except OSError:
            work = stack.enter_context(temporary_folder())
        yield work


def _keep(made: Path, place: Path) -> None:
    """Put a finished folder in its place. If that cannot be, nothing is lost but the time to make it again."""
    with contextlib.suppress(OSError):
        for path in made.iterdir():
            sync(path)
        if place.parent in made.parents:
            shutil.rmtree(place, ignore_errors=True)  # what lies there is damaged, or it would have been used
            made.rename(place)
            sync(place.parent)


def _environment() -> dict[str, str]:
    """The process's own, with this package found from wherever it is run."""
    home = str(Path(__file__).resolve().parents[2])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "HF_HUB_OFFLINE": "1"}


def _tools() -> dict[str, str]:
    return {name: version(name) for name in TOOLS}


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=1) + "\n")


def _digest_of(facts: Mapping[str, Any]) -> str:
    """SHA-256 of what a manifest says, however it is laid out."""
    return _sha256(json.dumps(facts, sort_keys=True).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
