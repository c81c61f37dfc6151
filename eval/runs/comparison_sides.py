"""The two sides of a comparison: each a stored run, or a data folder asked now, with settings of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import SettingsError
from eval.runs.evaluation import LoadedSet, check_same, measured
from eval.runs.run import Run, load_run
from service.settings import PREFIX, Settings, load_settings

__all__ = ["Side", "ask_sides", "parse_settings"]

STORED = ("encoder", "passage_tokens", "title_tokens")
"""What decides the vectors that a store holds: other values need another store."""

IDLE = ("data", "host", "port", "refresh_seconds", "wait_seconds")
"""What changes no answer."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side.

    Args:
        path: A stored run, or a data folder; None for the settings' own data folder.
        settings: Settings by name, for a data folder.
    """

    path: Path | None
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stored(self) -> bool:
        """Whether it was asked before."""
        return self.path is not None and not self.path.is_dir()

    def __str__(self) -> str:
        where = "the default data folder" if self.path is None else str(self.path)
        return ", ".join([where, *(f"{name}={value}" for name, value in self.settings.items())])


def parse_settings(texts: Sequence[str], k: int) -> dict[str, Any]:
    """Read `NAME=VALUE` settings that can change without encoding anything anew.

    Args:
        texts: As on the command line; names with or without `FOOTNOTE_`, in any case.
        k: How many passages are asked for.

    Raises:
        SettingsError: A setting does not exist, is out of bounds, needs another store, or would change nothing.
    """
    given: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        name = name.strip().lower().removeprefix(PREFIX.lower())
        if not sign:
            raise SettingsError(f"'{text}' is no setting. Write one such as candidates=50.")
        given[_usable(name)] = value.strip()
    settings = load_settings(**given)
    if "candidates" in given and settings.candidates < k:
        raise SettingsError(
            f"candidates={settings.candidates} would change nothing: {k} passages are asked for, and at least so many "
            f"candidates are taken. Ask for fewer with: -k {min(10, settings.candidates)}"
        )
    return {name: getattr(settings, name) for name in given}


def _usable(name: str) -> str:
    if name not in Settings.model_fields:
        usable = [known for known in Settings.model_fields if known not in (*STORED, *IDLE)]
        raise SettingsError(f"There is no setting '{name}'. Those that can be compared are: {', '.join(usable)}.")
    if name in STORED:
        raise SettingsError(
            f"'{name}' decides what a store holds, so each value needs its own. Ingest the documents into another "
            f"data folder with {PREFIX}{name.upper()} set, run the set there with --report, and compare the runs."
        )
    if name in IDLE:
        raise SettingsError(f"'{name}' changes no answer, so there is nothing to compare.")
    return name


def ask_sides(sides: Sequence[Side], given: LoadedSet | None, *, k: int, overlap: float) -> list[Run]:
    """Load the sides that are stored, then ask the others; a stored one must be over the same set.

    Args:
        sides: A and B.
        given: The set; None if both sides are stored.
        k: How many passages to ask for.
        overlap: Share of a gold span that a passage must cover.

    Raises:
        FootnoteError: A run, the set or a store cannot be used, or the sides do not fit together.
    """
    stored = {at: load_run(side.path) for at, side in enumerate(sides) if side.path is not None and side.stored}
    if given is not None:
        for run in stored.values():
            check_same(given.questions, run, k, overlap)
    runs = []
    for at, side in enumerate(sides):
        if at in stored or given is None:
            runs.append(stored[at])
        else:
            runs.append(measured(given, data=side.path, url=None, k=k, overlap=overlap, settings=side.settings))
    return runs
