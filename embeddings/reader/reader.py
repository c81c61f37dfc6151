"""The reader's model, run on onnxruntime."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from corpus.errors import EncoderError
from embeddings.encoder import is_out_of_memory, open_session, usable_cpus
from embeddings.reader.files import MODEL, load_files, unusable
from embeddings.reader.pairs import pair_tokenizer, pair_tokens
from embeddings.reader.word_embeddings import WordEmbeddings

TRIED = (4, 7)
"""Numbers of tokens that a model is tried on. Two, because a model may take one number only."""

_NO_READER = "its inputs or outputs are not a reader's."


@dataclass(frozen=True, slots=True, eq=False)
class ReadPassage:
    """What a reader found in a passage.

    Args:
        spans: Spans of the passage's tokens in its text, in code points, ascending, `(tokens, 2)` int64.
        chances: Probability of each token to be part of the answer, `(tokens,)` float64. Their sum is the probability
            that the passage answers; the rest is that of no answer.
    """

    spans: NDArray[np.int64]
    chances: NDArray[np.float64]


class Reader:
    """Cross-encoder over question and passage. Safe to share between threads.

    Args:
        folder: Folder with the reader's files.

    Raises:
        EncoderError: A file is missing or damaged, or belongs to other word embeddings, or the model is no reader's.
    """

    def __init__(self, folder: Path) -> None:
        card, model, weights, tokenizer = load_files(folder)
        self.version = card.version
        self._tokenizer = pair_tokenizer(Tokenizer.from_str(tokenizer), card.max_tokens)
        self._words = WordEmbeddings(weights)
        self._session = _session(model, folder, self._words.dimension)
        self.workers = usable_cpus()
        self._workers = ThreadPoolExecutor(self.workers, thread_name_prefix="read")

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> Iterator[ReadPassage]:
        """Read passages side by side, and yield what is found in each, in order.

        Args:
            question: The question.
            passages: Title and text of each. What exceeds the length limit is not read.
        """
        return self._workers.map(lambda passage: self._read(question, *passage), passages)

    def _read(self, question: str, title: str, text: str) -> ReadPassage:
        encoded = pair_tokens(self._tokenizer, question, title, text)
        words = self._words[encoded.ids][np.newaxis]
        [logits] = self._session.run(None, {"words": words, "types": np.array([encoded.types], dtype=np.int64)})
        inside = encoded.inside
        scores = logits[0].astype(np.float64)
        weights = np.exp(scores[inside] - scores.max())
        null = np.exp(scores[0] - scores.max())
        return ReadPassage(encoded.spans[inside], weights / (weights.sum() + null))


def _session(model: bytes, folder: Path, dimension: int) -> Any:  # noqa: ANN401 - onnxruntime has no types
    """Open a session, and try it on a few tokens."""
    try:
        session = open_session(model)
    except Exception as error:  # onnxruntime's types have no common base
        if is_out_of_memory(error):
            raise EncoderError(
                f"There is not enough memory to load the reader in {folder}. Give the process more, or set "
                "FOOTNOTE_READER to 'off'."
            ) from error
        raise unusable(folder, f"has no usable {MODEL}: onnxruntime cannot load it.") from error
    for tokens in TRIED:
        words, types = np.zeros((1, tokens, dimension), np.float32), np.zeros((1, tokens), np.int64)
        try:
            [logits] = session.run(None, {"words": words, "types": types})
            fits = logits.shape == (1, tokens) and logits.dtype == np.float32
        except Exception as error:
            raise unusable(folder, f"has no usable {MODEL}: {_NO_READER}") from error
        if not fits:
            raise unusable(folder, f"has no usable {MODEL}: {_NO_READER}")
    return session
