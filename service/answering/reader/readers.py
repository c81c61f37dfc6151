"""Readers: the packaged one, and any CrossEncoder of sentence-transformers."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from corpus.errors import SettingsError
from embeddings import reader as models
from service.answering.reader.protocol import PassageToRead, Reader, Verdict

OFF, DEFAULT = "off", "default"


def load_reader(name: str) -> Reader | None:
    """Return the reader of a name; None for `off`, and for `default` in a package without one.

    Args:
        name: `default`, `off`, or a folder: a reader that `footnote-eval train` made, or a CrossEncoder of
            sentence-transformers.

    Raises:
        SettingsError: There is no such folder.
        EncoderError: The reader cannot be loaded.
    """
    if name == OFF:
        return None
    if name == DEFAULT:
        packaged = models.packaged_reader()
        return SentenceReader(packaged) if packaged else None
    folder = Path(name)
    if not folder.is_dir():
        raise SettingsError(f"There is no folder {name}. Set FOOTNOTE_READER to a folder, 'default' or 'off'.")
    return SentenceReader(folder) if models.is_reader(folder) else CrossEncoderReader(folder)


class SentenceReader:
    """A reader that `footnote-eval train` made. It finds the sentence that answers.

    Args:
        folder: Folder with its files.
    """

    def __init__(self, folder: Path) -> None:
        self._model = models.Reader(folder)
        self.version = self._model.version
        self.parallel = self._model.workers

    def read(self, question: str, passages: Sequence[PassageToRead]) -> Iterator[Verdict]:
        """Return a verdict for each passage, in order."""
        found = self._model.read(question, [(passage.title, passage.text) for passage in passages])
        return (_verdict(passage, read) for passage, read in zip(passages, found, strict=True))


def _verdict(passage: PassageToRead, read: models.ReadPassage) -> Verdict:
    """Return the sums of the tokens' probabilities."""
    until = np.concatenate([[0.0], np.cumsum(read.chances)])
    starts = read.spans[:, 0]
    borders = np.array([(span.start, span.end) for span in passage.sentences]).reshape(-1, 2)
    sums = until[np.searchsorted(starts, borders[:, 1])] - until[np.searchsorted(starts, borders[:, 0])]
    return Verdict(min(1.0, float(until[-1])), [min(1.0, max(0.0, float(chance))) for chance in sums])


class CrossEncoderReader:
    """A CrossEncoder of sentence-transformers with one output. It judges whole passages, and needs torch.

    Args:
        folder: Folder of the model.

    Raises:
        EncoderError: The model cannot be loaded, or has several outputs.
    """

    parallel = 1

    def __init__(self, folder: Path) -> None:
        self._model = models.CrossEncoder(folder)
        self.version = self._model.version

    def read(self, question: str, passages: Sequence[PassageToRead]) -> Iterator[Verdict]:
        """Return a verdict for each passage, in order."""
        pairs = [(question, f"{passage.title}\n{passage.text}") for passage in passages]
        return (Verdict(chance, None) for chance in self._model.probabilities(pairs))
