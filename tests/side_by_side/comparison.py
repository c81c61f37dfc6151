"""Measurement of the systems: the same model, passages and questions, one process after the other."""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from embeddings.encoder import Encoder, model_folder
from eval.errors import SetError
from eval.measures import aggregate_latency, retrieval_values
from eval.sets import BeirFolder, Question, gold_of
from service.opening import load_encoder
from service.reading import DocumentStructure, PassageSizes, split_text
from service.runtime.progress import Progress
from service.runtime.terminal import say
from service.settings import Settings, load_settings
from tests.side_by_side.registry import SYSTEMS
from tests.side_by_side.result import SystemResult
from tests.side_by_side.system import Inputs, PassageText
from tests.side_by_side.worker import Job, Measurements

__all__ = ["compare_systems", "passage_texts"]

DEPTH = 10
"""Number of passages per timed question: a page of results."""
DEEP = 100
"""Number of passages for recall@100."""

LIMIT_S = 300.0
LIMIT_S_PASSAGE = 2.0
LIMIT_S_QUESTION = 4.0
"""A system that exceeds the sum of these hangs: the slowest takes a tenth of it on one busy core."""

ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "false"}
"""Systems may use the network neither to load a model nor for telemetry."""


def compare_systems(
    folder: BeirFolder,
    names: Sequence[str],
    progress: Progress,
    *,
    questions: int | None = None,
    seed: int = 0,
    limit_s: float | None = None,
) -> list[SystemResult]:
    """Measure systems on a data set, each in its own process, one after the other.

    A system that crashes, hangs or is not installed is reported as such; the others are measured.

    Args:
        folder: Documents, questions and gold. Questions without gold are skipped; histories are ignored.
        names: Keys of `SYSTEMS`, measured in this order.
        progress: Receives each step of each system.
        questions: Size of the sample of questions; None for all.
        seed: Seed of the sample.
        limit_s: Time limit of a system in seconds; None for a limit that grows with the work.

    Raises:
        SetError: The folder is malformed, or has no text or no question with gold.
        FootnoteError: The settings or their encoder cannot be used.
    """
    asked = _sample([q for q in folder.questions.questions if q.answerable], questions, seed)
    settings = load_settings()
    passages = passage_texts(folder, load_encoder(settings, say), settings)
    if not passages or not asked:
        missing = "question with gold" if passages else "text"
        raise SetError(f"{folder.path} has no {missing}. Choose another folder.")
    limit = limit_s or LIMIT_S + LIMIT_S_PASSAGE * len(passages) + LIMIT_S_QUESTION * len(asked)
    model = model_folder(settings.encoder)
    return [_measure(name, folder, model, passages, asked, progress, limit) for name in names]


def passage_texts(folder: BeirFolder, encoder: Encoder, settings: Settings) -> list[PassageText]:
    """Return the passages of every document with their prefix, exactly as Footnote splits and encodes them."""
    texts = []
    sizes = PassageSizes(settings.passage_tokens, settings.title_tokens)
    for identifier, title, text in folder.documents():
        if text.strip():
            split = split_text(encoder, sizes, DocumentStructure(title or identifier), text)
            texts += [PassageText(identifier, split.prefix + text[p.start : p.end]) for p in split.passages]
    return texts


def _sample(questions: Sequence[Question], count: int | None, seed: int) -> Sequence[Question]:
    if count is None or count >= len(questions):
        return questions
    return random.Random(seed).sample(questions, count)  # noqa: S311 - reproducible, not secret


