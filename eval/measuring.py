"""From a set and what is to be evaluated to a run."""

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import platformdirs

from corpus import Store, View
from eval.beir import BeirFolder, document_ids, fill_store, gold_of, load_beir
from eval.errors import BaselineError
from eval.gold import resolve
from eval.questions import QuestionSet, load_questions
from eval.run import Run, run_questions
from eval.target import local_target, remote_target
from eval.trec import load_trec
from service.cli.loading import load_encoder
from service.ingest import fingerprint
from service.progress import progress_for
from service.settings import Settings, load_settings

__all__ = ["measured", "stored_beir"]


def measured(
    set_path: Path,
    *,
    data: Path | None,
    url: str | None,
    k: int,
    overlap: float,
    check_set: Run | None,
    qrels: Path | None = None,
    topic_field: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Run:
    """Ask every question of a set and measure what comes.

    Args:
        set_path: A JSON Lines file, a BEIR folder, whose documents are then brought into the data folder (one in the
            user's cache if `data` is None), or TREC topics.
        data: Data folder to ask; the settings' own if None.
        url: Address of a running service to ask instead.
        k: How many passages to ask for.
        overlap: Share of a gold span that a passage must cover.
        check_set: A run that must be over the same set and judged alike, said before anything is asked.
        qrels: TREC judgements, for topics.
        topic_field: The topics' field to ask; the natural one if None.
        settings: Settings by name that win over the environment's, for a data folder.

    Raises:
        FootnoteError: The set, the store or the service cannot be used.
    """
    must_match = functools.partial(_must_match, run=check_set, k=k, overlap=overlap)
    if qrels is None and set_path.is_dir():
        beir = load_beir(set_path)
        must_match(beir.questions)
        return _measured_beir(beir, data, url, k, overlap, settings or {})
    trec = None if qrels is None else load_trec(set_path, qrels, topic_field)
    questions = load_questions(set_path) if trec is None else trec.questions
    must_match(questions)
    for sentence in [] if trec is None else trec.left_out:
        click.echo(sentence, err=True)
    target_of = remote_target(url) if url is not None else local_target(data, **(settings or {}))
    with target_of as target:
        gold = resolve(questions, target.text) if trec is None else trec.gold(target.document_ids())
        return run_questions(questions, gold, target, progress_for(), k=k, overlap=overlap)


def _must_match(questions: QuestionSet, run: Run | None, k: int, overlap: float) -> None:
    if run is None:
        return
    if run.set_sha256 != questions.sha256:
        raise BaselineError(
            f"The baseline is a run over another set ('{run.set_name}', or an earlier version of it). "
            "Make a new baseline over this one."
        )
    if (run.k, run.overlap) != (k, overlap):
        raise BaselineError(
            f"The baseline was made with -k {run.k} --overlap {run.overlap:g}. "
            "Ask with the same, or make a new baseline."
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
    """Bring a BEIR folder's documents into a data folder, those that are not there yet.

    Args:
        beir: The data set.
        data: The data folder; one in the user's cache, which is found again, if None.

    Returns:
        The data folder, and the store's ids of the documents by their own.

    Raises:
        FootnoteError: The documents or the store cannot be used.
    """
    documents = list(beir.documents())
    settings = load_settings(data=data)
    encoder = functools.cache(lambda: load_encoder(settings))
    folder = data or _cached(beir, fingerprint(encoder(), settings), settings)
    settings = load_settings(data=folder)
    with Store(folder, create=True) as store:
        fill_store(store, documents, encoder(), settings, progress_for())
    with View(folder) as view:
        return folder, document_ids(view)


def _cached(beir: BeirFolder, encoder: str, settings: Settings) -> Path:
    """A folder for this corpus under this encoder, so that the next run need not encode it again."""
    digest = hashlib.sha256((beir.path / "corpus.jsonl").read_bytes() + encoder.encode()).hexdigest()
    return platformdirs.user_cache_path("footnote") / "eval" / f"{beir.path.name}-{digest[:16]}"
