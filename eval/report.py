"""The report: one page that needs nothing from elsewhere."""

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from eval.compare import Comparison
from eval.gate import Check
from eval.output import shown
from eval.plots import all_plots
from eval.run import Outcome, Run, RunPassage

__all__ = ["render"]

DEFAULT_ADDRESS = "http://127.0.0.1:8000"
"""Where links to documents lead if the run asked in process: the address of `footnote serve`."""


def render(run: Run, comparison: Comparison | None, checks: Sequence[Check]) -> str:
    """The whole page as HTML."""
    environment = Environment(
        loader=PackageLoader("eval", "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    address = str(run.target.get("url", DEFAULT_ADDRESS)).rstrip("/")
    return environment.get_template("report.html").render(
        run=run,
        plots=[Markup(plot) for plot in all_plots(run)],  # noqa: S704 - drawn here; tags are escaped by matplotlib
        rows=[_row(outcome, address) for outcome in sorted(run.outcomes, key=_worst_first)],
        tags=sorted({tag for outcome in run.outcomes for tag in outcome.tags}),
        measures=[(measure, shown(measure, value)) for measure, value in run.measures.items()],
        checks=checks,
        comparison=comparison,
    )


def _worst_first(outcome: Outcome) -> tuple[float, str]:
    return (outcome.values.get("nDCG@10", outcome.values["refusal_accuracy"]), outcome.id)


def _row(outcome: Outcome, address: str) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "value": outcome.values.get("nDCG@10"),
        "good": _worst_first(outcome)[0] >= 1.0,
        "passages": [{"passage": p, "href": _href(p, address), "parts": _parts(p)} for p in outcome.passages[:3]],
    }


def _href(passage: RunPassage, address: str) -> str:
    return f"{address}/documents/{passage.document}#char={passage.start},{passage.end}"


def _parts(passage: RunPassage) -> tuple[str, str, str]:
    """A passage's text before, in and after its highlight."""
    start, end = passage.highlight or (0, 0)
    return passage.text[:start], passage.text[start:end], passage.text[end:]
