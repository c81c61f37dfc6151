"""Files of a reader: its model, and a card with its checksum and origin."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from corpus.errors import EncoderError
from embeddings.encoder import DEFAULT_ENCODER, model_folder, weights_sha256

MODEL, CARD = "reader.onnx", "card.json"

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Card:
    """What a reader is and comes from.

    Args:
        format: Version of the files' format.
        sha256: Digest of the model.
        embeddings_sha256: Digest of the weights of the encoder whose word embeddings it reads.
        max_tokens: Maximum tokens of question and passage, special tokens included.
        trained: Sets, licences, settings and measures of the training, for human readers.
    """

    format: int
    sha256: str
    embeddings_sha256: str
    max_tokens: int
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
        card = Card(**json.loads((folder / CARD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise EncoderError(f"The reader in {folder} has no usable {CARD}. Train or copy it again.") from error
    if card.format != FORMAT:
        raise EncoderError(f"The reader in {folder} is of another version of Footnote. Train or copy it again.")
    return card


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
        raise EncoderError(f"The reader in {folder} has no readable {MODEL}. Reinstall Footnote.") from error
    if hashlib.sha256(model).hexdigest() != card.sha256:
        raise EncoderError(f"The reader in {folder} is damaged: its checksum does not match. Reinstall Footnote.")
    encoder = model_folder(DEFAULT_ENCODER)
    weights = encoder / "model.safetensors"
    if weights_sha256(encoder) != card.embeddings_sha256:
        raise EncoderError(f"The reader in {folder} belongs to other word embeddings. Train it again.")
    return card, model, weights, (encoder / "tokenizer.json").read_text(encoding="utf-8")


def packaged_reader() -> Path | None:
    """Return the folder of the reader in the package; None if it has none."""
    folder = Path(str(resources.files("embeddings.reader") / "weights"))
    return folder if is_reader(folder) else None


def is_reader(folder: Path) -> bool:
    """Return whether a folder has the files of a reader."""
    return (folder / CARD).is_file()


def write_card(folder: Path, max_tokens: int, trained: Mapping[str, Any]) -> Card:
    """Write the card of the model in a folder, which belongs to the default encoder's word embeddings."""
    digest = hashlib.sha256((folder / MODEL).read_bytes()).hexdigest()
    card = Card(FORMAT, digest, weights_sha256(model_folder(DEFAULT_ENCODER)), max_tokens, trained)
    (folder / CARD).write_text(json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return card
