"""Evaluation of one set: load it, ask it, measure it."""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import platformdirs

from corpus.store import Store, View
from eval.errors import BaselineError
from eval.runs.asking import run_questions
from eval.runs.run import Run
from eval.runs.target import local_target, remote_target
from eval.sets import (
    BeirFolder,
    QuestionSet,
    TrecSet,
    document_ids,
    fill_store,
    gold_of,
    load_beir,
    load_questions,
    load_trec,
    resolve,
)
from service.opening import load_encoder
from service.retrieval import fingerprint
from service.runtime.progress import progress_for
from service.runtime.terminal import say
from service.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class LoadedSet:
    """A loaded set.

    Args:
        path: Its file or folder.
        questions: Its questions.
        source: A BEIR folder or TREC judgements; None for JSON Lines.
    """

    path: Path
    questions: QuestionSet
    source: BeirFolder | TrecSet | None


def load_set(path: Path, qrels: Path | None = None, topic_field: str | None = None) -> LoadedSet:
    """Read a set.

    Args:
        path: A JSON Lines file, a BEIR folder, or TREC topics.
        qrels: TREC judgements, for topics.
        topic_field: Field of the topics to ask; None for the default.

    Raises:
        SetError: The set cannot be used.
    """
    if qrels is not None:
        trec = load_trec(path, qrels, topic_field)
        return LoadedSet(path, trec.questions, trec)
    if path.is_dir():
        beir = load_beir(path)
        return LoadedSet(path, beir.questions, beir)
    return LoadedSet(path, load_questions(path), None)


def measured(
    given: LoadedSet,
    *,
    data: Path | None,
    url: str | None,
    k: int,
    overlap: float,
    settings: Mapping[str, Any] | None = None,
) -> Run:
    """Ask every question of a set and measure the answers.

    Args:
        given: The set. Without `url`, the documents of a BEIR folder are stored in the data folder first (one in the
            user's cache if `data` is None).
        data: Data folder; None for that of the settings.
        url: Address of a running service to ask instead.
        k: Number of passages per question.
        overlap: Share of a gold span that a relevant passage covers.
        settings: Settings by name that override those of the environment, for a data folder.

    Raises:
        FootnoteError: The set, the store or the service cannot be used.
    """
    questions, source = given.questions, given.source
    if isinstance(source, BeirFolder):
        return _measured_beir(source, data, url, k, overlap, settings or {})
    for sentence in [] if source is None else source.left_out:
        click.echo(sentence, err=True)
    target_of = remote_target(url) if url is not None else local_target(data, **(settings or {}))
    with target_of as target:
        gold = resolve(questions, target.text) if source is None else source.gold(target.document_ids())
        return run_questions(questions, gold, target, progress_for(), k=k, overlap=overlap)


def check_same(questions: QuestionSet, run: Run, k: int, overlap: float) -> None:
    """Check that a stored run has the set and the parameters of a new one.

    Raises:
        BaselineError: It has another set or other parameters.
    """
    if run.set_sha256 != questions.sha256:
        raise BaselineError(
            f"The stored run is over another set ('{run.set_name}', or another version of it) than "
            f"{questions.path}. Make a new run over this one with --report."
        )
    if (run.k, run.overlap) != (k, overlap):
        raise BaselineError(
            f"The stored run was made with -k {run.k} --overlap {run.overlap:g}. "
            "Ask with the same, or make a new run with --report."
        )


def _measured_beir(
    beir: BeirFolder, data: Path | None, url: str | None, k: int, overlap: float, given: Mapping[str, Any]
) -> Run:
    if url is not None:
        with remote_target(url) as target:
            gold = gold_of(beir, lambda document: document, target.text)
            return run_questions(beir.questions, gold, target, progress_for(), k=k, overlap=overlap)
    folder, ids = stored_beir(beir, data)
    with local_target(folder, **given) as local:
        gold = gold_of(beir, ids.get, local.text)
        return run_questions(beir.questions, gold, local, progress_for(), k=k, overlap=overlap)


def stored_beir(beir: BeirFolder, data: Path | None) -> tuple[Path, dict[str, str]]:
    """Store the documents of a BEIR folder in a data folder, unless it has them.

    Args:
        beir: The data set.
        data: The data folder; None for one in the user's cache, which is reused.

    Returns:
        The data folder, and the store's ids of the documents by their original ids.

    Raises:
        FootnoteError: The documents or the store cannot be used.
    """
    documents = list(beir.documents())
    settings = load_settings(data=data)
    encoder = functools.cache(lambda: load_encoder(settings, say))
    folder = data or _cached(beir, fingerprint(encoder(), settings), settings)
    settings = load_settings(data=folder)
    with Store(folder, create=True) as store:
        fill_store(store, documents, encoder(), settings, progress_for())
    with View(folder) as view:
        return folder, document_ids(view)


def _cached(beir: BeirFolder, encoder: str, settings: Settings) -> Path:
    """Return a cache folder for this corpus and encoder, so that the next run does not encode it again."""
    digest = hashlib.sha256((beir.path / "corpus.jsonl").read_bytes() + encoder.encode()).hexdigest()
    return platformdirs.user_cache_path("footnote") / "eval" / f"{beir.questions.name}-{digest[:16]}"
