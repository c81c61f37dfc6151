"""What tests of ingesting watch: progress, encoding, and what is stored."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.errors import EncoderError
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder, PassageEncoding
from service.runtime.progress import NoProgress
from service.upkeep.verify import problems

__all__ = ["CountingEncoder", "Interrupted", "Recorder", "assert_sound", "documents_of", "everything_in", "no_encoder"]


class Recorder(NoProgress):
    """Records what is reported."""

    def __init__(self) -> None:
        self.reported: list[str] = []

    def start(self, total: int, unit: str = "documents") -> None:
        self.reported.append(f"start {total}")

    def doing(self, name: str) -> None:
        self.reported.append(f"doing {Path(name).name}")

    def advance(self) -> None:
        self.reported.append("advance")

    def finish(self) -> None:
        self.reported.append("finish")


class Interrupted(Recorder):
    """Raises KeyboardInterrupt after a number of documents."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def advance(self) -> None:
        super().advance()
        self._left -= 1
        if not self._left:
            raise KeyboardInterrupt


class CountingEncoder(Encoder):
    """Encoder that counts the encoded passages, and fails after a number of them."""

    encoded = 0
    fails_after: int | None = None

    def encode_passages(self, texts: Sequence[str]) -> Iterator[PassageEncoding]:
        for encoding in super().encode_passages(texts):
            if self.fails_after is not None and self.encoded >= self.fails_after:
                raise EncoderError("it broke")
            self.encoded += 1
            yield encoding


def no_encoder() -> Encoder:
    raise AssertionError("there was nothing to encode")


def everything_in(store: Store) -> dict[str, object]:
    """Return the stored documents by id, without keys and times."""
    with store.view() as view:
        return {
            document.id: (
                document.source,
                document.revision,
                view.text(document),
                document.metadata,
                [
                    (passage.id, passage.start, passage.end, vector, signs)
                    for passage, vector, signs in zip(
                        view.passages(view.document_passages(document)),
                        dict(view.vectors(view.document_passages(document))).values(),
                        view.token_vectors(view.document_passages(document)).values(),
                        strict=True,
                    )
                ],
            )
            for document in view.documents()
        } | {"encoder": view.fingerprint}


def assert_sound(store: Store) -> None:
    with store.view() as view:
        assert list(problems(view, NoProgress())) == []


def documents_of(store: Store) -> list:  # type: ignore[type-arg]
    with store.view() as view:
        return view.documents()
