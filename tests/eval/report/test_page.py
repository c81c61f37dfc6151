"""The report in a real browser: no requests, every question found, no script injected."""

import dataclasses
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from eval.measures import MEANINGS
from eval.reading.comparison import compare_readings
from eval.reading.fidelity import compare_words
from eval.reading.result import READING_MEASURES, FileReading, Reading
from eval.report.page import render, render_comparison, render_overview, render_reading
from eval.runs.comparison import compare
from eval.runs.gate import Check
from eval.runs.multiple import Evaluation
from eval.runs.run import FORMAT, QuestionOutcome, Run, RunPassage
from eval.runs.summary import summarised

ATTACK = "</script><script>window.owned = 1</script><img src=x onerror='window.owned = 1'>\"><b>bold</b> 🔦"

Open = Callable[..., Page]


def passage(
    document: str = "chronicle", rank: int = 1, *, relevant: bool = True, text: str = "🌊 The sea."
) -> RunPassage:
    return RunPassage(f"{document}-{rank}", rank, 0.5, document, document, 10, 20, text, (2, 5), relevant)


def outcome(name: str, **changes: Any) -> QuestionOutcome:
    made = QuestionOutcome(
        id=name,
        question=f"What of {name}?",
        tags=("sea",),
        answerable=True,
        expected=("The sea",),
        status="answered",
        reason=None,
        error=None,
        confidence=0.5,
        probability=None,
        passage_probability=None,
        answer="The",
        right=True,
        first_relevant=1,
        values={"nDCG@10": 1.0, "hit@1": 1.0, "refusal_accuracy": 1.0},
        latency_ms=12.0,
        items=(),
        passages=(passage(),),
    )
    return dataclasses.replace(made, **changes)


def failed(name: str) -> QuestionOutcome:
    values = {"nDCG@10": 0.0, "hit@1": 0.0, "refusal_accuracy": 0.0}
    gone: dict[str, Any] = {"confidence": None, "answer": None, "right": False, "first_relevant": None, "passages": ()}
    return outcome(name, status="failed", error="It went away.", values=values, **gone)


def refused(name: str, **changes: Any) -> QuestionOutcome:
    return outcome(name, status="not_found", answer=None, **changes)


def doubted(name: str, **changes: Any) -> QuestionOutcome:
    return outcome(name, status="uncertain", reason="doubt", answer=None, **changes)


OUTCOMES = (
    outcome("right"),
    outcome(
        "late",
        right=False,
        tags=("land",),
        first_relevant=4,
        values={"nDCG@10": 0.43, "hit@1": 0.0, "refusal_accuracy": 1.0},
    ),
    refused("refused", values={"nDCG@10": 1.0, "hit@1": 1.0, "refusal_accuracy": 0.0}),
    refused(
        "rightly", answerable=False, expected=(), right=False, first_relevant=None, values={"refusal_accuracy": 1.0}
    ),
    failed("failed"),
)


