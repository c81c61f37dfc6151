"""What is removed of pages that were copied, and that nothing is removed of other texts."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corpus
from corpus.cleaning import clean, cleaned
from corpus.cleaning.phrases import phrases
from corpus.documents.document import RemovedSpan, SourceDocument
from corpus.documents.fields import Metadata
from corpus.files.source import read_bytes
from corpus.passages.splitting import PassageSplitter
from tests.corpus.cleaning.labelled import CLEAN, COPIED, Sample, score
from tests.corpus.samples import UNHURRIED, read_document

SHARED = Path(__file__).parents[4] / "shared"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
STARTER = sorted((Path(corpus.__file__).parent / "starter").glob("*.md"))


def removed_from(text: str) -> frozenset[int]:
    return frozenset(at for span in clean(text) for at in range(span.start, span.end))


def reasons(text: str) -> list[tuple[str, str]]:
    return [(span.reason, text[span.start : span.end]) for span in clean(text)]


def document(text: str, title: str, media_type: str = "text/plain") -> SourceDocument:
    return SourceDocument("a.txt", "0" * 64, media_type, text, Metadata(title=title))


# Measured on labelled texts


def test_there_are_more_than_forty_labelled_texts_in_two_languages() -> None:
    assert len(COPIED) + len(CLEAN) >= 40
    assert sum(sample.name.startswith("es:") for sample in COPIED) >= 7


def test_of_copied_pages_almost_nothing_but_furniture_is_removed_and_most_of_that() -> None:
    scores = [score(sample, removed_from(sample.text)) for sample in COPIED]
    removed, right = sum(s.removed for s in scores), sum(s.right for s in scores)
    assert right / removed >= 0.99
    assert right / sum(s.furniture for s in scores) >= 0.95


@pytest.mark.parametrize("sample", CLEAN, ids=lambda sample: sample.name)
def test_nothing_is_removed_of_a_text_without_furniture(sample: Sample) -> None:
    assert reasons(sample.text) == []


@pytest.mark.parametrize("path", STARTER, ids=lambda path: path.stem)
def test_nothing_is_removed_of_the_starter_documents_even_as_plain_text(path: Path) -> None:
    assert reasons(read_document(read_bytes(path)).text) == []


@pytest.mark.parametrize("name", ["squad-dev-a", "clapnq-dev"])
def test_nothing_is_removed_of_encyclopedia_paragraphs(name: str) -> None:
    path = SHARED / "data" / name / "corpus.jsonl"
    if not path.is_file():
        pytest.skip("the data for development is not beside this repository")
    with path.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    assert [reasons(text) for text in texts if clean(text)] == []


# What is found, and what it is called


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("share icon icon icon", [("share buttons", "share icon icon icon")]),
        ("Was this content helpful?", [("feedback question", "Was this content helpful?")]),
        ("Skip to main content", [("menu", "Skip to main content")]),
    ],
)
def test_what_can_be_nothing_else_needs_no_second_sign(text: str, expected: list[tuple[str, str]]) -> None:
    assert reasons(f"The truce held until the spring, when the talks about it came to an end.\n\n{text}\n") == expected


@pytest.mark.parametrize("text", ["Advertisement", "All rights reserved.", "Share this article", "RELATED: The end"])
def test_a_weak_sign_alone_removes_nothing(text: str) -> None:
    body = "The truce held until the spring, when the talks about it came to an end."
    assert reasons(f"{body}\n\n{text}\n") == []
    assert next(found for _, found in reasons(f"{body}\n\n{text}\n\nWas this page helpful?")).startswith(text)


@pytest.mark.parametrize(
    "line",
    [
        "HomeNewsAnalysisThe Truce Is Over",
        "Home > News > The Truce Is Over",
        "Inicio / Noticias / The Truce Is Over",
        "Home › The Truce Is Over",
    ],
)
def test_a_breadcrumb_goes_with_its_copy_of_the_headline(line: str) -> None:
    assert reasons(f"{line}\n\nThe Truce Is Over\n\nIt ended.") == [("breadcrumb", line)]


@pytest.mark.parametrize("trail", ["HomeNewsAnalysis", "Home > News > "])
def test_only_the_breadcrumb_before_a_unique_headline_is_removed(trail: str) -> None:
    text = f"{trail}The Truce Is Over\n\nIt ended in the spring."
    assert [found for _, found in reasons(text)] == [trail.strip()]


@pytest.mark.parametrize(
    "text",
    [
        "HomeNewsAnalysisThe Truce Is Over\n\nThe Truce Is Over\n\nIt ended.",
        "HomeNewsAnalysisThe Truce Is Over\n\nIt ended.",
        "Home > News > The Truce Is Over\n\nIt ended.",
    ],
)
@pytest.mark.parametrize("remove", [True, False])
def test_a_title_guessed_from_a_breadcrumb_becomes_the_headline(text: str, remove: bool) -> None:
    about = cleaned(document(text, text.split("\n")[0]), remove=remove).metadata
    assert about.title == "The Truce Is Over"


def test_a_headline_repeated_around_the_date_is_the_title_rather_than_the_sites_name() -> None:
    text = "The Pell Courier\n\nThe Truce Is Over\n\nWed, 04/12/2023 - 6:46pm\n\nThe Truce Is Over\n\nIt ended.\n"
    assert cleaned(document(text, "The Pell Courier")).metadata.title == "The Truce Is Over"


def test_a_line_that_a_poem_repeats_is_not_its_title() -> None:
    text = "The River\n\nDown by the river we go\nand the river goes\nDown by the river we go\n"
    assert cleaned(document(text, "The River")).metadata.title == "The River"


def test_a_title_that_was_given_stays() -> None:
    text = "HomeNewsAnalysisThe Truce Is Over\n\nThe Truce Is Over\n\nIt ended."
    assert cleaned(document(text, "My title")).metadata.title == "My title"


def test_everything_can_be_kept() -> None:
    text = "It ended.\n\nshare icon icon icon"
    assert list(cleaned(document(text, "It ended.")).removed_spans) == [RemovedSpan(11, 31, "share buttons")]
    assert list(cleaned(document(text, "It ended."), remove=False).removed_spans) == []


@pytest.mark.parametrize("media_type", ["text/markdown", "text/html", "application/jsonl"])
def test_formats_with_markup_are_left_to_their_readers(media_type: str) -> None:
    assert clean("It ended.\n\nshare icon icon icon", media_type) == []


def test_a_text_of_furniture_alone_is_kept() -> None:
    assert clean("Was this content helpful?\n") == []


# Pages


def paged(*bodies: str) -> tuple[str, list[int]]:
    pages = [
        f"Annual Report 2019\n{body}\nMore of {at}.\nAnd {body}\nPage {at} of 9\n" for at, body in enumerate(bodies)
    ]
    starts = [sum(map(len, pages[:at])) for at in range(len(pages))]
    return "".join(pages), starts


def test_heads_and_feet_that_run_through_the_pages_are_removed() -> None:
    text, starts = paged("The wells.", "The pumps.", "The pipes.")
    found = [(span.reason, text[span.start : span.end]) for span in clean(text, "application/pdf", starts)]
    assert found == [
        ("running head or foot", line) for at in range(3) for line in ("Annual Report 2019", f"Page {at} of 9")
    ]


def test_two_pages_show_no_running_lines() -> None:
    text, starts = paged("The wells.", "The pumps.")
    assert clean(text, "application/pdf", starts) == []


# Whatever the text


PARTS = [
    *(
        "\n",
        "\n\n",
        " ",
        "Home",
        "HomeNews",
        " > ",
        "News",
        "Contact us",
        "Related Content",
        "Comments",
        "Reply",
        "Tags: a",
    ),
    *("share icon icon icon", "Was this content helpful?", "Advertisement", "3 JUN 2021", "Mon, 07/12/2021 - 4:20pm"),
    *("The truce held until the spring, when all the talks about it came to an end.", "And then…", "[1] A note.", "Él"),
]
texts = st.lists(
    st.one_of(st.sampled_from(PARTS), st.text(st.characters(exclude_categories=["Cs"]), max_size=8)), max_size=40
)


@given(parts=texts, pages=st.booleans())
@settings(UNHURRIED, max_examples=300)
def test_spans_are_in_order_without_overlap_and_something_is_left(parts: list[str], pages: bool) -> None:
    text = "".join(parts)
    starts = [at for at, character in enumerate(text) if character == "\n"] if pages else []
    spans = clean(text, pages=starts)
    covered = 0
    for span in spans:
        assert covered <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip() != ""
        assert span.reason
        covered = span.end
    left = "".join(
        text[a:b] for a, b in zip([0, *(s.end for s in spans)], [*(s.start for s in spans), len(text)], strict=True)
    )
    assert left.strip() or not text.strip()
    assert clean(text, pages=starts) == spans


@pytest.mark.parametrize(
    "text", ["Home > " * 5_000, "a b. " * 40_000, "Share\n" * 20_000, "A" * 200_000, "Ab" * 50_000]
)
def test_no_pattern_runs_away(text: str) -> None:
    clean(text)


def test_every_phrase_is_written_as_texts_are_compared() -> None:
    known = phrases()
    for phrase in {*known.related, *known.home, *known.navigation, *(p for mark in known.marks for p in mark.whole)}:
        assert phrase == phrase.casefold().strip(), phrase


# Articles as they were copied


def seed(word: str) -> str:
    found = [path for path in SEEDS if word in path.read_text(encoding="utf-8")]
    if not found:
        pytest.skip("the articles are not beside this repository")
    return found[0].read_text(encoding="utf-8")


def test_no_passage_of_an_article_holds_its_furniture_or_an_advertisement() -> None:
    if not SEEDS:
        pytest.skip("the articles are not beside this repository")
    furniture = (
        "icon icon",
        "content helpful",
        "HomeNews",
        "SEE ALSO",
        "Related Content",
        "WhatsApp",
        "spell",
        "…\n\n",
    )
    for path in SEEDS:
        read = cleaned(read_document(read_bytes(path)))
        for passage in PassageSplitter(lambda text: len(text.split()), 150, 170).split(
            read.text, removed=read.removed_spans
        ):
            cut = read.text[passage.start : passage.end]
            assert not [word for word in furniture[:-1] if word in cut], path.name
        assert not read.metadata.title.startswith("Home")


def test_bylines_captions_footnotes_and_notes_on_an_article_stay() -> None:
    text = seed("Raypower")
    left = frozenset(range(len(text))) - removed_from(text)
    for words in ("[1] Lucia", "[10]", "Source: Pizza", "About the Author", "For Additional Reading"):
        assert text.index(words) in left
    for words in ("part two of a story", "By ANNA"):
        text = seed(words)
        assert text.rindex(words) not in removed_from(text)


# Comments that a text consists of, and what it embeds


PLAN = (
    "The mill wants to raise the weir by half a metre, and the parish has asked all who live along the river.\n\n{}\n\n"
    "Eva Holm\n2 July 2011 at 08:30\nThe meadow would be under water each spring, and with it the path to the ford.\n\n"
    "Jon Ek\n3 July 2011 at 17:05\nWithout the higher weir the wheel stands still from May on, and so does the saw.\n\n"
    "{}"
)


@pytest.mark.parametrize("heading", ["2 comments", "Comments", "2 responses", "Comentarios"])
def test_comments_that_are_the_record_stay(heading: str) -> None:
    assert reasons(PLAN.format(heading, "")) == []


def test_the_same_comments_on_a_web_page_are_removed() -> None:
    article = "The wheel turns in summer, and the saw cuts the logs that the river brings from the hills above. " * 5
    text = f"{article}\n\n" + PLAN.format("2 comments", "Reply\n\nYour email address will not be published\n")
    assert [reason for reason, _ in reasons(text)] == ["reader comments"]


BYTES = "iVBORw0KGgoAAAANSUhEUgAA" * 20
WRAPPED = "\n".join(["iVBORw0KGgoAAAANSUhEUgAAiVBORw0KGgoAAAANSUhEUgAAiVBORw0KGgo"] * 9)


@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown", "application/jsonl", "text/csv"])
@pytest.mark.parametrize(
    "data",
    [
        f"![The wheel](data:image/png;base64,{BYTES})",
        f'![The wheel](data:image/png;base64,{BYTES} "The wheel")',
        f"[wheel]: data:image/png;base64,{BYTES}",
        f"[wheel]: <data:image/png;base64,{BYTES}>",
        f'<img alt="x" src="data:image/svg+xml;charset=utf-8;base64,{BYTES}" width="3">',
        f'<img src="data:image/png;base64,{WRAPPED}">',
        f"data:font/woff2;base64,{BYTES}",
    ],
)
def test_the_bytes_of_a_picture_are_left_out_with_all_that_belongs_to_them(data: str, media_type: str) -> None:
    (span,) = clean(f"The wheel is of oak.\n\n{data}\n\nIt turns.", media_type)
    assert (span.reason, span.end - span.start) == ("embedded data", len(data))


@pytest.mark.parametrize(
    "text", ["data:text/plain,hello is such an address.", "The data: " + "word " * 99, f"Bytes: {BYTES}"]
)
def test_a_short_address_and_other_words_stay(text: str) -> None:
    assert clean(f"The wheel is of oak.\n\n{text}", "text/markdown") == []


def test_the_words_of_a_link_to_data_stay() -> None:
    text = f"See [the plan](data:application/pdf;base64,{BYTES}) of the mill."
    (span,) = clean(text, "text/markdown")
    assert text[: span.start] + text[span.end :] == "See [the plan] of the mill."
