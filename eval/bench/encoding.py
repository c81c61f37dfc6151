"""Speed of the encoder alone, and of the ingest."""

import shutil
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from corpus.store import Store, View
from corpus.text import title_prefix
from embeddings.encoder import Encoder
from eval.bench.sources import Sources
from eval.bench.timing import median
from eval.errors import SetError
from service.ingest import Ingester
from service.runtime.progress import NoProgress, Progress
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Ingest:
    """Speed of the ingest compared with that of the encoder alone, which does most of the work.

    Args:
        documents, passages: Number ingested in each round.
        encoder_per_second: Passages per second of the encoder alone; median of the rounds.
        ingest_per_second: Passages per second of the complete ingest; median of the rounds.
        share: Ratio of the two; median of the rounds.
        rounds_encoder_per_second, rounds_ingest_per_second: Values of each round.
    """

    documents: int
    passages: int
    encoder_per_second: float
    ingest_per_second: float
    share: float
    rounds_encoder_per_second: Sequence[float]
    rounds_ingest_per_second: Sequence[float]


def question_latencies(encoder: Encoder, questions: Sequence[str]) -> list[float]:
    """Return the milliseconds of encoding each question, one at a time.

    Another thread than the main one encodes, as in a server: OpenMP starts workers for each thread, and they wait
    less busily if they outnumber the cores, which matters on a shared machine.
    """

    def encode() -> list[float]:
        latencies = []
        for question in questions:
            begun = time.perf_counter()
            encoder.encode_question(question)
            latencies.append(1000 * (time.perf_counter() - begun))
        return latencies

    with ThreadPoolExecutor(1, thread_name_prefix="bench-encode") as thread:
        thread.submit(encoder.encode_question, "Is everything warm?").result()
        return thread.submit(encode).result()


def encoded_texts(view: View, encoder: Encoder, title_tokens: int) -> list[str]:
    """Return the encoder's input for every passage of a store."""
    texts = []
    for document in view.documents():
        prefix = title_prefix(document.metadata.title, encoder, title_tokens)
        texts += [prefix + passage.text for passage in view.passages(view.document_passages(document))]
    return texts


def measure_ingest(
    sources: Sources, encoder: Encoder, settings: Settings, folder: Path, rounds: int, progress: Progress
) -> Ingest:
    """Ingest the same documents in every round, and encode the same texts with the encoder alone.

    Args:
        sources: The documents.
        encoder: The loaded encoder.
        settings: Settings with the sizes of passages and titles.
        folder: Data folder; holds the documents of the last round afterwards.
        rounds: Number of rounds. The order of the two alternates.
        progress: Receives each half of a round.

    Raises:
        SetError: A document cannot be ingested.
    """
    seconds: dict[str, list[float]] = {"encoder": [], "ingest": []}
    progress.start(1 + 2 * rounds, "ingest rounds")
    try:
        _ingest(sources, encoder, settings, folder)  # untimed: warms up files and model
        progress.advance()
        with View(folder) as view:
            documents, passages = view.counts()
            texts = encoded_texts(view, encoder, settings.title_tokens)
        for number in range(rounds):
            for turn in ("encoder", "ingest") if number % 2 == 0 else ("ingest", "encoder"):
                begun = time.perf_counter()
                if turn == "encoder":
                    deque(encoder.encode_passages(texts), maxlen=0)
                else:
                    _ingest(sources, encoder, settings, folder)
                seconds[turn].append(time.perf_counter() - begun)
                progress.advance()
    finally:
        progress.finish()
    alone, whole = ([round(passages / s, 2) for s in seconds[turn]] for turn in ("encoder", "ingest"))
    return Ingest(
        documents=documents,
        passages=passages,
        encoder_per_second=round(median(alone), 2),
        ingest_per_second=round(median(whole), 2),
        share=round(median([b / a for a, b in zip(alone, whole, strict=True)]), 3),
        rounds_encoder_per_second=alone,
        rounds_ingest_per_second=whole,
    )


def _ingest(sources: Sources, encoder: Encoder, settings: Settings, folder: Path) -> None:
    """Ingest into a new store, like `footnote ingest`."""
    shutil.rmtree(folder, ignore_errors=True)
    with Store(folder, create=True) as store:
        summary = Ingester(store, lambda: encoder, settings).ingest([sources.folder], NoProgress())
    if summary.stopped:
        raise KeyboardInterrupt
    for source, reason in summary.refused:
        raise SetError(f"The benchmark document {Path(source).name} cannot be ingested: {reason}.")
