"""HTML pages of runs and comparisons: self-contained, with a policy that forbids requests."""

import base64
import datetime
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from eval.measures import MEANINGS
from eval.reading import Reading, ReadingComparison
from eval.report.plots import all_plots, by_set, tag_groups
from eval.report.reading_text import differences_of, measure_table, shares_of
from eval.report.text import claims_sentence, required, shown
from eval.runs import (
    FAULTS,
    VERDICTS,
    ChangedQuestion,
    Check,
    Comparison,
    Evaluation,
    QuestionOutcome,
    Run,
    RunPassage,
    confusion,
    differences,
    summarised,
    verdict,
)

DEFAULT_ADDRESS = "http://127.0.0.1:8000"
"""Address of links to documents for a run in process: the default of `footnote serve`."""

SHOWN_PASSAGES = 3
CHANGED = 20

HEADLINE = ("nDCG@10", "hit@1", "answer_accuracy", "claimed", "wrong_claims", "latency_p50_ms")
BY_TAG = ("nDCG@10", "MRR@10", "hit@1", "hit@5", "recall@10", "answer_accuracy", "claimed", "wrong_claims")

COLOURS: Mapping[str, str] = {
    **dict.fromkeys(FAULTS, "bad"),
    "wrong-sentence": "half",
    "right": "good",
    "rightly-refused": "good",
}
"""CSS class of each verdict that has a colour."""


def render(run: Run, comparison: Comparison | None, checks: Sequence[Check]) -> str:
    """Return the page of a run as HTML."""
    rows = _rows(run)
    tags = tag_groups(run.outcomes)
    verdicts = [verdict(outcome) for outcome in run.outcomes]
    return _page(
        "report.html",
        run=run,
        local="url" not in run.target,
        address=_address(run) or DEFAULT_ADDRESS,
        headline=[(measure, shown(measure, run.measures.get(measure))) for measure in HEADLINE],
        measures=[(measure, shown(measure, value)) for measure, value in run.measures.items()],
        plots=[(plot, Markup(plot.svg or "")) for plot in all_plots(run)],  # noqa: S704 - drawn here, labels escaped
        tag_measures=BY_TAG,
        tag_rows=[(tag, len(outcomes), summarised(outcomes)) for tag, outcomes in tags.items()],
        tags=sorted(tags),
        verdicts=[(key, words, verdicts.count(key)) for key, words in VERDICTS.items() if key in verdicts],
        colours=COLOURS,
        confusion=[(key, VERDICTS[key], counts) for key, counts in confusion(run.outcomes).items()],
        claims=claims_sentence(run),
        faults=sum(key in FAULTS for key in verdicts),
        rows=rows,
        checks=checks,
        comparison=comparison,
        **_compared(comparison),
    )


def render_overview(evaluations: Sequence[Evaluation]) -> str:
    """Return the overview of multiple sets as HTML, with links to the page of each set."""
    runs = [evaluation.run for evaluation in evaluations]
    checks = [(e.run.set_name, check) for e in evaluations for check in e.checks]
    plot = by_set(runs, "plot")
    return _page(
        "overview.html",
        first=runs[0],
        questions=sum(len(run.outcomes) for run in runs),
        plot=plot,
        svg=Markup(plot.svg or ""),  # noqa: S704 - drawn here, labels escaped
        sets=[
            {
                "name": e.run.set_name,
                "href": f"{quote(e.run.set_name, safe='')}/index.html",
                "count": len(e.run.outcomes),
                "failed": e.run.failed,
                "values": [shown(measure, e.run.measures.get(measure)) for measure in HEADLINE],
                "passed": e.passed,
                "required": required(e.checks),
            }
            for e in evaluations
        ],
        headline=HEADLINE,
        measures=[(name, [shown(name, run.measures.get(name)) for run in runs]) for name in runs[0].measures],
        checks=checks,
        missed=[(name, check) for name, check in checks if not check.passed],
    )


def render_comparison(comparison: Comparison) -> str:
    """Return the page of a comparison as HTML."""
    return _page("comparison.html", comparison=comparison, **_compared(comparison))


def render_reading(reading: Reading, comparison: ReadingComparison | None, checks: Sequence[Check]) -> str:
    """Return the page of a reading as HTML."""
    return _page(
        "reading.html",
        reading=reading,
        comparison=comparison,
        checks=checks,
        table=measure_table(reading),
        shares_of=shares_of,
        differences_of=differences_of,
    )


