"""From a set and what is to be evaluated to a run."""

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs

from corpus import Store, View
from eval.beir import BeirFolder, document_ids, fill_store, gold_of, load_beir
from eval.errors import BaselineError
from eval.gold import resolve
from eval.questions import QuestionSet, load_questions
from eval.run import Run, run_questions
from eval.target import local_target, remote_target
from service.cli.loading import load_encoder
from service.ingest import fingerprint
from service.progress import progress_for
from service.settings import Settings, load_settings

__all__ = ["measured"]


def measured(
    set_path: Path,
    *,
    data: Path | None,
    url: str | None,
    k: int,
    overlap: float,
    check_set: Run | None,
    settings: Mapping[str, Any] | None = None,
) -> Run:
    """Ask every question of a set and measure what comes.

    Args:
        set_path: A JSON Lines file, or a BEIR folder, whose documents are then brought into the data folder (one in
            the user's cache if `data` is None).
        data: Data folder to ask; the settings' own if None.
        url: Address of a running service to ask instead.
        k: How many passages to ask for.
        overlap: Share of a gold span that a passage must cover.
        check_set: A run that must be over the same set, said before anything is asked.
        settings: Settings by name that win over the environment's, for a data folder.

    Raises:
        FootnoteError: The set, the store or the service cannot be used.
    """
    if set_path.is_dir():
        beir = load_beir(set_path)
        _must_match(beir.questions, check_set)
        return _measured_beir(beir, data, url, k, overlap, settings or {})
    questions = load_questions(set_path)
    _must_match(questions, check_set)
    target_of = remote_target(url) if url is not None else local_target(data, **(settings or {}))
    with target_of as target:
        gold = resolve(questions, target.text)
        return run_questions(questions, gold, target, progress_for(), k=k, overlap=overlap)


def _must_match(questions: QuestionSet, run: Run | None) -> None:
    if run is not None and run.set_sha256 != questions.sha256:
        raise BaselineError(
            f"The baseline is a run over another set ('{run.set_name}', or an earlier version of it). "
            "Make a new baseline over this one."
        )


def _measured_beir(
    beir: BeirFolder, data: Path | None, url: str | None, k: int, overlap: float, given: Mapping[str, Any]
) -> Run:
    if url is not None:
        with remote_target(url) as target:
            gold = gold_of(beir, lambda document: document)
            return run_questions(beir.questions, gold, target, progress_for(), k=k, overlap=overlap)
    settings = load_settings(data=data)
    encoder = functools.cache(lambda: load_encoder(settings))
    folder = data or _cached(beir, fingerprint(encoder(), settings), settings)
    settings = load_settings(data=folder)
    with Store(folder, create=True) as store:
        fill_store(store, beir, encoder(), settings, progress_for())
    with View(folder) as view:
        ids = document_ids(view)
    with local_target(folder, **given) as local:
        return run_questions(beir.questions, gold_of(beir, ids.get), local, progress_for(), k=k, overlap=overlap)


def _cached(beir: BeirFolder, encoder: str, settings: Settings) -> Path:
    """A folder for this corpus under this encoder, so that the next run need not encode it again."""
    digest = hashlib.sha256((beir.path / "corpus.jsonl").read_bytes() + encoder.encode()).hexdigest()
    return platformdirs.user_cache_path("footnote") / "eval" / f"{beir.path.name}-{digest[:16]}"
