"""Plots as SVG for the report, drawn by matplotlib, in colours that the page chooses (light or dark)."""

import io
import re
from collections.abc import Callable, Mapping, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from eval.measures import calibration_bins, risk_coverage
from eval.run import Outcome, Run, judged_outcomes, summarised

__all__ = ["all_plots", "by_tag", "latency", "rank_histogram", "reliability", "risk_coverage_curve"]

INK, FAINT, FIRST, SECOND = "#010203", "#020304", "#030405", "#040506"
_ROLES = {INK: "--ink", FAINT: "--faint", FIRST: "--first", SECOND: "--second"}
"""Stand-ins that are replaced by the page's CSS variables."""

LAST_RANK = 10
SHOWN_TAGS = 16


def _drawn(draw: Callable[[Axes], None], title: str, description: str, height: float = 3.0) -> str:
    """An SVG element with a title and description for screen readers."""
    with matplotlib.rc_context(
        {"svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10, "svg.hashsalt": "footnote"}
    ):
        figure = Figure(figsize=(5.6, height), layout="constrained")
        axes = figure.subplots()
        axes.set_title(title, loc="left", color=INK, fontsize=11)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            axes.spines[side].set_color(FAINT)
        axes.tick_params(colors=INK, color=FAINT)
        axes.xaxis.label.set_color(INK)
        axes.yaxis.label.set_color(INK)
        draw(axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    for colour, variable in _ROLES.items():
        svg = svg.replace(colour, f"var({variable})")
    label = f'role="img" aria-label="{description}" '
    return svg.replace("<svg ", f"<svg {label}", 1)


def by_tag(run: Run) -> str:
    """nDCG@10 and hit@1 of all questions and of each tag."""
    groups: dict[str, list[Outcome]] = {"all": list(run.outcomes)}
    for outcome in run.outcomes:
        for tag in outcome.tags:
            groups.setdefault(tag, []).append(outcome)
    rows = [(tag, summarised(outcomes), len(outcomes)) for tag, outcomes in groups.items()]
    rows = [row for row in rows if row[1]["nDCG@10"] is not None]
    rows = [row for row in rows if row[0] == "all"] + sorted((r for r in rows if r[0] != "all"), key=lambda r: -r[2])[
        :SHOWN_TAGS
    ]

    def draw(axes: Axes) -> None:
        places = list(range(len(rows)))[::-1]
        for measure, colour, marker in (("nDCG@10", FIRST, "o"), ("hit@1", SECOND, "D")):
            axes.scatter(
                [row[1][measure] or 0.0 for row in rows], places, c=colour, marker=marker, label=measure, zorder=3
            )
        axes.set_yticks(places, [f"{tag} ({count})" for tag, _, count in rows])
        axes.set_xlim(0, 1.02)
        axes.grid(axis="x", color=FAINT, linewidth=0.5)
        axes.legend(frameon=False, labelcolor=INK, loc="lower left")

    return _drawn(draw, "Ranking, by tag", "Ranking measures by tag", height=1.2 + 0.28 * len(rows))


def rank_histogram(run: Run) -> str:
    """At which rank the first passage that answers came."""
    ranks = [outcome.first_relevant for outcome in run.outcomes if outcome.answerable]
    counts = [sum(rank == place for rank in ranks) for place in range(1, LAST_RANK + 1)]
    counts += [sum(rank is not None and rank > LAST_RANK for rank in ranks), sum(rank is None for rank in ranks)]

    def draw(axes: Axes) -> None:
        bars = axes.bar(range(len(counts)), counts, color=[FIRST] * (LAST_RANK + 1) + [SECOND])
        axes.bar_label(bars, color=INK, fontsize=8)
        axes.set_xticks(range(len(counts)), [*map(str, range(1, LAST_RANK + 1)), f">{LAST_RANK}", "none"])
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylabel("answerable questions")

    return _drawn(draw, "Rank of the first passage that answers", "Histogram of the first relevant rank")


def risk_coverage_curve(run: Run) -> str:
    """How wrong the first passages are if only the surest questions are answered."""
    coverage, risk = risk_coverage(judged_outcomes(run))

    def draw(axes: Axes) -> None:
        axes.plot(coverage, risk, color=FIRST, drawstyle="steps-post")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, max([*risk, 0.05]) * 1.05)
        axes.set_xlabel("share of questions answered, surest first")
        axes.set_ylabel("share answered wrongly")
        axes.grid(color=FAINT, linewidth=0.5)

    return _drawn(draw, "Risk and coverage", "Risk-coverage curve")


def reliability(run: Run) -> str | None:
    """Probability given against share correct; None where no probability is given."""
    known = [
        (outcome.probability, judged.correct)
        for outcome, judged in zip(run.outcomes, judged_outcomes(run), strict=True)
        if outcome.probability is not None
    ]
    if not known:
        return None
    bins = calibration_bins([p for p, _ in known], [c for _, c in known])

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=FAINT, linestyle="--")
        axes.plot([mean for mean, _, _ in bins], [share for _, share, _ in bins], color=FIRST, marker="o")
        for mean, share, count in bins:
            axes.annotate(str(count), (mean, share), textcoords="offset points", xytext=(0, 6), color=INK, fontsize=8)
        axes.set_xlabel("probability given")
        axes.set_ylabel("share correct")

    return _drawn(draw, "Reliability", "Reliability diagram")


def latency(run: Run) -> str:
    """How long answers took."""
    times = [outcome.latency_ms for outcome in run.outcomes if outcome.status != "failed"]
    marks: Mapping[str, str] = {"latency_p50_ms": "p50", "latency_p95_ms": "p95", "latency_p99_ms": "p99"}

    def draw(axes: Axes) -> None:
        if times:
            axes.hist(times, bins=min(40, max(5, len(times) // 5)), color=FIRST)
        for name, label in marks.items():
            value = run.measures.get(name)
            if value is not None:
                axes.axvline(value, color=SECOND, linestyle="--", linewidth=1)
                axes.annotate(label, (value, 1), xycoords=("data", "axes fraction"), color=INK, fontsize=8)
        axes.set_xlabel("milliseconds")
        axes.set_ylabel("questions")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))

    return _drawn(draw, "Latency", "Histogram of latency")


def all_plots(run: Run) -> Sequence[str]:
    """Every plot that the run has something for."""
    plots = [by_tag(run), rank_histogram(run), risk_coverage_curve(run), reliability(run), latency(run)]
    return [plot for plot in plots if plot is not None]