def _page(template: str, **values: Any) -> str:  # noqa: ANN401 - the variables of the template
    environment = Environment(
        loader=PackageLoader("eval.report"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    loader = environment.loader
    script = "" if loader is None else loader.get_source(environment, "report.js")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = environment.get_template(template)
    return page.render(script=Markup(script), script_hash=digest, meanings=MEANINGS, **values)  # noqa: S704 - ours


def _moment(started: str) -> str:
    """Format the start of a run, to the minute."""
    return datetime.datetime.fromisoformat(started).astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")


def _compared(comparison: Comparison | None) -> dict[str, Any]:
    if comparison is None:
        return {"changed": [], "differences": []}
    return {
        "changed": [_changed(change, comparison) for change in comparison.changed[:CHANGED]],
        "differences": differences(comparison.a, comparison.b),
    }


def _changed(change: ChangedQuestion, comparison: Comparison) -> dict[str, Any]:
    variants = ((comparison.a, change.a), (comparison.b, change.b))
    return {
        "change": change.change,
        "measure": change.measure,
        "question": change.a,
        "variants": [_first_passage(run, outcome) for run, outcome in variants],
    }


def _first_passage(run: Run, outcome: QuestionOutcome) -> dict[str, Any]:
    first = outcome.passages[0] if outcome.passages else None
    return {
        "verdict": VERDICTS[verdict(outcome)],
        "rank": outcome.first_relevant,
        "text": outcome.error or (None if first is None else _highlighted(first)),
        "title": None if first is None else first.title or first.document,
        "href": None if first is None else _href(_address(run), first.document, first.start, first.end),
    }


def _highlighted(passage: RunPassage) -> str:
    return passage.text if passage.highlight is None else passage.text[slice(*passage.highlight)]


def _worst_first(outcome: QuestionOutcome) -> tuple[int, float, str]:
    """Return a sort key: the verdict, then nDCG@10."""
    return (list(VERDICTS).index(verdict(outcome)), outcome.values.get("nDCG@10", 1.0), outcome.id)


def _rows(run: Run) -> dict[str, Any]:
    """Return the data of the table of questions; repeated texts are stored once."""
    texts: dict[str, int] = {}
    address = _address(run)
    rows = [_row(outcome, run, address, texts) for outcome in sorted(run.outcomes, key=_worst_first)]
    return {"verdicts": dict(VERDICTS), "faults": FAULTS, "colours": dict(COLOURS), "texts": list(texts), "rows": rows}


def _row(outcome: QuestionOutcome, run: Run, address: str | None, texts: dict[str, int]) -> dict[str, Any]:
    came = [p for p in outcome.passages if p.rank <= SHOWN_PASSAGES or p.rank == outcome.first_relevant]
    return {
        "id": outcome.id,
        "question": outcome.question,
        "tags": outcome.tags,
        "verdict": verdict(outcome),
        "status": outcome.status,
        "error": outcome.error,
        "value": outcome.values.get("nDCG@10"),
        "rank": outcome.first_relevant,
        "ms": round(outcome.latency_ms),
        "expected": _expected(outcome, list(run.qrels.get(outcome.id, ())), address),
        "answer": outcome.answer,
        "passages": [
            {
                "rank": passage.rank,
                "title": passage.title or passage.document,
                "href": _href(address, passage.document, passage.start, passage.end),
                "score": round(passage.score, 3),
                "relevant": passage.relevant,
                "text": texts.setdefault(passage.text, len(texts)),
                "highlight": passage.highlight,
            }
            for passage in came
        ],
    }


def _expected(outcome: QuestionOutcome, items: Sequence[str], address: str | None) -> list[dict[str, str | None]]:
    """Return the gold, with links if the run has its positions."""
    if len(items) != len(outcome.expected):
        return [{"text": text, "href": None} for text in outcome.expected]
    return [
        {"text": text, "href": _item_href(address, item)} for text, item in zip(outcome.expected, items, strict=True)
    ]


def _item_href(address: str | None, item: str) -> str | None:
    span = re.fullmatch(r"(?P<document>.*)#(?P<start>\d+),(?P<end>\d+)", item, re.DOTALL)
    if span is None:
        return _href(address, item)
    return _href(address, span["document"], int(span["start"]), int(span["end"]))


def _address(run: Run) -> str | None:
    """Return the address of the run's documents; None if it is not a web address."""
    address = str(run.target.get("url", DEFAULT_ADDRESS)).rstrip("/")
    return address if address.startswith(("http://", "https://")) else None


def _href(address: str | None, document: str, start: int | None = None, end: int | None = None) -> str | None:
    if address is None:
        return None
    place = "" if start is None else f"#char={start},{end}"
    return f"{address}/documents/{quote(document, safe='')}{place}"
