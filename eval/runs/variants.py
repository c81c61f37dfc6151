"""The variants A and B of a comparison: each a stored run, or a data folder with settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import SettingsError
from eval.runs.evaluation import LoadedSet, check_same, measured
from eval.runs.run import Run, load_run
from service.settings import PREFIX, Settings, load_settings

STORED = ("encoder", "passage_tokens", "title_tokens")
"""Settings that determine the stored vectors: other values need another store."""

IDLE = ("data", "host", "port", "refresh_seconds", "wait_seconds")
"""Settings that change no answer."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant.

    Args:
        path: A stored run, or a data folder; None for the data folder of the settings.
        settings: Settings by name, for a data folder.
    """

    path: Path | None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stored(self) -> bool:
        """Whether it is a stored run."""
        return self.path is not None and not self.path.is_dir()

    def __str__(self) -> str:
        where = "the default data folder" if self.path is None else str(self.path)
        return ", ".join([where, *(f"{name}={value}" for name, value in self.settings.items())])


def parse_settings(texts: Sequence[str], k: int) -> dict[str, Any]:
    """Parse `NAME=VALUE` settings that need no new encoding.

    Args:
        texts: Arguments of the command line; names with or without `FOOTNOTE_`, in any case.
        k: Number of passages per question.

    Raises:
        SettingsError: A setting does not exist, is out of bounds, needs another store, or has no effect.
    """
    given: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        name = name.strip().lower().removeprefix(PREFIX.lower())
        if not sign:
            raise SettingsError(f"'{text}' is not a setting. Write one such as candidates=50.")
        given[_usable(name)] = value.strip()
    settings = load_settings(**given)
    if "candidates" in given and settings.candidates < k:
        raise SettingsError(
            f"candidates={settings.candidates} has no effect: {k} passages are requested, and at least {k} "
            f"candidates are examined. Request fewer with: -k {min(10, settings.candidates)}"
        )
    return {name: getattr(settings, name) for name in given}


def _usable(name: str) -> str:
    if name not in Settings.model_fields:
        usable = [known for known in Settings.model_fields if known not in (*STORED, *IDLE)]
        raise SettingsError(f"There is no setting '{name}'. Settings that can be compared: {', '.join(usable)}.")
    if name in STORED:
        raise SettingsError(
            f"'{name}' determines what a store holds, so each value needs its own store. Ingest the documents "
            f"into another data folder with {PREFIX}{name.upper()} set, run the set there with --report, and "
            "compare the runs."
        )
    if name in IDLE:
        raise SettingsError(f"'{name}' changes no answer, so there is nothing to compare.")
    return name


def variant_runs(variants: Sequence[Variant], given: LoadedSet | None, *, k: int, overlap: float) -> list[Run]:
    """Load the stored variants, then ask the others.

    Args:
        variants: A and B.
        given: The set; None if both variants are stored.
        k: Number of passages per question.
        overlap: Share of a gold span that a relevant passage covers.

    Raises:
        FootnoteError: A run, the set or a store cannot be used, or a stored run is over another set.
    """
    stored = {
        at: load_run(variant.path) for at, variant in enumerate(variants) if variant.path is not None and variant.stored
    }
    if given is not None:
        for run in stored.values():
            check_same(given.questions, run, k, overlap)
    runs = []
    for at, variant in enumerate(variants):
        if at in stored or given is None:
            runs.append(stored[at])
        else:
            runs.append(measured(given, data=variant.path, url=None, k=k, overlap=overlap, settings=variant.settings))
    return runs
