"""Question maps: trained linear maps of a question's token vectors, for ranking passages and for finding sentences.

Passages stay as they are stored. The maps belong to the weights of one encoder.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save_file

from corpus.errors import EncoderError

MAPS, CARD = "maps.safetensors", "card.json"

FORMAT = 1

RANKING, WEIGHT, SENTENCES = "ranking", "weight", "sentences"
"""Names of the matrices in the file."""


@dataclass(frozen=True, slots=True)
class MapsCard:
    """What question maps are and come from.

    Args:
        format: Version of the files' format.
        sha256: Digest of the maps.
        encoder_sha256: Digest of the weights of the encoder that they belong to.
        trained: Sets, licences, settings and measures of the training, for human readers.
    """

    format: int
    sha256: str
    encoder_sha256: str
    trained: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class QuestionMaps:
    """Maps of a question's token vectors.

    Args:
        version: First digits of the file's digest. A calibration is valid for one version.
        ranking: Map for the ranking of passages, `(dimension, dimension)` float32.
        weight: Direction whose product with a token says how much the token counts in it, `(dimension,)` float32.
        sentences: Map for the choice of a sentence, `(dimension, dimension)` float32.
    """

    version: str
    ranking: NDArray[np.float32]
    weight: NDArray[np.float32]
    sentences: NDArray[np.float32]

    def for_ranking(self, tokens: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the token vectors to rank passages by: mapped, as long as they count, with a mean length of 1.

        Args:
            tokens: `(question tokens, dimension)` float32, rows L2-normalised.

        Returns:
            The same shape, float32. The mean of their MaxSims is a weighted mean of cosines.
        """
        if not len(tokens):
            return tokens
        lengths = np.exp(np.tanh(tokens @ self.weight))
        mapped: NDArray[np.float32] = _mapped(tokens, self.ranking) * (lengths / lengths.mean())[:, np.newaxis]
        return mapped

    def for_sentences(self, tokens: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the token vectors to choose a sentence by: the question's own, then the mapped ones.

        The mean over all is half the match of the own ones and half that of the mapped ones.

        Args:
            tokens: `(question tokens, dimension)` float32, rows L2-normalised.

        Returns:
            `(2 * question tokens, dimension)` float32, rows L2-normalised.
        """
        return np.concatenate([tokens, _mapped(tokens, self.sentences)])


def _mapped(tokens: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    mapped = tokens @ matrix.T
    unit: NDArray[np.float32] = mapped / np.maximum(np.linalg.norm(mapped, axis=1, keepdims=True), np.float32(1e-9))
    return unit


def load_maps(folder: Path, encoder_sha256: str) -> QuestionMaps | None:
    """Return the maps of a folder; None if it has none, or those of another encoder.

    Args:
        folder: Folder with the maps and their card.
        encoder_sha256: Digest of the weights of the encoder in use.

    Raises:
        EncoderError: A file is missing, damaged or of another format.
    """
    if not (folder / CARD).is_file():
        return None
    advice = f"The question maps in {folder} are damaged or of another version of Footnote. Reinstall Footnote."
    try:
        card = MapsCard(**json.loads((folder / CARD).read_text(encoding="utf-8")))
        if card.format == FORMAT and card.encoder_sha256 != encoder_sha256:
            return None
        content = (folder / MAPS).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if card.format != FORMAT or digest != card.sha256:
            raise EncoderError(advice)
        given = {name: matrix.astype(np.float32) for name, matrix in load(content).items()}
        return QuestionMaps(digest[:12], given[RANKING], given[WEIGHT], given[SENTENCES])
    except (OSError, ValueError, TypeError, KeyError, SafetensorError) as error:
        raise EncoderError(advice) from error


def packaged_maps() -> Path:
    """Return the folder of the maps in the package."""
    return Path(str(resources.files("embeddings.tokens") / "weights"))


def write_maps(folder: Path, maps: QuestionMaps, encoder_sha256: str, trained: Mapping[str, Any]) -> MapsCard:
    """Write maps as float16, with their card.

    Args:
        folder: Folder to write to. It is made if it is missing.
        maps: The maps; their version is not kept.
        encoder_sha256: Digest of the weights of the encoder that they belong to.
        trained: Facts of the training, for the card.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held = {RANKING: maps.ranking, WEIGHT: maps.weight, SENTENCES: maps.sentences}
    save_file({name: matrix.astype(np.float16) for name, matrix in held.items()}, folder / MAPS)
    digest = hashlib.sha256((folder / MAPS).read_bytes()).hexdigest()
    card = MapsCard(FORMAT, digest, encoder_sha256, trained)
    (folder / CARD).write_text(json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return card
