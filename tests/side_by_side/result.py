"""The result of each system, and the table of all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["SystemResult", "as_markdown"]

MEASURES = ("nDCG@10", "hit@1", "hit@5", "recall@100")
LATENCIES = ("latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "cpu_p50_ms")
HEADINGS = ("system", *MEASURES, "p50 ms", "p95 ms", "p99 ms", "CPU ms", "passages/s", "passages/CPU s", "peak MiB")
REFERENCE = "plain"


@dataclass(frozen=True, slots=True)
class SystemResult:
    """The result of one system. Figures are empty or None unless `status` is `measured`; then `note` has the reason.

    Args:
        name: Key in `SYSTEMS`.
        description: The system and its configuration.
        status: Whether the system was measured.
        versions: Versions of its packages.
        passages: Number of passages ingested.
        questions: Number of questions asked.
        measures: Means over the questions, in [0, 1]; `recall@100` is from the deep round.
        latency: `latency_p50_ms` etc. of one question at a time with ten passages; `cpu_p50_ms` is the median
            processor time, the figure to compare on a busy machine.
        ingest_passages_per_s: Ingest rate, without loading the model.
        ingest_passages_per_cpu_s: Ingest rate per second of processor time.
        peak_mib: Peak resident memory of the process, Python and model included.
        note: The command that installs a missing system, or the last output of one that crashed.
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
    """Return a table, with the ratio to the plain recipe in brackets, and a description of each system."""
    reference = next((r for r in results if r.name == REFERENCE and r.status == "measured"), None)
    lines = ["| " + " | ".join(row) + " |" for row in (HEADINGS, ["---"] * len(HEADINGS))]
    lines += ["| " + " | ".join(_row(result, reference)) + " |" for result in results]
    lines.append("")
    for result in results:
        versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
        description = f"{result.description} ({versions})" if versions else result.description
        lines.append(f"- **{result.name}**: {description}.")
        if result.note:
            lines.append(f"  {result.status.capitalize()}: {result.note}")
    if reference is not None:
        lines += ["", f"In brackets: times the figure of `{REFERENCE}`."]
    return "\n".join(lines) + "\n"


def _row(result: SystemResult, reference: SystemResult | None) -> list[str]:
    if result.status != "measured":
        return [result.name, result.status, *[""] * (len(HEADINGS) - 2)]
    costs = _costs(result)
    references = [0.0] * len(costs) if reference is None else _costs(reference)
    ratios = [_cost(*pair) for pair in zip(costs, references, strict=True)]
    return [result.name, *(f"{result.measures[name]:.3f}" for name in MEASURES), *ratios]


def _costs(result: SystemResult) -> list[float]:
    latencies = [result.latency[name] for name in LATENCIES]
    rates = (result.ingest_passages_per_s, result.ingest_passages_per_cpu_s, result.peak_mib)
    return [*latencies, *(rate or 0.0 for rate in rates)]


def _cost(value: float, reference: float) -> str:
    text = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
    return f"{text} (×{value / reference:.2f})" if reference else text
