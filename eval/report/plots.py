"""The plots of a report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from eval.measures import calibration_bins, risk_coverage
from eval.report.svg import FAINT, FIRST, INK, SECOND, Plot, axis_label, draw_svg
from eval.runs import QuestionOutcome, Run, answer_pairs, judged_outcomes, passage_pairs, summarised

LAST_RANK = 10
SHOWN_TAGS = 16


def tag_groups(outcomes: Sequence[QuestionOutcome]) -> dict[str, list[QuestionOutcome]]:
    """Group the questions by tag, most frequent tag first."""
    groups: dict[str, list[QuestionOutcome]] = {}
    for outcome in outcomes:
        for tag in outcome.tags:
            groups.setdefault(tag, []).append(outcome)
    return dict(sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])))


def by_tag(run: Run, name: str) -> Plot:
    """Plot the ranking measures of all questions and of each tag with answerable ones."""
    groups = {"all": run.outcomes, **tag_groups(run.outcomes)}
    rows = _rows(groups)
    plot = _dots(rows[: SHOWN_TAGS + 1], "Ranking by tag", name)
    if len(rows) > SHOWN_TAGS + 1:
        reading = f"{plot.reading} The {SHOWN_TAGS} most frequent of {len(rows) - 1} tags; the table has all."
        return replace(plot, reading=reading)
    return plot


def by_set(runs: Sequence[Run], name: str) -> Plot:
    """Plot the ranking measures of each run with answerable questions."""
    counted = [(run.set_name, run.measures, sum(outcome.answerable for outcome in run.outcomes)) for run in runs]
    return _dots([row for row in counted if row[2]], "Ranking by set", name)


def _rows(groups: Mapping[str, Sequence[QuestionOutcome]]) -> list[tuple[str, dict[str, float | None], int]]:
    counted = {group: sum(outcome.answerable for outcome in outcomes) for group, outcomes in groups.items()}
    return [(group, summarised(groups[group]), count) for group, count in counted.items() if count]


def _dots(rows: Sequence[tuple[str, Mapping[str, float | None], int]], title: str, name: str) -> Plot:
    if not rows:
        return Plot(title, "Not available: no question of the set is answerable.", "", None)
    found = [(row[1]["nDCG@10"] or 0.0, row[1]["hit@1"] or 0.0) for row in rows]

    def draw(axes: Axes) -> None:
        places = list(range(len(rows)))[::-1]
        axes.hlines(places, [min(pair) for pair in found], [max(pair) for pair in found], color=FAINT, linewidth=2)
        axes.scatter([pair[0] for pair in found], places, c=FIRST, marker="o", label="nDCG@10", zorder=3, clip_on=False)
        axes.scatter([pair[1] for pair in found], places, c=SECOND, marker="D", label="hit@1", zorder=3, clip_on=False)
        axes.set_yticks(places, [f"{axis_label(group)} ({count})" for group, _, count in rows])
        axes.set_xlim(-0.03, 1.03)
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.grid(axis="x", color=FAINT, linewidth=0.5)
        axes.legend(
            frameon=False, labelcolor=INK, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, handletextpad=0
        )

    values = "; ".join(
        f"{axis_label(group)} {pair[0]:.2f} and {pair[1]:.2f}" for (group, *_), pair in zip(rows, found, strict=True)
    )
    description = f"{title}, nDCG@10 and hit@1: {values}."
    reading = "Further right is better; the number of answerable questions is in brackets."
    return Plot(title, reading, description, draw_svg(draw, name, description, height=1.0 + 0.29 * len(rows)))


def rank_histogram(run: Run, name: str) -> Plot:
    """Plot the rank of the first relevant passage."""
    title = "Rank of the first passage that answers"
    ranks = [outcome.first_relevant for outcome in run.outcomes if outcome.answerable]
    if not ranks:
        return Plot(title, "Not available: no question of the set is answerable.", "", None)
    counts = [sum(rank == place for rank in ranks) for place in range(1, LAST_RANK + 1)]
    counts += [sum(rank is not None and rank > LAST_RANK for rank in ranks), sum(rank is None for rank in ranks)]
    labels = [*map(str, range(1, LAST_RANK + 1)), f"{LAST_RANK + 1}+", "\nnone"]

    def draw(axes: Axes) -> None:
        bars = axes.bar(range(len(counts)), counts, color=[FIRST] * LAST_RANK + [SECOND] * 2)
        axes.bar_label(bars, [str(count) if count else "" for count in counts], color=INK, fontsize=9)
        axes.set_xticks(range(len(counts)), labels)
        axes.tick_params(axis="x", labelsize=9)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("rank")
        axes.set_ylabel("questions")

    found = ", ".join(f"{count} at {label}" for count, label in zip(counts, labels, strict=True) if count)
    description = f"{title}, of {len(ranks)} answerable questions: {found}."
    return Plot(title, "The more at 1, the better.", description, draw_svg(draw, name, description))


def risk_coverage_curve(run: Run, name: str) -> Plot:
    """Plot the share of wrong answers among the most confident questions, with the border in use."""
    judged = judged_outcomes(run)
    coverage, risk = risk_coverage(judged)
    answered = [j for j in judged if j.status == "answered"]
    share, wrong = len(answered) / len(judged), sum(not j.right for j in answered) / max(1, len(answered))
    area = "" if run.measures["AURC"] is None else f" The area under the curve (AURC) is {run.measures['AURC']:.3f}."

    def draw(axes: Axes) -> None:
        axes.plot([0, *coverage], [risk[0], *risk], color=FIRST, drawstyle="steps-post")
        if answered:
            axes.scatter([share], [wrong], c=SECOND, marker="D", zorder=3, label="border in use")
            axes.legend(frameon=False, labelcolor=INK, loc="lower right")
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, max(*risk, wrong, 0.05) * 1.08)
        axes.set_xlabel("share of questions claimed, most confident first")
        axes.set_ylabel("share of claims that are wrong")
        axes.grid(color=FAINT, linewidth=0.5)

    description = (
        f"Risk and coverage: if every answer were claimed, {risk[-1]:.0%} would be wrong; "
        f"with the border in use, {share:.0%} of questions get a claimed answer and {wrong:.0%} of these are wrong."
        f"{area}"
    )
    reading = (
        "Lower is better. If the curve rises to the right, confidence separates right from wrong answers."
        f"{'' if answered else ' No answer is claimed at the border in use.'}{area}"
    )
    return Plot("Risk and coverage", reading, description, draw_svg(draw, name, description))


def reliability(run: Run, name: str) -> Plot:
    """Plot predicted probabilities of answers and of first passages against the shares that are right."""
    lines = [
        (label, calibration_bins([p for p, _ in pairs], [right for _, right in pairs]), colour, marker)
        for label, pairs, colour, marker in (
            ("answer", answer_pairs(run.outcomes), FIRST, "o"),
            ("first passage", passage_pairs(run.outcomes), SECOND, "D"),
        )
        if pairs
    ]
    if not lines:
        return Plot("Reliability", "Not available: answers have no probability without a calibration.", "", None)

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=FAINT, linestyle="--")
        for label, bins, colour, marker in lines:
            axes.plot(
                [mean for mean, *_ in bins], [share for _, share, _ in bins], c=colour, marker=marker, label=label
            )
        for mean, share, count in lines[0][1]:
            axes.annotate(f"{count:g}", (mean, share), textcoords="offset points", xytext=(0, 6), color=INK, fontsize=9)
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.1)
        axes.set_xlabel("predicted probability")
        axes.set_ylabel("share right")
        axes.legend(frameon=False, labelcolor=INK, loc="upper left")

    found = "; ".join(
        f"{label}, {mean:.2f} predicted, {share:.2f} right, {count:g} questions"
        for label, bins, *_ in lines
        for mean, share, count in bins
    )
    description = f"Reliability: {found}."
    reading = (
        "On the dashed line, probabilities equal the share that is right; "
        f"the numbers are counts of questions on the line of the {lines[0][0]}."
    )
    return Plot("Reliability", reading, description, draw_svg(draw, name, description))


def latency(run: Run, name: str) -> Plot:
    """Plot the latency."""
    times = [outcome.latency_ms for outcome in run.outcomes if outcome.status != "failed"]
    if not times:
        return Plot("Latency", "Not available: every question failed.", "", None)
    marks = {label: run.measures[f"latency_{label}_ms"] or 0.0 for label in ("p50", "p95", "p99")}

    def draw(axes: Axes) -> None:
        axes.hist(times, bins=min(40, max(5, len(times) // 5)), color=FIRST)
        for (label, value), line in zip(marks.items(), ("-", "--", ":"), strict=True):
            axes.axvline(value, color=SECOND, linestyle=line, linewidth=1.5, label=f"{label} {value:.0f} ms")
        axes.legend(frameon=False, labelcolor=INK, loc="upper right")
        axes.set_xlabel("milliseconds")
        axes.set_ylabel("questions")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))

    found = ", ".join(f"{label} {value:.0f} ms" for label, value in marks.items())
    description = f"Latency of {len(times)} answers: {found}, longest {max(times):.0f} ms."
    return Plot("Latency", "Time per answer, one question at a time.", description, draw_svg(draw, name, description))


def all_plots(run: Run) -> Sequence[Plot]:
    """Draw every plot, in the order of the page."""
    drawn = (by_tag, rank_histogram, risk_coverage_curve, latency, reliability)
    return [draw(run, f"plot{number}") for number, draw in enumerate(drawn)]
