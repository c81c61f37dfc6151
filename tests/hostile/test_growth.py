"""Time grows linearly with the length of any text: each pattern, each loop and each reader is measured.

Growth is the ratio of processor times of texts of different lengths. Seconds are not compared.
"""

import ast
import importlib
import inspect
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from embeddings.encoder.encoder import Encoder
from service.answering.answer import Turn
from service.answering.pipeline import Pipeline
from service.schemas.asking import MAX_CONVERSATION_CHARACTERS, MAX_QUESTION_CHARACTERS, MAX_TURN_CHARACTERS
from tests.hostile import processing
from tests.hostile.growing import steep
from tests.hostile.growth import growth
from tests.hostile.patterns import modules, used_patterns
from tests.hostile.pumps import TEXTS, Pump, pumps_for
from tests.service.answering.test_pipeline import pipeline_over
from tests.service.conftest import settings_for_long

LONGEST = 2**15

QUADRATIC = re.compile(r"\d+x")
EXPONENTIAL = re.compile(r"(?:a|aa)+$")
BY_PREFIX = re.compile(r"<b[^>]*>")
LINEAR = re.compile(r"(?<!\d)\d+x")


def searched(pattern: re.Pattern[str]) -> Callable[[str], object]:
    return lambda text: [None for _ in pattern.finditer(text)]


def looped(text: str) -> None:
    """Quadratic without a pattern, and quick: it looks at the rest of the text from each line on."""
    for at, character in enumerate(text):
        if character == "\n":
            text.count("\0", at)


# That growth is found


def test_a_quadratic_pattern_is_found() -> None:
    assert growth(TEXTS["digits"].text, searched(QUADRATIC), LONGEST) is not None


def test_an_exponential_pattern_is_found_and_ended() -> None:
    found = growth(Pump("a", tail="b").text, EXPONENTIAL.match, LONGEST)
    assert found is not None
    assert found.exponent == float("inf")


def test_a_quadratic_loop_is_found() -> None:
    assert growth(TEXTS["lines"].text, looped, LONGEST) is not None


def test_linear_work_is_not_taken_for_more() -> None:
    assert growth(TEXTS["digits"].text, searched(LINEAR), LONGEST) is None
    assert growth(TEXTS["lines"].text, str.split, LONGEST) is None
    assert growth(TEXTS["quotation marks"].text, lambda text: sorted(text * 20), LONGEST) is None


@pytest.mark.parametrize("pattern", [QUADRATIC, BY_PREFIX, EXPONENTIAL], ids=lambda pattern: pattern.pattern)
def test_texts_made_from_a_pattern_show_its_growth(pattern: re.Pattern[str]) -> None:
    work = pattern.match if pattern is EXPONENTIAL else searched(pattern)
    assert any(growth(pump.text, work, 2**13) for pump in pumps_for(pattern))


def test_a_process_that_ends_early_is_a_failure() -> None:
    assert steep("nothing") == ["the first one: the process ended with 1"]


# That none grows


def test_no_pattern_takes_time_that_grows_faster_than_a_text() -> None:
    assert steep("patterns") == []


def test_no_work_on_texts_takes_time_that_grows_faster_than_they() -> None:
    assert steep("work") == []


def test_no_format_takes_time_that_grows_faster_than_a_file() -> None:
    assert steep("documents") == []


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, tiny_encoder: Encoder) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("documents")
    settings = settings_for_long(data=folder / "data", encoder=str(tiny_model), passage_tokens=40, title_tokens=8)
    documents = {"truce.txt": "The truce began in 2012.", "prison.txt": "Talks began in prison."}
    yield from pipeline_over(documents, folder, settings, tiny_encoder)


ASKED = (
    *("letters", "digits", "dots and letters", "dashes", "spaces", "question marks", "names"),
    *("combining marks that part", "invisible", "Chinese"),
)


@pytest.mark.parametrize("text", ASKED)
def test_a_question_of_any_length_takes_time_that_grows_with_it(pipeline: Pipeline, text: str) -> None:
    def ask(question: str) -> None:
        pipeline.ask(question[:MAX_QUESTION_CHARACTERS])

    assert growth(TEXTS[text].text, ask, MAX_QUESTION_CHARACTERS, clock=time.process_time) is None


@pytest.mark.parametrize("text", ASKED)
def test_a_history_of_any_length_takes_time_that_grows_with_it(pipeline: Pipeline, text: str) -> None:
    def ask(said: str) -> None:
        turns = [said[at : at + MAX_TURN_CHARACTERS] for at in range(0, len(said), MAX_TURN_CHARACTERS)]
        history = [Turn("assistant" if at % 2 else "user", turn) for at, turn in enumerate(turns)]
        pipeline.ask("And who ended it?", history=history)

    assert growth(TEXTS[text].text, ask, MAX_CONVERSATION_CHARACTERS, clock=time.process_time) is None


# That nothing is left out


