import io
import zipfile

import pytest

from corpus.errors import SourceError
from tests.corpus.readers.files import archive, only, outline
from tests.corpus.readers.office.files import META, flat, open_document, text_document

NUMBERED = (
    '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" '
    'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")" '
    'text:display-levels="2"/></text:list-style>'
)
HIDDEN = '<style:style style:name="T9"><style:text-properties text:display="none"/></style:style>'


def item(*inside: str) -> str:
    return f"<text:list-item>{''.join(inside)}</text:list-item>"


def p(text: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def test_headings_and_paragraphs_are_read_in_order() -> None:
    first, second = (
        '<text:h text:outline-level="{}">{}</text:h>'.format(*each) for each in ((1, "The rota"), (2, "In May"))
    )
    body = first + p("Lind sails.") + second + p("Ruiz sails.")
    read = only(text_document(body), "a.odt")
    assert read.text == "The rota\n\nLind sails.\n\nIn May\n\nRuiz sails."
    assert outline(read) == [("The rota", 1, "The rota"), ("In May", 2, "In May")]


def test_the_metadata_of_the_file_is_read() -> None:
    about = only(text_document(p("Lind sails on Monday.")), "a.odt").metadata
    assert (about.title, about.authors, about.tags) == ("Pilot rota", ("Ana Ruiz",), ("pilots",))
    assert (about.published, about.extra["created"]) == (None, "2021-04-05")


def test_spaces_tabs_and_line_ends_are_those_of_the_text() -> None:
    read = only(
        text_document(
            p('Lind\n   sails<text:s text:c="3"/>on<text:tab/><text:span>Mon</text:span>day<text:line-break/>at six.')
        ),
        "a.odt",
    )
    assert read.text == "Lind sails on Monday\nat six."


def test_what_was_deleted_is_left_out() -> None:
    changes = (
        f"<text:tracked-changes><text:changed-region><text:deletion>{p('Gone.')}</text:deletion>"
        "</text:changed-region></text:tracked-changes>"
    )
    inserted = p('Lind <text:change-start text:change-id="c"/>now <text:change-end text:change-id="c"/>sails.')
    assert only(text_document(changes + inserted), "a.odt").text == "Lind now sails."


def test_hidden_texts_and_comments_are_left_out_and_counted() -> None:
    note = f"<office:annotation>{p('Is this so?')}</office:annotation>"
    body = p(f'Lind <text:span text:style-name="T9">secretly </text:span>sails{note}.') + p("Secret.", "T9")
    section = f'<text:section text:display="none">{p("Draft.")}</text:section>'
    read = only(text_document(body + section, HIDDEN), "a.odt")
    assert read.text == "Lind sails."
    assert read.metadata.extra["reader_notes"] == ["hidden texts were left out: 3", "comments were left out: 1"]


def test_notes_stand_at_the_end() -> None:
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        f"<text:note-body>{p('See the log.')}</text:note-body></text:note>"
    )
    read = only(text_document(p(f"Lind sails{note} on Monday.") + p("Ruiz rests.")), "a.odt")
    assert read.text == "Lind sails on Monday.\n\nRuiz rests.\n\nSee the log."


def test_numbers_of_items_are_read() -> None:
    inner = f"<text:list>{item(p('By radio.'))}{item(p('By phone.'))}</text:list>"
    body = f'<text:list text:style-name="L1">{item(p("Call."), inner)}{item(p("Sail."))}</text:list>'
    goes_on = f'<text:list text:style-name="L1" text:continue-numbering="true">{item(p("Land."))}</text:list>'
    starts = f'<text:list text:style-name="L1">{item(p("Rest."))}</text:list>'
    read = only(text_document(body + p("Then:") + goes_on + p("Later:") + starts, NUMBERED), "a.odt")
    assert read.text == "1. Call.\n1.a) By radio.\n1.b) By phone.\n2. Sail.\n\nThen:\n\n3. Land.\n\nLater:\n\n1. Rest."


def test_a_list_without_numbers_has_a_line_for_each_item() -> None:
    body = f"<text:list>{item(p('Call.'))}{item(p('Sail.'), p('At six.'))}</text:list>"
    assert only(text_document(body), "a.odt").text == "Call.\nSail.\nAt six."


