"""Files of a reader: its model, and a card with its checksum and origin."""

import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.errors import EncoderError
from embeddings.encoder import DEFAULT_ENCODER, model_folder, weights_sha256

MODEL, CARD = "reader.onnx", "card.json"

FORMAT = 1

LEAST_TOKENS, MOST_TOKENS = 16, 512
"""Bounds of `max_tokens`. The model has embeddings of so many positions."""


class Card(BaseModel):
    """What a reader is and comes from.

    Args:
        format: Version of the files' format.
        sha256: Digest of the model.
        embeddings_sha256: Digest of the weights of the encoder whose word embeddings it reads.
        max_tokens: Maximum tokens of question and passage, special tokens included.
        trained: Sets, licences, settings and measures of the training, for human readers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    format: int
    sha256: str
    embeddings_sha256: str
    max_tokens: Annotated[int, Field(ge=LEAST_TOKENS, le=MOST_TOKENS)]
    trained: Mapping[str, Any]

    @property
    def version(self) -> str:
        """First digits of the digest. A calibration is valid for one version."""
        return self.sha256[:12]


def load_card(folder: Path) -> Card:
    """Return the card of a reader.

    Args:
        folder: Folder with the reader's files.

    Raises:
        EncoderError: It cannot be read or is of another format.
    """
    try:
        given = json.loads((folder / CARD).read_bytes())
        if isinstance(given, dict) and given.get("format", FORMAT) != FORMAT:
            raise unusable(folder, "is of another version of Footnote.")
        return Card.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name, what = ".".join(map(str, first["loc"])), first["msg"]
        detail = f"{name}: " if name else ""
        raise unusable(folder, f"has no usable {CARD}: {detail}{what[:1].lower()}{what[1:]}.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise unusable(folder, f"has no usable {CARD}: it cannot be read as JSON.") from error


def unusable(folder: Path, what: str) -> EncoderError:
    """Return the error of a reader that cannot be used.

    Args:
        folder: Folder of the reader.
        what: What is wrong with it, after its name.
    """
    advice = "Reinstall Footnote." if folder == _packaged() else "Train or copy it again, or change FOOTNOTE_READER."
    return EncoderError(f"The reader in {folder} {what} {advice}")


def load_files(folder: Path) -> tuple[Card, bytes, Path, str]:
    """Return a reader's card, its model, the safetensors file with its word embeddings, and its tokenizer as JSON.

    Args:
        folder: Folder with the reader's files.

    Raises:
        EncoderError: A file is missing or damaged, or belongs to other word embeddings.
    """
    card = load_card(folder)
    try:
        model = (folder / MODEL).read_bytes()
    except OSError as error:
        raise unusable(folder, f"has no readable {MODEL}.") from error
    if hashlib.sha256(model).hexdigest() != card.sha256:
        raise unusable(folder, "is damaged: its checksum does not match.")
    encoder = model_folder(DEFAULT_ENCODER)
    weights = encoder / "model.safetensors"
    if weights_sha256(encoder) != card.embeddings_sha256:
        raise unusable(folder, "belongs to other word embeddings.")
    return card, model, weights, (encoder / "tokenizer.json").read_text(encoding="utf-8")


def packaged_reader() -> Path | None:
    """Return the folder of the reader in the package; None if it has none."""
    folder = _packaged()
    return folder if is_reader(folder) else None


def _packaged() -> Path:
    return Path(str(resources.files("embeddings.reader") / "weights"))


def is_reader(folder: Path) -> bool:
    """Return whether a folder has the files of a reader."""
    return (folder / CARD).is_file()


def write_card(folder: Path, max_tokens: int, trained: Mapping[str, Any]) -> Card:
    """Write the card of the model in a folder, which belongs to the default encoder's word embeddings."""
    digest = hashlib.sha256((folder / MODEL).read_bytes()).hexdigest()
    card = Card(
        format=FORMAT,
        sha256=digest,
        embeddings_sha256=weights_sha256(model_folder(DEFAULT_ENCODER)),
        max_tokens=max_tokens,
        trained=trained,
    )
    (folder / CARD).write_text(json.dumps(card.model_dump(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return card
