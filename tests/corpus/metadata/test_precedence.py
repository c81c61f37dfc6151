"""Metadata: sidecars, bylines, dates, languages, and which of them wins."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents.content import ReadOptions
from corpus.errors import SourceError
from corpus.files.source import Sidecar, SourceBytes, read_bytes
from corpus.metadata.bylines import read_byline, read_copied_page
from corpus.metadata.dates import read_date
from corpus.metadata.precedence import NOTES, read_sidecar
from corpus.readers.reading import read_documents
from corpus.text.language import language_of
from tests.corpus.readers.files import only, pdf
from tests.corpus.samples import UNHURRIED, is_clause, read_document

Write = Callable[..., Path]
SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
PARAGRAPH = "Talks about the truce went on in the prisons for many months, the minister said on Friday. " * 4


# Sidecars


@pytest.mark.parametrize("name", ["truce.md.meta.yaml", "truce.meta.yaml"])
def test_a_sidecar_wins_over_front_matter_and_that_over_the_text(write: Write, name: str) -> None:
    path = write(
        "truce.md", "---\ntitle: From the block\npublisher: Block Press\nplace: Izalco\n---\n# From the text\n"
    )
    write(name, "title: From beside\nlanguage: es-SV\n")
    about = read_document(read_bytes(path)).metadata
    assert (about.title, about.publisher, about.language) == ("From beside", "Block Press", "es-SV")
    assert about.extra == {"place": "Izalco"}


def test_the_sidecar_with_the_whole_name_is_taken_first(write: Write) -> None:
    path = write("truce.md", "Text.")
    write("truce.meta.yaml", "title: Of any truce")
    write("truce.md.meta.yaml", "title: Of this truce")
    assert read_document(read_bytes(path)).metadata.title == "Of this truce"


def test_a_changed_sidecar_changes_the_digest(write: Write) -> None:
    path = write("truce.txt", "Text.")
    digests = [read_bytes(path).sha256]
    for title in ("One", "Two"):
        write("truce.txt.meta.yaml", f"title: {title}")
        digests.append(read_bytes(path).sha256)
    assert len(set(digests)) == 3


def test_a_sidecar_speaks_for_records_that_do_not_speak_themselves() -> None:
    data = b'{"text": "One.", "publisher": "Own Press"}\n{"text": "Two."}\n'
    file = SourceBytes(Path("/a.jsonl"), data, sidecar=Sidecar("a.meta.yaml", b"publisher: Example Press"))
    publishers = [item.metadata.publisher for item in read_documents(file)]  # type: ignore[union-attr]
    assert publishers == ["Own Press", "Example Press"]


@pytest.mark.parametrize(
    ("yaml", "reason"),
    [
        (b"title: [a, b]", "'title' in its sidecar a.meta.yaml must be a line of text; correct or remove it"),
        (b"published: soon", "'published' in its sidecar a.meta.yaml must be a date such as 2017-01-19"),
        (b"title: a\n  b: :", "its sidecar a.meta.yaml is not valid YAML (line 2); correct or remove it"),
        (b"- a list", "its sidecar a.meta.yaml is not a list of 'key: value' lines; correct or remove it"),
        (b"title: \xff", "its sidecar a.meta.yaml cannot be used: it is not valid UTF-8 (byte 7"),
    ],
)
def test_a_wrong_sidecar_is_named(yaml: bytes, reason: str) -> None:
    with pytest.raises(SourceError) as refused:
        read_sidecar(Sidecar("a.meta.yaml", yaml))
    assert str(refused.value).startswith(reason)
    assert is_clause(str(refused.value))


@UNHURRIED
@given(st.binary(max_size=200) | st.text(alphabet="abcdefghij:-[]{}\n '\"#&*!|>%@`1.", max_size=80).map(str.encode))
def test_any_sidecar_is_read_or_named(data: bytes) -> None:
    said = "read"
    try:
        read_sidecar(Sidecar("a.meta.yaml", data))
    except SourceError as error:
        said = str(error)
    assert is_clause(said)


def test_a_sidecar_that_is_no_file_is_named_and_not_waited_for(write: Write) -> None:
    path = write("truce.txt", "Text.")
    path.with_name("truce.txt.meta.yaml").mkdir()
    with pytest.raises(SourceError, match=r"^its sidecar truce\.txt\.meta\.yaml cannot be used: it is not a regular"):
        read_bytes(path)


# Dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017-01-19", "2017-01-19"),
        ("2017-01-19T08:00:00Z", "2017-01-19"),
        ("2017/01/19", "2017-01-19"),
        ("September 5, 2020", "2020-09-05"),
        ("Sept. 5, 2020", "2020-09-05"),
        ("Friday, September 4, 2020", "2020-09-04"),
        ("5 September 2020", "2020-09-05"),
        ("22 SEP 2023", "2023-09-22"),
        ("Wed, 04/12/2023 - 6:46pm", "2023-04-12"),
        ("Mon, 04/12/2023 - 6:46pm", "2023-12-04"),
        ("25/12/2023", "2023-12-25"),
        ("12/25/2023", "2023-12-25"),
        ("05.05.2023", "2023-05-05"),
        ("04/12/2023", None),
        ("Tue, 04/12/2023", None),
        ("04/12/23", None),
        ("31/31/2023", None),
        ("Born 2017-01-19", None),
        ("2017-02-30", None),
        ("September 2020", None),
        ("in 2012", None),
        ("The truce of September 5, 2020", None),
        ("12 monkeys 2020", None),
        ("", None),
    ],
)
def test_a_date_is_read_where_one_reading_is_certain(text: str, day: str | None) -> None:
    assert read_date(text) == (None if day is None else datetime.date.fromisoformat(day))


@pytest.mark.parametrize(
    ("text", "language"),
    [("5 de septiembre de 2020", "es-SV"), ("5 septembre 2020", "fr"), ("5. September 2020", "de")],
)
def test_months_are_understood_in_the_documents_language(text: str, language: str) -> None:
    assert read_date(text, language) == datetime.date(2020, 9, 5)


@UNHURRIED
@given(st.text(max_size=60) | st.text(alphabet="0123456789/-. ,:adeSpt", max_size=30))
def test_no_text_is_too_strange_to_hold_no_date(text: str) -> None:
    assert isinstance(read_date(text), datetime.date | None)


@UNHURRIED
@given(st.dates(datetime.date(1800, 1, 1)))
def test_every_day_is_read_from_its_iso_form_and_its_long_form(day: datetime.date) -> None:
    assert read_date(day.isoformat()) == day
    assert read_date(f"{day:%B} {day.day}, {day.year}") == day


# Bylines


@pytest.mark.parametrize(
    ("line", "authors", "publisher", "published"),
    [
        ("By ANA RUIZ | Example Press | Published: September 5, 2020", ("Ana Ruiz",), "Example Press", "2020-09-05"),
        ("By Ana Ruiz and Luis de la Paz", ("Ana Ruiz", "Luis de la Paz"), None, None),
        ("By Ana-María Ruiz | Special To Example Press", ("Ana-María Ruiz",), "Example Press", None),
        ("Por Óscar Peña, Luis Paz | El Diario | 19/01/2017", ("Óscar Peña", "Luis Paz"), "El Diario", "2017-01-19"),
        ("Wed, 04/12/2023 - 6:46pm", (), None, "2023-04-12"),
        ("Posted on September 5, 2020", (), None, "2020-09-05"),
        ("By the time it ended, many had died.", (), None, None),
        ("By Ana Ruiz, who wrote it in 2012", (), None, None),
        ("Updated | Again", (), None, None),
    ],
)
def test_a_byline_says_who_and_where_and_when(
    line: str, authors: tuple[str, ...], publisher: str | None, published: str | None
) -> None:
    found = read_byline(f"A truce, and its end\n\n{line}\n\n{PARAGRAPH}\n\n{PARAGRAPH}")
    day = None if published is None else datetime.date.fromisoformat(published)
    assert (found.authors, found.publisher, found.published) == (authors, publisher, day)


def test_bylines_and_dates_after_the_head_are_of_other_articles() -> None:
    found = read_byline(f"A truce\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n\nAnother article\n\n22 SEP 2023\n\nBy Ana Ruiz")
    assert (found.authors, found.published) == ((), None)


def test_a_repeated_title_is_the_title_without_its_breadcrumb() -> None:
    text = f"HomeNewsAnalysisThe truce and its end\n\nThe truce and its end\n\n\n{PARAGRAPH}\n"
    assert only(text, "a.txt").metadata.title == "The truce and its end"
    assert only(text, "a.md").metadata.title == "HomeNewsAnalysisThe truce and its end"


def test_the_text_around_a_repeated_title_is_site_and_author() -> None:
    title = "The truce and its end: an assessment"
    head = ("Example Quarterly", title, "Wed, 04/12/2023 - 6:46pm", title, "Ana B. Ruiz", "In a prison")
    text = "\n\n".join((*head, PARAGRAPH))
    about = only(text, "a.txt").metadata
    assert (about.title, about.publisher, about.authors) == (title, "Example Quarterly", ("Ana B. Ruiz",))
    assert about.published == "2023-04-12"
    undated = read_copied_page(text.replace("Wed, 04/12/2023 - 6:46pm\n\n", ""))
    assert undated.authors == ()


def test_a_publisher_that_is_named_again_and_again_and_tells_about_itself_is_found() -> None:
    text = (
        f"A truce\n\n{PARAGRAPH}\n\n" + "Send Example Press your comments.\n" * 3 + "\nAbout Example Press\n\nWe write."
    )
    assert only(text, "a.txt").metadata.publisher == "Example Press"
    assert only("A truce\n\nAbout Example Press\n\nWe write.", "a.txt").metadata.publisher is None


@UNHURRIED
@given(st.text(max_size=300))
def test_whatever_a_text_begins_with_its_metadata_can_be_read(text: str) -> None:
    document = only("Words.\n" + text.replace("\0", "").replace("---", ""), "a.txt")
    assert document.metadata.title


@pytest.mark.skipif(not SEEDS.is_dir(), reason="needs the articles in shared/seeds beside the repository")
def test_titles_publishers_authors_and_dates_of_copied_articles_are_found() -> None:
    found = [read_document(read_bytes(path)).metadata for path in sorted(SEEDS.glob("*.txt"))]
    assert [(about.publisher, len(about.authors), about.published) for about in found] == [
        ("InSight Crime", 0, None),
        ("InSight Crime", 0, None),
        ("The Washington Post", 1, "2020-09-05"),
        ("InSight Crime", 0, None),
        ("Small Wars Journal", 1, "2023-04-12"),
    ]
    assert not any(about.title.startswith(("Home", "Small Wars")) for about in found)
    assert {about.language for about in found} == {"en"}


# What is dropped


def test_a_date_in_the_future_is_dropped_with_a_note_in_any_position() -> None:
    options = ReadOptions(today=datetime.date(2020, 1, 1))
    about = only("---\npublished: 2020-01-03\n---\nText.", "a.md", options).metadata
    assert about.published is None
    assert about.extra == {NOTES: ["the date of publication 2020-01-03 is in the future and was ignored"]}
    assert only("---\npublished: 2020-01-02\n---\nText.", "a.md", options).metadata.published == "2020-01-02"


# Language


@pytest.mark.parametrize(
    ("text", "claimed", "language"),
    [
        (PARAGRAPH, None, "en"),
        (PARAGRAPH, "en-GB", "en-GB"),
        (PARAGRAPH, "en_GB", "en-GB"),
        (PARAGRAPH, "es", "en"),
        ("Las conversaciones sobre la tregua siguieron durante muchos meses en las cárceles.", None, "es"),
        ("Die Gespräche über den Waffenstillstand gingen in den Gefängnissen viele Monate weiter.", None, "de"),
        ("Two.", None, None),
        ("Two.", "es-SV", "es-SV"),
        ("Two.", "not a tag!", None),
        ("1234567890 " * 50, None, None),
    ],
)
def test_a_language_is_found_where_the_words_leave_no_doubt(
    text: str, claimed: str | None, language: str | None
) -> None:
    assert language_of(text, claimed) == language


# Days that a text tells of


@pytest.mark.parametrize(
    "lines",
    [
        "2 July 2011\n\nThe wheel broke.\n\n3 July 2011\n\nIt was mended.",
        "The mill\n\n3 comments\n\nEva Holm\n2 July 2011 at 08:30\nNo.",
        "The mill\n\nObjections received:\n\n2 July 2011\nNo.",
    ],
)
def test_days_of_a_diary_or_of_comments_are_not_that_of_publication(lines: str) -> None:
    assert read_byline(lines).published is None
    assert str(read_byline(f"Published: June 1, 2011\n{lines}").published) == "2011-06-01"


def test_a_row_of_a_table_is_no_byline() -> None:
    assert read_byline("The mill\n\nBuilt | July 2, 1811", is_plain=False).published is None


@pytest.mark.parametrize(
    "title", ["Untitled", "(anonymous)", "Word Document", "Microsoft Word - mill.doc", "Document1"]
)
def test_a_title_that_a_program_made_up_gives_way_to_the_heading(title: str) -> None:
    assert (
        only(
            pdf(
                [["The mill", "", "It turns."]],
                info=f"/Title ({title.replace('(', chr(92) + '(').replace(')', chr(92) + ')')})",
            ),
            "a.pdf",
        ).metadata.title
        == "The mill"
    )


@pytest.mark.parametrize("mark", ["-", "*", "+", "•", "‣", "▪", "●", "◦", "–", "\uf0b7"])
def test_a_title_from_the_first_line_has_no_bullet(mark: str) -> None:
    assert only(f"{mark} The mill\n{mark} The forge\n", "a.txt").metadata.title == "The mill"
    assert only(f"# {mark} The mill\n\nIt turns.\n", "a.md").metadata.title == "The mill"


@pytest.mark.parametrize("title", ["1. The mill", "a) The mill", "2.3 The mill", "§ 4 The mill", "-40 degrees"])
def test_a_title_from_the_first_line_keeps_its_number(title: str) -> None:
    assert only(f"{title}\nIt turns.\n", "a.txt").metadata.title == title