def test_numbers_of_headings_are_read() -> None:
    common = (
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="1"/><text:outline-level-style '
        'text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>'
    )
    body = "".join(f'<text:h text:outline-level="{level}">Words {level}</text:h>' for level in (1, 2, 2, 1, 2)) + p(
        "End."
    )
    read = only(text_document(body, common=common), "a.odt")
    assert [title for title, _, _ in outline(read)] == [
        "1 Words 1",
        "1.1 Words 2",
        "1.2 Words 2",
        "2 Words 1",
        "2.1 Words 2",
    ]


def test_a_table_has_a_line_for_each_row() -> None:
    def cell(text: str, about: str = "") -> str:
        return f"<table:table-cell {about}>{p(text)}</table:table-cell>"

    covered = "<table:covered-table-cell/>"
    down, across = 'table:number-rows-spanned="2"', 'table:number-columns-spanned="2"'
    rows = [
        f"<table:table-header-rows><table:table-row>{cell('Pier')}{cell('Boat')}</table:table-row></table:table-header-rows>",
        f"<table:table-row>{cell('North', down)}{cell('Otter')}</table:table-row>",
        f"<table:table-row>{covered}{cell('Heron')}</table:table-row>",
        f"<table:table-row>{cell('All', across)}{covered}</table:table-row>",
    ]
    read = only(text_document(f"<table:table>{''.join(rows)}</table:table>{p('End.')}"), "a.odt")
    assert read.text == "Pier | Boat\nNorth | Otter\nNorth | Heron\nAll\n\nEnd."


def test_a_text_box_follows_its_paragraph() -> None:
    box = f"<draw:frame><draw:text-box>{p('In a box.')}</draw:text-box><svg:desc>A picture</svg:desc></draw:frame>"
    assert (
        only(text_document(p(f"Before{box} the box.") + p("After.")), "a.odt").text
        == "Before the box.\n\nIn a box.\n\nAfter."
    )


def test_a_field_with_the_title_is_text() -> None:
    assert only(text_document(p("The <text:title>Rota</text:title> begins.")), "a.odt").text == "The Rota begins."


def test_a_table_of_contents_is_left_out() -> None:
    contents = f"<text:table-of-content><text:index-body>{p('The rota 3')}</text:index-body></text:table-of-content>"
    assert only(text_document(contents + p("Lind sails.")), "a.odt").text == "Lind sails."


def test_a_flat_file_is_read() -> None:
    assert only(flat("text", p("Lind sails.")), "a.fodt").text == "Lind sails."


def test_a_file_that_does_not_name_its_type_first_is_read() -> None:
    with zipfile.ZipFile(io.BytesIO(text_document(p("Lind sails.")))) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    manifest = '<manifest><file-entry media-type="application/vnd.oasis.opendocument.text"/></manifest>'
    filler = {"a": b"x" * 500}
    del members["mimetype"]
    assert only(archive(filler | members | {"META-INF/manifest.xml": manifest}), "a.odt").text == "Lind sails."


def test_an_encrypted_file_is_refused() -> None:
    manifest = {"META-INF/manifest.xml": "<m><encryption-data/></m>"}
    with pytest.raises(SourceError, match=r"^it is encrypted; save it without a password$"):
        only(open_document("text", "", members=manifest), "a.odt")


def test_damaged_styles_cost_only_themselves() -> None:
    read = only(
        open_document("text", p("Lind sails."), members={"styles.xml": "<broken", "meta.xml": META[:99]}), "a.odt"
    )
    assert read.text == "Lind sails."
    assert read.metadata.extra["reader_notes"] == ["damaged parts were left out: styles.xml, meta.xml"]


