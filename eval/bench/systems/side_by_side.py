"""Systems measured side by side: the same model, passages and questions, one process after the other."""

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
from eval.bench.recipes.child import Job, Outcome
from eval.bench.recipes.recipe import Material, Text
from eval.bench.systems.known import KNOWN, KnownSystem
from eval.bench.systems.result import SystemResult
from eval.errors import SetError, SystemNameError
from eval.measures import aggregate_latency, retrieval_values
from eval.sets import BeirFolder, Question, gold_of
from service.opening import load_encoder
from service.reading import DocumentStructure, PassageSizes, cut
from service.runtime.progress import Progress
from service.settings import Settings, load_settings

__all__ = ["compare_systems", "texts_of"]

DEPTH = 10
"""Passages that a timed question asks for, as many as a reader looks at."""
DEEP = 100
"""Passages that recall is measured over."""

LIMIT_S = 300.0
LIMIT_S_PASSAGE = 2.0
LIMIT_S_QUESTION = 4.0
"""A system that needs more than these together hangs: the slowest takes a tenth of it on one busy core."""

ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "false"}
"""No system may use the network: not for a model, not to tell that it was used."""


def compare_systems(
    folder: BeirFolder,
    names: Sequence[str],
    progress: Progress,
    *,
    questions: int | None = None,
    seed: int = 0,
    limit_s: float | None = None,
) -> list[SystemResult]:
    """Measure systems on a data set, each in a process of its own, one after the other.

    A system that crashes, hangs or is not installed is reported as such; the others go on.

    Args:
        folder: Documents, questions and gold. Only questions that have gold are asked, each without its history.
        names: Of `SYSTEMS`; measured in this order.
        progress: Told of each question, system by system.
        questions: Ask a sample of so many; all if None.
        seed: Of the sample.
        limit_s: A system that takes longer is ended; if None, a limit that grows with the work.

    Raises:
        SystemNameError: A name is not known.
        SetError: The folder is malformed, or holds no text or no question with gold.
        FootnoteError: The settings or the encoder that they name cannot be used.
    """
    unknown = [name for name in names if name not in KNOWN]
    if unknown:
        raise SystemNameError(f"There is no system '{unknown[0]}'. Choose from: {', '.join(KNOWN)}.")
    asked = _sample([q for q in folder.questions.questions if q.answerable], questions, seed)
    settings = load_settings()
    texts = texts_of(folder, load_encoder(settings), settings)
    if not texts or not asked:
        raise SetError(f"{folder.path} holds no {'question with gold' if texts else 'text'}. Choose another folder.")
    limit = limit_s or LIMIT_S + LIMIT_S_PASSAGE * len(texts) + LIMIT_S_QUESTION * len(asked)
    model = model_folder(settings.encoder)
    return [_measured(name, folder, model, texts, asked, progress, limit) for name in dict.fromkeys(names)]


def texts_of(folder: BeirFolder, encoder: Encoder, settings: Settings) -> list[Text]:
    """Every document's passages with their prefix, exactly as Footnote cuts and encodes them."""
    texts = []
    sizes = PassageSizes(settings.passage_tokens, settings.title_tokens)
    for identifier, title, text in folder.documents():
        if text.strip():
            made = cut(encoder, sizes, DocumentStructure(title or identifier), text)
            texts += [Text(identifier, made.prefix + text[p.start : p.end]) for p in made.passages]
    return texts


def _sample(questions: Sequence[Question], count: int | None, seed: int) -> Sequence[Question]:
    if count is None or count >= len(questions):
        return questions
    return random.Random(seed).sample(questions, count)  # noqa: S311 - a sample that can be drawn again, no secret


def _measured(
    name: str,
    folder: BeirFolder,
    model: Path,
    texts: Sequence[Text],
    asked: Sequence[Question],
    progress: Progress,
    limit_s: float,
) -> SystemResult:
    system = KNOWN[name]
    try:
        versions = system.versions()
    except metadata.PackageNotFoundError:
        note = f"Install it with: pip install 'footnote-qa[bench]' (it needs {', '.join(system.packages)})"
        return SystemResult(name, system.description, "not installed", note=note)
    with tempfile.TemporaryDirectory(prefix="footnote-systems-") as work:
        material = Material(model, texts, folder.path.absolute(), Path(work))
        job = Job(system.recipe, material, [q.text for q in asked], DEPTH, DEEP)
        outcome = _run(name, job, progress, limit_s)
    if isinstance(outcome, str):
        return SystemResult(name, system.description, "failed", versions, note=outcome)
    return _result(name, system, versions, folder, texts, asked, outcome)