def test_each_pattern_of_a_module_is_measured() -> None:
    measured = {used.pattern for used in used_patterns()}
    kept = [value for module in modules() for value in vars(module).values() if isinstance(value, re.Pattern)]
    assert kept
    assert not [pattern for pattern in kept if pattern not in measured]


MEASURED_ROOMS = """
    corpus.cleaning
    corpus.cleaning.blocks
    corpus.cleaning.data_addresses
    corpus.cleaning.head
    corpus.cleaning.marks
    corpus.cleaning.related
    corpus.cleaning.running
    corpus.cleaning.tail
    corpus.documents.content
    corpus.files.paths
    corpus.lexical.analysis
    corpus.metadata.bylines
    corpus.metadata.dates
    corpus.metadata.front_blocks
    corpus.metadata.front_matter
    corpus.metadata.placeholders
    corpus.metadata.precedence
    corpus.passages.headings
    corpus.passages.interviews
    corpus.passages.packing
    corpus.readers.archives
    corpus.readers.conversion
    corpus.readers.csv_rows
    corpus.readers.discovery
    corpus.readers.docx.blocks
    corpus.readers.docx.document
    corpus.readers.docx.equations
    corpus.readers.docx.fields
    corpus.readers.docx.names
    corpus.readers.docx.numbering
    corpus.readers.docx.numerals
    corpus.readers.docx.package
    corpus.readers.docx.scripts
    corpus.readers.docx.styles
    corpus.readers.docx.symbols
    corpus.readers.docx.tables
    corpus.readers.epub
    corpus.readers.formats
    corpus.readers.html.article
    corpus.readers.office.date_formats
    corpus.readers.office.drawings
    corpus.readers.office.left_out
    corpus.readers.office.number_formats
    corpus.readers.office.numbering
    corpus.readers.office.opendocument.documents
    corpus.readers.office.opendocument.package
    corpus.readers.office.opendocument.slides
    corpus.readers.office.opendocument.spreadsheets
    corpus.readers.office.opendocument.text
    corpus.readers.office.packages
    corpus.readers.office.presentations
    corpus.readers.office.reading_order
    corpus.readers.office.rtf.documents
    corpus.readers.office.rtf.flow
    corpus.readers.office.rtf.reader
    corpus.readers.office.sheets
    corpus.readers.office.workbooks
    corpus.readers.unread
    corpus.readers.html.dates
    corpus.readers.html.elements
    corpus.readers.html.marks
    corpus.readers.html.nodes
    corpus.readers.html.numbers
    corpus.readers.html.page
    corpus.readers.html.pruning
    corpus.readers.html.tables
    corpus.readers.html.unseen
    corpus.readers.pdf.alignment
    corpus.readers.pdf.pages
    corpus.readers.json_rows
    corpus.readers.mail.bodies
    corpus.readers.mail.charsets
    corpus.readers.mail.eml
    corpus.readers.mail.headers
    corpus.readers.mail.messages
    corpus.readers.mail.mhtml
    corpus.readers.mail.parts
    corpus.readers.markup.headings
    corpus.readers.markup.notebook
    corpus.readers.subtitles.cues
    corpus.readers.subtitles.subtitles
    corpus.readers.text
    corpus.readers.reading
    corpus.readers.records
    corpus.text.decoding
    corpus.text.encodings
    corpus.text.language
    corpus.text.normalization
    corpus.text.sentences
    service.access.origins
    service.access.proxies
    service.answering.conversation
    service.answering.ranking.deduplication
    service.answering.highlight
    service.answering.questions.kinds
    service.answering.questions.spelling
    service.answering.questions.variants
    service.answering.questions.wording
    service.answering.sentences.figures
    service.answering.sentences.kinds
    service.answering.sentences.leaning
    service.answering.sentences.numerals
    service.answering.sentences.question_words
    service.answering.sentences.quoting
    service.answering.sentences.segments
    service.answering.sentences.sentences
    service.answering.sentences.turns
    service.answering.citations.text_fragments
    service.runtime.terminal
    service.http.middleware.clients
    service.http.requests.negotiation
    service.http.requests.strict_json
    service.ingest.change_queue
""".split()
"""Modules that go through texts that strangers write."""