@pytest.mark.parametrize(
    ("content", "reason"), [("<broken", "it is a damaged ODT file"), ("<a/>", "without its content")]
)
def test_a_damaged_file_is_refused(content: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        only(open_document("text", "", members={"content.xml": content}), "a.odt")


def test_deep_lists_and_tables_are_refused_or_read() -> None:
    nested = "<text:list><text:list-item>" * 100 + p("Deep.") + "</text:list-item></text:list>" * 100
    assert only(text_document(nested), "a.odt").text == "Deep."
    deeper = "<text:list><text:list-item>" * 200 + p("Deep.") + "</text:list-item></text:list>" * 200
    with pytest.raises(SourceError, match="nested more than 256 deep"):
        only(text_document(deeper), "a.odt")


def test_repeated_cells_are_limited() -> None:
    cells = '<table:table-cell table:number-columns-repeated="9999999"><text:p>a</text:p></table:table-cell>' * 3
    read = only(text_document(f"<table:table><table:table-row>{cells}</table:table-row></table:table>"), "a.odt")
    assert read.text.count("a") == 1000


def style(name: str, properties: str, family: str = "text", parent: str = "") -> str:
    return (
        f'<style:style style:name="{name}" style:family="{family}" style:parent-style-name="{parent}">'
        f"<style:text-properties {properties}/></style:style>"
    )


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("super 58%", "900²"),
        ("33% 58%", "900²"),
        ("sub 58%", "900₂"),
        ("-33% 58%", "900₂"),
        ("0% 100%", "9002"),
        ("20% 100%", "9002"),
    ],
)
def test_raised_and_lowered_figures_have_characters_of_their_own(place: str, text: str) -> None:
    styles = style("Small", f'style:text-position="{place}"') + style("T1", "", parent="Small")
    read = only(text_document(p('900<text:span text:style-name="T1">2</text:span>'), styles), "a.odt")
    assert read.text == text


def test_a_style_hides_what_inherits_from_it() -> None:
    hidden = 'text:display="none"'
    styles = (
        style("Secret", hidden, "paragraph")
        + style("P1", "", "paragraph", "Secret")
        + style("P2", 'text:display="true"', "paragraph", "P1")
        + style("P3", hidden)
        + style("P4", "", "paragraph", "P5")
        + style("P5", "", "paragraph", "P4")
    )
    body = p("Gone.", "P1") + p("Shown.", "P2") + p("Of another family.", "P3") + p("In a circle.", "P4")
    assert only(text_document(body, styles), "a.odt").text == "Shown.\n\nOf another family.\n\nIn a circle."


def test_a_conditional_text_is_read_unless_it_is_hidden() -> None:
    texts = "".join(
        f'<text:hidden-text text:is-hidden="{state}">{word}</text:hidden-text>'
        for state, word in (("true", "never "), ("false", "now"))
    )
    assert only(text_document(p(f"Lind sails {texts}.")), "a.odt").text == "Lind sails now."


def test_a_list_in_an_item_with_a_style_of_its_own_is_counted_from_the_beginning() -> None:
    letters = (
        '<text:list-style style:name="L2"><text:list-level-style-number text:level="2" style:num-format="a" '
        'style:num-suffix=")"/></text:list-style>'
    )

    def inner(*texts: str) -> str:
        return f'<text:list text:style-name="L2">{"".join(item(p(text)) for text in texts)}</text:list>'

    body = item(p("Sails"), inner("jib", "main")) + item(p("Oars"), inner("long"))
    read = only(text_document(f'<text:list text:style-name="L1">{body}</text:list>', NUMBERED + letters), "a.odt")
    assert read.text == "1. Sails\na) jib\nb) main\n2. Oars\na) long"


HALF = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mn>1</mn><mn>2</mn></mfrac></math>'


def test_a_formula_is_read_in_its_sentence() -> None:
    frame = "<draw:frame><draw:object>{}</draw:object></draw:frame>"
    body = p(f"For 2{frame.format(HALF)} hours.")
    assert only(flat("text", body), "a.fodt").text == "For 2 1/2 hours."


def test_a_formula_that_is_a_document_of_its_own_is_read_once() -> None:
    frame = '<draw:frame><draw:object xmlns:xlink="x" xlink:href="./Object 1"/></draw:frame>'
    manifest = (
        '<manifest:manifest xmlns:manifest="m"><manifest:file-entry manifest:full-path="Object 1/" '
        'manifest:media-type="application/vnd.oasis.opendocument.formula"/><manifest:file-entry '
        'manifest:full-path="Object 2/" manifest:media-type="application/vnd.oasis.opendocument.formula"/>'
        "</manifest:manifest>"
    )
    members = {"META-INF/manifest.xml": manifest, "Object 1/content.xml": HALF}
    read = only(open_document("text", p(f"For {frame} an hour{frame}."), members=members), "a.odt")
    assert read.text == "For 1/2 an hour."
    assert read.metadata.extra["reader_notes"] == ["damaged parts were left out: Object 2"]