def _measure(
    name: str,
    folder: BeirFolder,
    model: Path,
    passages: Sequence[PassageText],
    asked: Sequence[Question],
    progress: Progress,
    limit_s: float,
) -> SystemResult:
    system = SYSTEMS[name]
    try:
        versions = system.versions()
    except metadata.PackageNotFoundError:
        note = f"It needs {', '.join(system.packages)}. Install: pip install -r tests/side_by_side/requirements.txt"
        return SystemResult(name, system.description, "not installed", note=note)
    with tempfile.TemporaryDirectory(prefix="footnote-systems-") as work:
        inputs = Inputs(model, passages, folder.path.absolute(), Path(work))
        job = Job(system.implementation, inputs, [q.text for q in asked], DEPTH, DEEP)
        measured = _run(name, job, progress, limit_s)
    if isinstance(measured, str):
        return SystemResult(name, system.description, "failed", versions, note=measured)
    return SystemResult(
        name=name,
        description=system.description,
        status="measured",
        versions=versions,
        passages=len(passages),
        questions=len(asked),
        measures=_quality(folder, asked, measured),
        latency=_latency(measured),
        ingest_passages_per_s=len(passages) / measured.ingest_s,
        ingest_passages_per_cpu_s=len(passages) / measured.ingest_cpu_s,
        peak_mib=measured.peak_mib,
    )


def _run(name: str, job: Job, progress: Progress, limit_s: float) -> Measurements | str:
    """Run a system's process; return its measurements, or the reason of the failure."""
    work = job.inputs.work
    job_file, result, errors = work / "job.json", work / "result.json", work / "errors.txt"
    job_file.write_text(json.dumps(asdict(job), default=str), encoding="utf-8")
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)  # noqa: PTH109 - sys.path holds strings
    progress.start(1 + 2 * len(job.questions), f"steps of {name}")
    try:
        with (
            errors.open("wb") as stderr,
            subprocess.Popen(
                [sys.executable, "-P", "-m", "tests.side_by_side.worker", str(job_file), str(result)],
                env={**os.environ, **ENVIRONMENT, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
            ) as process,
        ):
            timed_out = _wait(name, process, progress, limit_s)
    finally:
        progress.finish()
    if timed_out:
        return f"It exceeded the time limit of {limit_s:.0f} seconds. {_last_line(errors)}".strip()
    if process.returncode:
        return f"Its process ended with code {process.returncode}. {_last_line(errors)}".strip()
    return TypeAdapter(Measurements).validate_json(result.read_bytes())


def _wait(name: str, process: subprocess.Popen[bytes], progress: Progress, limit_s: float) -> bool:
    """Report the steps of a process until it ends; return whether it exceeded the limit."""
    timed_out = threading.Event()

    def end() -> None:
        timed_out.set()
        process.kill()

    timer = threading.Timer(limit_s, end)
    try:
        timer.start()
        progress.doing(f"{name}: ingest")
        for _ in process.stdout or ():
            progress.advance()
            progress.doing(f"{name}: questions")
        process.wait()
    finally:
        timer.cancel()
        process.kill()
    return timed_out.is_set()


def _last_line(errors: Path) -> str:
    lines = [line.strip() for line in errors.read_text(encoding="utf-8", errors="replace").splitlines()]
    written = [line for line in lines if line]
    return f"Its last output: {written[-1][-300:]}" if written else ""


def _quality(folder: BeirFolder, asked: Sequence[Question], measured: Measurements) -> dict[str, float]:
    gold = gold_of(folder, lambda document: document, lambda document: "")
    grades = {question.id: gold[question.id].grades for question in asked}
    near = retrieval_values(grades, _rankings(asked, measured.found))
    deep = retrieval_values(grades, _rankings(asked, measured.found_deep))
    return {
        **{measure: _mean(near, measure) for measure in ("nDCG@10", "hit@1", "hit@5")},
        "recall@100": _mean(deep, "recall@100"),
        "nDCG@10_of_100": _mean(deep, "nDCG@10"),
    }


def _latency(measured: Measurements) -> dict[str, float]:
    percentiles = aggregate_latency(measured.latency_ms)
    latency = {name: value for name, value in percentiles.items() if value is not None}
    return {**latency, "cpu_p50_ms": float(np.median(measured.cpu_ms))}


def _rankings(asked: Sequence[Question], found: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """Return each question's documents, each at its first rank."""
    return {question.id: list(dict.fromkeys(names)) for question, names in zip(asked, found, strict=True)}


def _mean(values: Mapping[str, Mapping[str, float]], measure: str) -> float:
    return float(np.mean([of_question[measure] for of_question in values.values()]))
