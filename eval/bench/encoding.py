"""The encoder alone, and what is put beside it: one question, and passages on their way into a store."""

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
from eval.bench.base import Sources
from eval.bench.timing import median
from eval.errors import SetError
from service.ingest import Ingester
from service.runtime.progress import NoProgress, Progress
from service.settings import Settings

__all__ = ["Ingest", "encoded_texts", "measure_ingest", "question_latencies"]


@dataclass(frozen=True, slots=True)
class Ingest:
    """How fast documents come in, beside the encoder that does most of the work.

    Args:
        documents, passages: How many were ingested in each round.
        encoder_per_second: Passages a second that the encoder alone encodes: the median of the rounds.
        ingest_per_second: Passages a second through the whole of ingest: the median of the rounds.
        share: The second over the first, the median of the rounds.
        rounds_encoder_per_second, rounds_ingest_per_second: The same of each round.
    """

    documents: int
    passages: int
    encoder_per_second: float
    ingest_per_second: float
    share: float
    rounds_encoder_per_second: Sequence[float]
    rounds_ingest_per_second: Sequence[float]


def question_latencies(encoder: Encoder, questions: Sequence[str]) -> list[float]:
    """Milliseconds that each question takes to encode, one at a time.

    They are encoded on a thread that is not the main one, as a server does it: OpenMP gives each thread workers of its
    own, and lets them wait less busily where there are more of them than cores, which matters on a machine that others
    use too.
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
    """The texts that the encoder was given for every passage of a store."""
    texts = []
    for document in view.documents():
        prefix = title_prefix(document.metadata.title, encoder, title_tokens)
        texts += [prefix + passage.text for passage in view.passages(view.document_passages(document))]
    return texts


def measure_ingest(
    sources: Sources, encoder: Encoder, settings: Settings, folder: Path, rounds: int, progress: Progress
) -> Ingest:
    """Ingest the same documents anew in every round, and let the encoder alone encode the same texts.

    Args:
        sources: The documents.
        encoder: Loaded already.
        settings: Sizes of passages and title.
        folder: Data folder that holds the documents of the last round afterwards.
        rounds: Which of the two comes first changes from round to round.
        progress: Told of each turn.

    Raises:
        SetError: A document cannot be ingested.
    """
    seconds: dict[str, list[float]] = {"encoder": [], "ingest": []}
    progress.start(1 + 2 * rounds, "ingest turns")
    try:
        _ingest(sources, encoder, settings, folder)  # the first time warms files and model, and is not counted
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
    """Ingest into a new store, as `footnote ingest` does."""
    shutil.rmtree(folder, ignore_errors=True)
    with Store(folder, create=True) as store:
        summary = Ingester(store, lambda: encoder, settings).ingest([sources.folder], NoProgress())
    if summary.stopped:
        raise KeyboardInterrupt
    for source, reason in summary.refused:
        raise SetError(f"A document of the benchmark, {Path(source).name}, cannot be ingested: {reason}.")