def run_of(*outcomes: QuestionOutcome, **target: Any) -> Run:
    qrels = {o.id: {"chronicle#10,17": 1} for o in outcomes if o.answerable}
    about = {"kind": "in process", "documents": 1, "passages": 1, "generation": 1, **target}
    return Run(FORMAT, "mini", "0", "2026-01-01T00:00:00+00:00", 10, 0.5, about, summarised(outcomes), outcomes, qrels)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("No chromium was found; on Debian: apt-get install chromium")
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def show(chromium: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a page from its file, and assert that it sends no request, logs no error and runs no injected script."""
    contexts: list[BrowserContext] = []
    requests: list[str] = []
    complaints: list[str] = []

    def _show(html: str, **options: Any) -> Page:
        file = tmp_path / "index.html"
        file.write_text(html, encoding="utf-8")
        contexts.append(chromium.new_context(**options))
        page = contexts[-1].new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield _show
    owned = [page.evaluate("window.owned") for context in contexts for page in context.pages]
    for context in contexts:
        context.close()
    assert owned == [None] * len(owned)
    assert [url for url in requests if not url.endswith("/index.html")] == []
    assert complaints == []


def shown_ids(page: Page) -> list[str]:
    facts = page.locator("#body > tr > th > p").all_text_contents()
    return [text.split(" · ")[0] for text in facts]


def test_questions_stand_worst_first_and_a_wrong_refusal_is_a_fault(show: Open) -> None:
    page = show(render(run_of(*OUTCOMES), None, []))

    assert shown_ids(page) == ["failed", "late", "refused", "right", "rightly"]
    page.get_by_role("combobox", name="Outcome").select_option("faults")
    assert shown_ids(page) == ["failed", "late", "refused"]


def test_every_measure_has_its_meaning_in_a_line(show: Open) -> None:
    run = run_of(*OUTCOMES)
    assert set(run.measures) <= set(MEANINGS)
    page = show(render(run, None, []))

    for card in page.locator(".headline > div").all():
        assert card.get_attribute("title") == MEANINGS[card.locator("dt").text_content() or ""]
    page.get_by_text(f"All {len(run.measures)} measures, and what they mean").click()
    expect(page.locator(".all .meaning")).to_have_text([MEANINGS[measure] for measure in run.measures])
    expect(page.locator(".all .meaning").first).to_be_visible()


def test_the_other_pages_give_the_meanings_too(show: Open) -> None:
    run = run_of(*OUTCOMES)
    page = show(render_overview([Evaluation(run, None, ()), Evaluation(run, None, ())]))
    rows = page.get_by_role("region", name="All measures by set").locator("tbody tr > td:last-child")
    expect(rows).to_have_text([MEANINGS[measure] for measure in run.measures])

    page = show(render_comparison(compare(run, run_of(*(refused(o.id) for o in OUTCOMES)))))
    titles = page.get_by_role("region", name="Measures of A and B").locator("tbody th")
    assert titles.first.get_attribute("title") == MEANINGS[titles.first.text_content() or ""]


def test_the_page_of_a_reading_shows_what_is_in_files_as_text(show: Open) -> None:
    kept, lost = compare_words(["sea"], ["sea"]), compare_words([ATTACK, "7"], ["sea"])
    files = [
        FileReading("lost.pdf", "pdf", "0", False, ATTACK, lost),
        FileReading(f"{ATTACK}.docx", "docx", "0", True, ATTACK, compare_words(["sea"], [])),
    ]
    before = [FileReading(file.path, file.kind, "0", False, None, kept) for file in files]
    old, new = (Reading(1, ATTACK, "2026-01-01T00:00:00+00:00", found, [ATTACK]) for found in (before, files))
    page = show(render_reading(new, compare_readings(old, new), [Check("refused_files<=0", False, ATTACK)]))

    expect(page.get_by_role("heading", level=1)).to_contain_text(ATTACK)
    table = page.get_by_role("region", name="Measures by format")
    expect(table.locator("thead th")).to_have_text(["measure", "all", "docx", "pdf", "meaning"])
    expect(table.locator("tbody tr > td:last-child")).to_have_text(
        ["", *(MEANINGS[measure] for measure in READING_MEASURES)]
    )
    expect(page.get_by_role("region", name="Measures of A and B").locator("tbody tr")).to_have_count(3)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_table_of_outcomes_says_that_it_scrolls_where_it_does(show: Open, width: int) -> None:
    page = show(render(run_of(*OUTCOMES), None, []), viewport={"width": width, "height": 800})
    table = page.locator(".wide")
    hint = table.evaluate("(region) => getComputedStyle(region, '::before').content")
    scrolls = table.evaluate("(region) => region.scrollWidth > region.clientWidth")
    assert scrolls == ("Scroll sideways" in hint) == (width == 360)


@pytest.mark.parametrize(
    ("label", "value", "left"),
    [
        ("Tag", "land", ["late"]),
        ("Outcome", "rightly-refused", ["rightly"]),
        ("Words", "WHAT refused", ["refused"]),
        ("Words", "went away", ["failed"]),
        ("Words", "nowhere", []),
    ],
)
def test_a_filter_narrows_the_rows_and_says_how_many_are_left(
    show: Open, label: str, value: str, left: list[str]
) -> None:
    page = show(render(run_of(*OUTCOMES), None, []))

    if label == "Words":
        page.get_by_role("searchbox").fill(value)
    else:
        page.get_by_role("combobox", name=label).select_option(value)

    assert shown_ids(page) == left
    expect(page.locator("#count")).to_have_text(f"{len(left)} of 5 questions")


def test_a_row_opens_by_keyboard_and_leads_to_the_words_in_their_document(show: Open) -> None:
    page = show(render(run_of(outcome("one"), url="http://192.0.2.7:8000/"), None, []))

    page.get_by_role("button", name="What of one?").focus()
    page.keyboard.press("Enter")

    detail = page.locator("tr.detail")
    expect(page.get_by_role("button", name="What of one?")).to_have_attribute("aria-expanded", "true")
    links = [link.get_attribute("href") for link in detail.get_by_role("link").all()]
    base = "http://192.0.2.7:8000/documents/chronicle#char="
    assert links == [base + "10,17", base + "10,20"]
    assert detail.locator("mark").text_content() == "The"
    page.keyboard.press("Enter")
    expect(detail).to_have_count(0)


def test_nothing_that_a_set_or_a_document_holds_becomes_markup_or_runs(show: Open) -> None:
    odd = outcome(
        ATTACK,
        question=ATTACK,
        tags=(ATTACK, "$x$ 真"),
        expected=(ATTACK,),
        answer=ATTACK,
        passages=(dataclasses.replace(passage(ATTACK, text=ATTACK), title=ATTACK),),
    )
    page = show(render(run_of(odd, url="http://192.0.2.7"), compare(run_of(odd), run_of(failed(ATTACK))), []))

    page.locator("button.open").click()

    assert page.locator("img, b").count() == 0
    assert page.locator("script").count() == 2
    assert page.locator("button.open").text_content() == ATTACK
    assert page.locator("tr.detail .passage p").text_content() == ATTACK
    hrefs = [link.get_attribute("href") or "" for link in page.get_by_role("link").all()]
    assert hrefs
    assert all(href.startswith("http://") and not re.search(r"[\"<> ]", href) for href in hrefs)


def test_an_address_that_is_none_of_the_web_becomes_no_link(show: Open) -> None:
    page = show(render(run_of(outcome("one"), url="javascript:window.owned=1//"), None, []))

    page.locator("button.open").click()

    assert page.get_by_role("link").count() == 0


def test_plots_have_names_and_missing_ones_give_a_reason(show: Open) -> None:
    page = show(render(run_of(*OUTCOMES), None, []))

    names = [plot.get_attribute("aria-label") or "" for plot in page.locator("figure svg").all()]
    assert [name.split(",")[0].split(":")[0].split(" of ")[0] for name in names] == [
        "Ranking by tag",
        "Rank",
        "Risk and coverage",
        "Latency",
    ]
    expect(page.get_by_text("Not available: answers have no probability without a calibration.")).to_be_visible()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))


def test_probabilities_give_a_reliability_diagram(show: Open) -> None:
    page = show(render(run_of(outcome("one", probability=0.9)), None, []))

    expect(page.get_by_role("img", name="Reliability: answer, 0.90 predicted, 1.00 right")).to_be_visible()


UNSURE = (
    outcome("right", right=True),
    outcome("sentence", right=False),
    outcome("elsewhere", right=False, first_relevant=None),
    outcome("invented", answerable=False, right=False, first_relevant=None),
    doubted("doubted"),
    doubted("astray", right=False, first_relevant=3),
    doubted("rightly-doubted", answerable=False, right=False, first_relevant=None),
)


def test_every_outcome_of_three_states_is_counted_and_the_claims_have_an_interval(show: Open) -> None:
    page = show(render(run_of(*UNSURE), None, []))

    table = page.locator(".wide")
    assert [row.locator("th, td").all_text_contents() for row in table.locator("tbody tr").all()] == [
        ["claimed, but not answerable", "–", "1"],
        ["claimed from a wrong passage", "1", "–"],
        ["right passage, wrong sentence", "1", "–"],
        ["uncertain, wrong passage first", "1", "–"],
        ["uncertain, right passage first", "1", "–"],
        ["uncertain, not answerable", "–", "1"],
        ["claimed, and right", "1", "–"],
    ]
    expect(
        page.get_by_text("4 answers of 7 questions claimed; 3 wrong: 75.0% (95 % interval 30.1% to 95.4%).")
    ).to_be_visible()


def test_a_wrong_sentence_of_the_right_passage_is_a_fault_with_a_colour_of_its_own(show: Open) -> None:
    page = show(render(run_of(*UNSURE), None, []))

    page.get_by_role("combobox", name="Outcome").select_option("faults")
    assert shown_ids(page) == ["invented", "elsewhere", "sentence", "astray"]
    colours = [
        page.locator("#body").get_by_text(words).evaluate("element => getComputedStyle(element).color")
        for words in ("right passage, wrong sentence", "claimed from a wrong passage")
    ]
    assert colours == ["rgb(107, 63, 160)", "rgb(163, 34, 34)"]
    expect(page.get_by_text("uncertain: nothing claimed")).to_be_visible()


def test_a_run_without_a_claim_says_so(show: Open) -> None:
    page = show(render(run_of(doubted("one"), doubted("two")), None, []))

    expect(page.get_by_text("No answer of 2 questions is claimed.")).to_be_visible()
    expect(page.get_by_text("No answer is claimed at the border in use.")).to_be_visible()


def test_a_dark_theme_changes_page_and_plots(show: Open) -> None:
    html = render(run_of(*OUTCOMES), None, [])
    look = """() => [getComputedStyle(document.body).backgroundColor,
        getComputedStyle(document.querySelector("figure svg text")).fill]"""

    light, dark = (show(html, color_scheme=scheme).evaluate(look) for scheme in ("light", "dark"))

    assert light == ["rgb(253, 251, 246)", "rgb(34, 32, 28)"]
    assert dark == ["rgb(27, 25, 22)", "rgb(236, 230, 218)"]


@pytest.mark.parametrize("outcomes", [(outcome("one"),), (failed("a"), failed("b")), (OUTCOMES[3],)])
def test_a_run_of_one_a_run_that_failed_and_one_without_answers_have_a_page(
    show: Open, outcomes: tuple[QuestionOutcome, ...]
) -> None:
    page = show(render(run_of(*outcomes), None, []))

    assert len(shown_ids(page)) == len(outcomes)


def test_thousands_of_questions_come_a_page_at_a_time_and_are_all_found(show: Open) -> None:
    page = show(render(run_of(*(outcome(f"q{number:04}") for number in range(5000))), None, []))

    expect(page.locator("#count")).to_have_text("5000 of 5000 questions, the first 50 shown")
    page.get_by_role("button", name="Show 50 more").click()
    assert len(shown_ids(page)) == 100
    expect(page.get_by_role("button", name="What of q0050?")).to_be_focused()
    page.get_by_role("searchbox").fill("q4999")
    assert shown_ids(page) == ["q4999"]


def test_nothing_is_wider_than_a_small_telephone(show: Open) -> None:
    page = show(
        render(run_of(outcome("x" * 200, question="y" * 300, tags=("z" * 200,)), *OUTCOMES), None, []),
        viewport={"width": 320, "height": 640},
    )
    page.locator("button.open").first.click()

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_comparison_has_a_page_with_both_variants(show: Open) -> None:
    page = show(render_comparison(compare(run_of(outcome("one"), k=1), run_of(failed("one"), k=2))))

    expect(page.get_by_role("heading", name="What of one?")).to_be_visible()
    variants = page.locator(".variants > div").all_text_contents()
    assert "A: claimed, and right (rank 1)" in variants[0]
    assert "It went away." in variants[1]
    expect(page.get_by_role("row", name="k 1 2")).to_be_visible()


def evaluation(name: str, *outcomes: QuestionOutcome, passed: bool | None = None) -> Evaluation:
    checks = [] if passed is None else [Check("nDCG@10>=0.8", passed, "nDCG@10 is 0.7")]
    return Evaluation(dataclasses.replace(run_of(*outcomes), set_name=name), None, checks)


def test_the_overview_links_to_the_page_of_each_set(show: Open) -> None:
    odd = f"{ATTACK} #?%"
    page = show(
        render_overview(
            [
                evaluation("sea", *OUTCOMES, passed=True),
                evaluation(odd, outcome("one"), passed=False),
                evaluation("empty", OUTCOMES[3], passed=True),
            ]
        ),
        viewport={"width": 320, "height": 640},
    )

    table = page.get_by_role("region", name="Measures by set", exact=True)
    assert [row.locator("th, td").all_text_contents()[:3] for row in table.locator("tbody tr").all()] == [
        ["sea", "5", "1"],
        [odd, "1", "0"],
        ["empty", "1", "0"],
    ]
    assert table.locator("td:last-child").all_text_contents() == ["all met", "1 of 1 not met", "all met"]
    expect(page.get_by_text("1 of 3 requirements is not met.")).to_be_visible()
    missed = page.get_by_role("region", name="Not met").locator("tbody tr")
    assert missed.locator("th").all_text_contents() == [odd]
    assert page.locator("main img, main b, main script").count() == 0
    plot = page.get_by_role("img", name="Ranking by set, nDCG@10 and hit@1: sea ")
    assert "empty" not in (plot.get_attribute("aria-label") or "")
    paths = page.evaluate("[...document.links].map((link) => decodeURIComponent(link.href.split('/').slice(-2)[0]))")
    assert paths == ["sea", odd, "empty"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_an_overview_without_requirements_does_not_mention_them(show: Open) -> None:
    page = show(render_overview([evaluation("sea", *OUTCOMES), evaluation("land", failed("a"))]))

    expect(page.get_by_role("heading", name="Required")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Required")).to_have_count(0)
