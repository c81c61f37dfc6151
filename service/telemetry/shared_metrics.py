"""Metrics of several processes, in files that prometheus_client adds up at each scrape."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Gauge, values
from prometheus_client.registry import Collector

FILE_BYTES: Final = {"counter": 64 * 1024, "histogram": 2 * 1024 * 1024}
"""Space of each kind of file. The histograms need 5 KB for each route and status: this is space for 400."""

GAUGE_BYTES = 64 * 1024

Mode = Literal["livemax", "livemin", "livemostrecent", "livesum"]

MODES: Final[dict[str, Mode]] = {
    "footnote_store_documents": "livemostrecent",
    "footnote_store_generation": "livemin",
    "footnote_store_passages": "livemostrecent",
    "footnote_store_stale": "livemax",
    "process_start_time_seconds": "livemin",
}
"""How the gauges of living processes become one; the others are added up."""


def use_files(folder: Path, slot: int) -> None:
    """Keep the values of all metrics that are created from now on in files.

    prometheus_client selects this by an environment variable, when it is imported. Here it is selected later, so that
    the order of imports does not matter, and the files have the number of the worker in place of its process id.

    The space of the files is reserved: writing to a mapped file on a full disk would kill the process.

    Args:
        folder: Of the files.
        slot: Number of this process among those that use the folder.

    Raises:
        OSError: The folder cannot be used, or is full.
    """
    for kind in ("counter", "histogram", *(f"gauge_{mode}" for mode in ("livesum", *MODES.values()))):
        _reserve(folder / f"{kind}_{slot}.db", FILE_BYTES.get(kind, GAUGE_BYTES))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    values.ValueClass = values.MultiProcessValue(lambda: slot)  # type: ignore[no-untyped-call]


def use_memory() -> None:
    """Keep the values of all metrics that are created from now on in memory."""
    values.ValueClass = values.MutexValue


def _reserve(path: Path, size: int) -> None:
    if path.exists():
        return
    new = path.with_suffix(".new")
    try:
        with new.open("wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:
                file.write(bytes(size))
        new.rename(path)  # scrapes of other processes read whole files
    except OSError:
        new.unlink(missing_ok=True)
        raise


class LiveGauges:
    """Gauges that copy the values of collectors, which are read in their own process only, to the files.

    Args:
        collectors: Yield families of one sample without labels.
    """

    def __init__(self, collectors: Sequence[Collector]) -> None:
        self._collectors = collectors
        self._registry = CollectorRegistry()
        self._gauges: dict[str, Gauge] = {}

    def publish(self) -> None:
        """Copy the present values."""
        for collector in self._collectors:
            for family in collector.collect():
                [sample] = family.samples
                if sample.name not in self._gauges:
                    mode: Mode = MODES.get(sample.name, "livesum")
                    self._gauges[sample.name] = Gauge(
                        sample.name, family.documentation, registry=self._registry, multiprocess_mode=mode
                    )
                self._gauges[sample.name].set(sample.value)