def _run(name: str, job: Job, progress: Progress, limit_s: float) -> Outcome | str:
    """Run a system's process to its end; give what it measured, or why it did not."""
    files = [job.material.work / file for file in ("job.json", "outcome.json", "errors.txt")]
    given, outcome, errors = files
    given.write_text(json.dumps(asdict(job), default=str), encoding="utf-8")
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)  # noqa: PTH109 - sys.path holds strings
    progress.start(1 + 2 * len(job.questions), f"steps of {name}")
    try:
        with (
            errors.open("wb") as said,
            subprocess.Popen(  # noqa: S603 - this very interpreter
                [sys.executable, "-P", "-m", "eval.bench.recipes.child", str(given), str(outcome)],
                env={**os.environ, **ENVIRONMENT, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
            ) as process,
        ):
            late = _followed(name, process, progress, limit_s)
    finally:
        progress.finish()
    if late:
        return f"It was ended after {limit_s:.0f} seconds. {_last_words(errors)}".strip()
    if process.returncode:
        return f"Its process ended with code {process.returncode}. {_last_words(errors)}".strip()
    return TypeAdapter(Outcome).validate_json(outcome.read_bytes())


def _followed(name: str, process: subprocess.Popen[bytes], progress: Progress, limit_s: float) -> bool:
    """Tell the progress of each step of a process until it has ended; return whether it had to be ended."""
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(limit_s, end)
    try:
        timer.start()
        progress.doing(f"{name} takes the passages in")
        for _ in process.stdout or ():
            progress.advance()
            progress.doing(f"{name} is asked")
        process.wait()
    finally:
        timer.cancel()
        process.kill()
    return late.is_set()


def _last_words(errors: Path) -> str:
    lines = [line.strip() for line in errors.read_text(encoding="utf-8", errors="replace").splitlines()]
    said = [line for line in lines if line]
    return f"Its last words: {said[-1][-300:]}" if said else ""


def _result(
    name: str,
    system: KnownSystem,
    versions: Mapping[str, str],
    folder: BeirFolder,
    texts: Sequence[Text],
    asked: Sequence[Question],
    outcome: Outcome,
) -> SystemResult:
    gold = gold_of(folder, lambda document: document, lambda document: "")
    grades = {question.id: gold[question.id].grades for question in asked}
    near = retrieval_values(grades, _rankings(asked, outcome.found))
    deep = retrieval_values(grades, _rankings(asked, outcome.found_deep))
    measures = {measure: _mean(near, measure) for measure in ("nDCG@10", "hit@1", "hit@5")}
    measures["recall@100"] = _mean(deep, "recall@100")
    measures["nDCG@10_of_100"] = _mean(deep, "nDCG@10")
    return SystemResult(
        name=name,
        description=system.description,
        status="measured",
        versions=versions,
        passages=len(texts),
        questions=len(asked),
        measures=measures,
        latency=_latency(outcome),
        ingest_passages_per_s=len(texts) / outcome.ingest_s,
        ingest_passages_per_cpu_s=len(texts) / outcome.ingest_cpu_s,
        peak_mib=outcome.peak_mib,
    )


def _latency(outcome: Outcome) -> dict[str, float]:
    percentiles = aggregate_latency(outcome.latency_ms)
    latency = {name: value for name, value in percentiles.items() if value is not None}
    return {**latency, "cpu_p50_ms": float(np.median(outcome.cpu_ms))}


def _rankings(asked: Sequence[Question], found: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """Each question's documents, each where it comes first."""
    return {question.id: list(dict.fromkeys(names)) for question, names in zip(asked, found, strict=True)}


def _mean(values: Mapping[str, Mapping[str, float]], measure: str) -> float:
    return float(np.mean([of_question[measure] for of_question in values.values()]))
