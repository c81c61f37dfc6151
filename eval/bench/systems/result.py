"""What was measured of each system, and how it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import click

from service.runtime.terminal import plain

__all__ = ["SystemResult", "as_markdown", "print_systems"]

MEASURES = ("nDCG@10", "hit@1", "hit@5", "recall@100")
LATENCIES = ("latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "cpu_p50_ms")
HEADINGS = ("system", *MEASURES, "p50 ms", "p95 ms", "p99 ms", "CPU ms", "passages/s", "passages/CPU s", "peak MiB")
YARDSTICK = "plain"


@dataclass(frozen=True, slots=True)
class SystemResult:
    """One system's figures. Those of a system that was not measured are empty or None, and `note` says why.

    Args:
        name: As in `SYSTEMS`.
        description: What it is and how it is set.
        status: Whether it was measured.
        versions: Of its packages.
        passages: How many were ingested.
        questions: How many were asked.
        measures: Means over the questions, in [0, 1]. `recall@100` is of a second, deeper round.
        latency: `latency_p50_ms` and the like, of one question at a time, asking for ten passages; `cpu_p50_ms` is the
            median processor time, which says the most where other programs use the machine.
        ingest_passages_per_s: Without loading the model.
        ingest_passages_per_cpu_s: For each second of processor time.
        peak_mib: The most memory that its process held, Python and model included.
        note: What else must be known: what to install, or a crashed system's last words.
    """

    name: str
    description: str
    status: Literal["measured", "not installed", "failed"]
    versions: Mapping[str, str] = field(default_factory=dict)
    passages: int = 0
    questions: int = 0
    measures: Mapping[str, float] = field(default_factory=dict)
    latency: Mapping[str, float] = field(default_factory=dict)
    ingest_passages_per_s: float | None = None
    ingest_passages_per_cpu_s: float | None = None
    peak_mib: float | None = None
    note: str = ""


def as_markdown(results: Sequence[SystemResult]) -> str:
    """A table, with how many times the plain recipe's figure in brackets, then what each system is."""
    yardstick = next((r for r in results if r.name == YARDSTICK and r.status == "measured"), None)
    lines = ["| " + " | ".join(row) + " |" for row in (HEADINGS, ["---"] * len(HEADINGS))]
    lines += ["| " + " | ".join(_row(result, yardstick)) + " |" for result in results]
    lines.append("")
    for result in results:
        versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
        described = f"{result.description} ({versions})" if versions else result.description
        lines.append(f"- **{result.name}**: {described}.")
        if result.note:
            lines.append(f"  {result.status.capitalize()}: {result.note}")
    if yardstick is not None:
        lines += ["", f"In brackets: times the figure of `{YARDSTICK}`."]
    return "\n".join(lines) + "\n"


def _row(result: SystemResult, yardstick: SystemResult | None) -> list[str]:
    if result.status != "measured":
        return [result.name, result.status, *[""] * (len(HEADINGS) - 2)]
    ours, theirs = _costs(result), None if yardstick is None else _costs(yardstick)
    costs = [_cost(value, None if theirs is None else theirs[at]) for at, value in enumerate(ours)]
    return [result.name, *(f"{result.measures[name]:.3f}" for name in MEASURES), *costs]


def _costs(result: SystemResult) -> list[float]:
    latencies = [result.latency[name] for name in LATENCIES]
    rates = (result.ingest_passages_per_s, result.ingest_passages_per_cpu_s, result.peak_mib)
    return [*latencies, *(rate or 0.0 for rate in rates)]


def _cost(value: float, yardstick: float | None) -> str:
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
    return f"{shown} (×{value / yardstick:.2f})" if yardstick else shown


def print_systems(results: Sequence[SystemResult]) -> None:
    """Print the table."""
    click.echo(plain(as_markdown(results)), nl=False)
