"""Cache of models exported to ONNX. A process of its own makes an export; every file of it has a checksum.

Running an export needs neither torch nor sentence-transformers, which take seconds to import. Several processes and
data folders share a cache.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import platformdirs

from corpus.errors import EncoderError
from corpus.files import sync, temporary_folder
from embeddings.encoder.model_files import model_sha256
from embeddings.encoder.prompts import Prompts

EXPORT_FORMAT = 5
"""Raise it when the same model would be exported differently."""

MODEL, TOKENIZER, MANIFEST, REFUSED = "model.onnx", "tokenizer.json", "export.json", "refused.json"

NOT_EXPORTABLE, NOT_LOADABLE = 3, 4
"""Exit statuses of `embeddings.encoder.export` for failures of the model itself. Its last line is the reason."""

FACTS = ("max_tokens", "dimension", "token_dimension", "pooling", "pools_prompt")
"""Facts of an export that its manifest has as they are."""

TOOLS = ("torch", "sentence-transformers", "transformers", "onnx", "onnxscript", "onnxruntime")
"""Packages that export a model. Another version may succeed where this one failed."""

_EXPORT_NAME = re.compile(r"(?:int8|float32)-(\d+)-[0-9a-f]{24}")


class NotExportableError(EncoderError):
    """The model cannot be exported with the installed packages."""


@dataclass(frozen=True, slots=True)
class Export:
    """An exported model, read from verified files.

    Args:
        model: Serialised ONNX. Its input is `input_ids`, `(1, tokens)` int64. Its outputs are `vector`, `(dimension,)`
            float32, and `token_vectors`, `(tokens, token dimension)` float32.
        tokenizer: A fast tokenizer that neither truncates nor pads, as JSON.
        max_tokens: Length limit of the model, special tokens included.
        dimension, token_dimension: Of the two kinds of vectors.
        pooling: Name of the pooling.
        pools_prompt: Whether the pooling includes the tokens of a prompt. If not, `model` has a second input,
            `pooled`, `(1, tokens)` int64, with 1 for each token to pool.
        prompts: Prompts that the model declares.
    """

    model: bytes
    tokenizer: str
    max_tokens: int
    dimension: int
    token_dimension: int
    pooling: str
    pools_prompt: bool
    prompts: Prompts


def default_exports_folder(data: Path) -> Path:
    """Return the folder that exports are kept in if none is named.

    It is the user's cache folder, which all data folders share. A user without a writable one, such as a service's
    user without a home, keeps exports in `encoder` in the data folder.

    Args:
        data: The data folder.
    """
    cache = _user_cache()
    return cache if _is_writable(cache) else data / "encoder"


def find_export(exports: Path, folder: Path, precision: str) -> Export | None:
    """Return the export of a model; None if it is missing or damaged.

    The user's cache folder is searched too if it cannot be written, because new exports then go elsewhere.

    Args:
        exports: Folder of exports.
        folder: The model's own folder.
        precision: `int8` or `float32`.

    Raises:
        NotExportableError: An export failed before, with the same packages.
    """
    name, cache = export_name(folder, precision), _user_cache()
    found = _read(exports / name) or (None if _is_writable(cache) else _read(cache / name))
    if found is None:
        _raise_if_refused(exports / name)
    return found


def make_export(exports: Path, folder: Path, name: str, precision: str) -> Export:
    """Export a model, which takes a quarter of a minute for a small one, and keep the export.

    One process at a time exports into a folder. The others wait, and use what it made.

    Args:
        exports: Folder of exports; created if missing. An export is not kept where it cannot be written.
        folder: The model's own folder.
        name: Of the model, for messages.
        precision: `int8` or `float32`.

    Raises:
        NotExportableError: The model cannot be exported.
        EncoderError: The model cannot be loaded, or the export cannot be written.
    """
    with _exporting(exports) as work:
        return find_export(exports, folder, precision) or _made(work, exports, folder, name, precision)


def _made(work: Path, exports: Path, folder: Path, name: str, precision: str) -> Export:
    """Export a model in a working folder, and move the export to its place."""
    place = exports / export_name(folder, precision)
    made = work / "export"
    made.mkdir(mode=0o700)
    command = [sys.executable, "-P", "-m", "embeddings.encoder.export"]
    command += [str(folder.resolve()), name, str(made), precision]
    with _stdin_open_while_running() as stdin:
        done = subprocess.run(  # noqa: S603 - our own command
            command, stdin=stdin, capture_output=True, text=True, check=False, env=_environment(), umask=0o077
        )
    reason = (done.stdout.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    if done.returncode == NOT_EXPORTABLE:
        _write(made / REFUSED, {"reason": reason, "tools": _tools()})
        _keep(made, place)
        raise NotExportableError(reason)
    if done.returncode == NOT_LOADABLE:
        raise EncoderError(reason)
    if done.returncode < 0:
        raise EncoderError(
            f"The encoder {name} could not be prepared: signal {-done.returncode} ended the process, probably "
            "because memory ran out. Allow it more memory, or end other programs."
        )
    if done.returncode:
        raise EncoderError(
            f"The encoder {name} could not be prepared ({reason}). Is there room in {work.parent}, and enough memory?"
        )
    digests = {file: _sha256((made / file).read_bytes()) for file in (MODEL, TOKENIZER)}
    facts = json.loads((made / MANIFEST).read_bytes())
    facts |= {"format": EXPORT_FORMAT, "sha256": digests, "tools": _tools()}
    _write(made / MANIFEST, {**facts, "manifest_sha256": _digest_of(facts)})
    export = _read(made)
    if export is None:
        raise EncoderError(f"The encoder {name} could not be prepared: its files cannot be read back. Check the disk.")
    _keep(made, place)
    _delete_outdated(exports)
    return export


@contextlib.contextmanager
def _stdin_open_while_running() -> Iterator[int]:
    """Yield a standard input for a child process. It ends when this process ends, however that happens."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def export_name(folder: Path, precision: str) -> str:
    """Return the name of the folder of a model's export."""
    return f"{precision}-{EXPORT_FORMAT}-{model_sha256(folder)[:24]}"