WITHIN = {
    "add_blocks": "read_html",
    "advertising_comments": "clean",
    "analyzer": "terms",
    "appeals_between": "clean",
    "best_sentence": "highlighted",
    "contradicts": "without_figures",
    "csv_rows": "read_documents",
    "data_addresses": "clean",
    "decoded_as": "decoded",
    "known_as": "decoded",
    "likely_encoding": "decoded",
    "not_utf8": "decoded",
    "json_rows": "read_documents",
    **dict.fromkeys(
        (
            *("array_rows", "body_of", "bytes_of", "decoded_words", "head_of", "header", "heading_of", "part_text"),
            *("read_message", "split_message", "words_of", "cues", "read_subtitles", "read_notebook"),
            "read_web_page",
            *("asciidoc_sections", "org_sections", "rst_sections"),
        ),
        "read_documents",
    ),
    "markdown_headings": "markdown_sections",
    "published_on": "read_html",
    "storable": "split_front_matter",
    "usable": "split_front_matter",
    "with_known_names": "split_front_matter",
    "yaml_keys": "split_front_matter",
    "days_in": "variants_of",
    "breadcrumb": "clean",
    "merged": "cleaned",
    "document_of": "read_documents",
    "figures_in": "highlighted",
    "has_member": "format_of",
    "headline": "cleaned",
    "holds": "without_figures",
    "is_empty": "sentences_of",
    "penalties_of_others": "highlighted",
    "quoted": "shown",
    "is_archive": "format_of",
    "marks_of": "clean",
    "in_words": "variants_of",
    "menus": "clean",
    "number_at": "variants_of",
    "numbers_in": "variants_of",
    "open_archive": "read_docx",
    "accept_changes": "read_docx",
    "blocks_of": "read_docx",
    "equation": "read_docx",
    "form_value": "read_docx",
    "is_on": "read_docx",
    "is_true": "read_docx",
    "is_word": "format_of",
    "lowered": "read_docx",
    "numeral": "read_docx",
    "number_of": "read_docx",
    "outline_level": "read_docx",
    "raised": "read_docx",
    "remove_field_codes": "read_docx",
    "symbols": "read_docx",
    "table_blocks": "read_docx",
    "value_of": "read_docx",
    "page_tree": "read_html",
    "parse_xml": "read_epub",
    "reader_comments": "clean",
    "related_articles": "clean",
    "says_nothing": "sentences_of",
    "segments": "sentences_of",
    "shares": "other_members",
    "split_sentences": "sentences_of",
    "spread": "Folding",
    "words_in": "highlighted",
    **dict.fromkeys(("add_rows", "column_letters", "repeat_merged", "shown_date", "shown_text"), "read_workbook"),
    **dict.fromkeys(("add_chart", "diagram_lines", "paragraphs_of", "table_rows", "text_of"), "read_presentation"),
    **dict.fromkeys(("add_paragraphs", "in_reading_order", "is_package", "unescaped"), "read_presentation"),
    **dict.fromkeys(("is_opendocument", "kind_of", "name_of", "open_document", "value_of"), "read_text_document"),
    **dict.fromkeys(("check_some_is_left", "notes_on", "numeral", "whole_value"), "read_text_document"),
    "is_rtf": "read_rtf",
    "shown": "read_workbook",
    "what_archive_is": "format_of",
    "what_is": "format_of",
    "what_suffix_is": "format_of",
    "has_end": "format_of",
    "is_no_title": "without_placeholders",
    "prune": "read_html",
    "count": "read_html",
    "find_article": "read_html",
    "holds_blocks": "read_html",
    "is_line_number": "read_html",
    "is_note_mark": "read_html",
    "item_numbers": "read_html",
    "nodes_of": "read_html",
    "note_mark": "read_html",
    "one_line": "read_html",
    "remove": "read_html",
    "remove_unseen": "read_html",
    "rows_of": "read_html",
    "subscript": "read_html",
    "superscript": "read_html",
}
"""Functions that are measured as a part of others."""

OF_FORMATS = {
    *("read_docx", "read_epub", "read_html", "read_pdf", "read_documents"),
    *("read_presentation", "read_slides", "read_spreadsheet", "read_text_document", "read_workbook"),
}

NOT_OF_STRANGERS = {
    *(
        "absolute_path",
        "crowded",
        "find_files",
        "is_gone",
        "is_read_in_folders",
        "is_wanted",
        "is_within",
        "load_identifier",
        "needed",
        "read_together",
        "reader_version",
        "stored_path",
        "corrected",
        "worded",
    ),
    *(
        "is_trusted_proxy",
        "parsed_hosts",
        "parsed_origins",
        "parsed_prefix",
        "parsed_proxies",
        "separated",
        "stop_terms",
    ),
    *("a", "m", "mc", "w"),
    *("advice_for", "data_option", "emit_json", "json_option", "plural", "run_command", "say"),
}
"""They take no text, or one that the operator writes; `read_together`, `corrected` and `worded` are measured with
questions and histories; `a`, `m`, `mc` and `w` write names of XML."""


def test_each_function_that_goes_through_texts_is_measured() -> None:
    measured = {node.id for node in ast.walk(ast.parse(inspect.getsource(processing))) if isinstance(node, ast.Name)}
    measured |= OF_FORMATS
    assert set(WITHIN.values()) <= measured
    missed = [
        f"{module.__name__}.{name}"
        for module in map(importlib.import_module, MEASURED_ROOMS)
        for name in public_functions(module)
        if name not in measured | WITHIN.keys() | NOT_OF_STRANGERS
    ]
    assert missed == []


def public_functions(module: ModuleType) -> list[str]:
    routines = inspect.getmembers(module, inspect.isroutine)
    return [name for name, routine in routines if routine.__module__ == module.__name__ and not name.startswith("_")]