def _user_cache() -> Path:
    return platformdirs.user_cache_path("footnote") / "encoder"


def _is_writable(folder: Path) -> bool:
    """Return whether a folder can be written, or created."""
    nearest = next((path for path in (folder, *folder.parents) if os.access(path, os.F_OK)), folder)
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _read(place: Path) -> Export | None:
    """Return the export in a folder; None unless all checksums match."""
    try:
        facts = json.loads((place / MANIFEST).read_bytes())
        model, tokenizer = (place / MODEL).read_bytes(), (place / TOKENIZER).read_bytes()
        if facts.pop("manifest_sha256") != _digest_of(facts) or facts["format"] != EXPORT_FORMAT:
            return None
        if facts["sha256"] != {MODEL: _sha256(model), TOKENIZER: _sha256(tokenizer)}:
            return None
        about = {name: facts[name] for name in FACTS}
        return Export(model, tokenizer.decode(), **about, prompts=Prompts(**facts["prompts"]))
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
def _exporting(exports: Path) -> Iterator[Path]:
    """Hold the lock of the exports folder, and yield a working folder in it.

    Where the folder cannot be written, there is no lock, and the working folder is a temporary one of the system.
    """
    with contextlib.ExitStack() as stack:
        try:
            exports.mkdir(mode=0o700, parents=True, exist_ok=True)
            _lock(exports, stack.callback)
            work = stack.enter_context(temporary_folder(exports))
        except OSError:
            work = stack.enter_context(temporary_folder())
        yield work


def _lock(folder: Path, at_end: Callable[..., object]) -> None:
    """Wait for the lock of a folder. The system releases it when its process ends."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    at_end(os.close, handle)
    with contextlib.suppress(OSError):  # a file system without locks: two processes may export the same model
        fcntl.flock(handle, fcntl.LOCK_EX)


def _delete_outdated(exports: Path) -> None:
    """Delete exports of older formats, which no version after theirs reads."""
    with contextlib.suppress(OSError):
        for path in exports.iterdir():
            name = _EXPORT_NAME.fullmatch(path.name)
            if name is not None and int(name[1]) < EXPORT_FORMAT:
                shutil.rmtree(path, ignore_errors=True)


def _keep(made: Path, place: Path) -> None:
    """Move a finished folder to its place. A failure costs no more than another export."""
    with contextlib.suppress(OSError):
        for path in made.iterdir():
            sync(path)
        if place.parent in made.parents:
            shutil.rmtree(place, ignore_errors=True)  # damaged, or it would have been used
            made.rename(place)
            sync(place.parent)


def _environment() -> dict[str, str]:
    """Return this process's environment, with this package on the import path."""
    home = str(Path(__file__).resolve().parents[2])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "HF_HUB_OFFLINE": "1"}


def _tools() -> dict[str, str]:
    return {name: version(name) for name in TOOLS}


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=1) + "\n")


def _digest_of(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a manifest's content, independent of its layout."""
    return _sha256(json.dumps(facts, sort_keys=True).encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
