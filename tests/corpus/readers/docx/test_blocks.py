"""What is text in a Word document, and what is not."""

import pytest

from tests.corpus.readers.files import docx_of, only, outline, para, run

CHANGE = 'w:id="1" w:author="Ida" w:date="2025-05-05T00:00:00Z"'


def text_of(body: str, styles: str = "", footnotes: str = "", endnotes: str = "") -> str:
    return only(docx_of(body, styles=styles, footnotes=footnotes, endnotes=endnotes), "a.docx").text


def field(code: str, result: str) -> str:
    kind = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    instruction = f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    return kind.format("begin") + instruction + kind.format("separate") + result + kind.format("end")


# Tracked changes


def test_tracked_changes_are_read_as_if_accepted() -> None:
    deleted = f"<w:del {CHANGE}><w:r><w:delText>forty</w:delText></w:r></w:del>"
    inserted = f"<w:ins {CHANGE}>{run('sixty')}</w:ins>"
    left = f"<w:moveFrom {CHANGE}>{run(' by night')}</w:moveFrom>"
    came = f"<w:moveTo {CHANGE}>{run(' at dawn')}</w:moveTo>"
    assert text_of(para("Pay ", deleted, inserted, " thalers", left, came, ".")) == "Pay sixty thalers at dawn."


def test_an_inserted_word_that_is_deleted_again_is_out() -> None:
    both = f"<w:ins {CHANGE}><w:del {CHANGE}>{run('never ')}</w:del>{run('always ')}</w:ins>"
    assert text_of(para("They ", both, "pay.")) == "They always pay."


def test_a_paragraph_whose_mark_is_deleted_goes_on_in_the_next_one() -> None:
    first = para("The ferry leaves", properties=f"<w:rPr><w:del {CHANGE}/></w:rPr>")
    assert text_of(first + para(" at noon.") + para("Next.")) == "The ferry leaves at noon.\n\nNext."


def test_a_deleted_paragraph_leaves_nothing_behind() -> None:
    mark = f"<w:rPr><w:del {CHANGE}/></w:rPr>"
    gone = para(f"<w:del {CHANGE}>{run('Old rule.')}</w:del>", properties=mark)
    assert text_of(para("One.") + gone + para("Two.")) == "One.\n\nTwo."


def test_a_note_whose_mark_is_deleted_is_out() -> None:
    notes = '<w:footnote w:id="1"><w:p><w:r><w:t>Dropped.</w:t></w:r></w:p></w:footnote>'
    mark = f'<w:del {CHANGE}><w:r><w:footnoteReference w:id="1"/></w:r></w:del>'
    assert text_of(para("Words.", mark), footnotes=notes) == "Words."


# What holds text


@pytest.mark.parametrize(
    "wrapped",
    [
        "<w:sdt><w:sdtPr><w:alias w:val='Name'/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
        "<w:smartTag w:uri='u' w:element='place'>{}</w:smartTag>",
        "<w:customXml w:element='place'><w:customXmlPr/>{}</w:customXml>",
        "<w:hyperlink r:id='r1'>{}</w:hyperlink>",
        "<w:fldSimple w:instr=' AUTHOR '>{}</w:fldSimple>",
        "<w:bdo w:val='rtl'>{}</w:bdo>",
        "<w:dir w:val='ltr'>{}</w:dir>",
        "<w:unknownWrapper>{}</w:unknownWrapper>",
        "<w:sdt><w:sdtContent><w:smartTag><w:hyperlink>{}</w:hyperlink></w:smartTag></w:sdtContent></w:sdt>",
    ],
)
def test_words_in_a_wrapper_are_words_of_their_sentence(wrapped: str) -> None:
    assert text_of(para("It lies near ", wrapped.format(run("Ostby")), ".")) == "It lies near Ostby."


@pytest.mark.parametrize("wrapper", ["sdt><w:sdtContent", "customXml", "ins", "moveTo"])
def test_paragraphs_and_tables_in_a_wrapper_are_read(wrapper: str) -> None:
    closing = "></w:".join(reversed(wrapper.split("><w:")))
    table = f"<w:tbl><w:tr><w:tc>{para('North')}</w:tc><w:tc>{para('4')}</w:tc></w:tr></w:tbl>"
    inside = para("One.") + table + para("Two.")
    assert text_of(f"<w:{wrapper}>{inside}</w:{closing}>") == "One.\n\nNorth | 4\n\nTwo."


def test_the_result_of_a_field_is_text_and_its_code_is_not() -> None:
    assert text_of(para("Printed on ", field(' DATE \\@ "d MMMM" ', run("4 May")), ".")) == "Printed on 4 May."


def test_results_within_the_code_of_a_field_are_not_shown() -> None:
    inner = field("MERGEFIELD sex", run("female"))
    code = f"</w:instrText></w:r>{inner}{run('unseen')}<w:r><w:instrText>"
    assert text_of(para("Dear ", field(code, run("Madam")), ",")) == "Dear Madam,"


def test_a_field_goes_on_over_paragraphs() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC</w:instrText></w:r>'
    separate, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("separate", "end"))
    body = para(begin, separate, "Fees 2") + para("Hours 3", end) + para("After.")
    assert text_of(body) == "Fees 2\n\nHours 3\n\nAfter."


def test_a_field_without_an_end_hides_nothing() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    assert text_of(para("One ", begin, "two.") + para("Three.")) == "One two.\n\nThree."


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("<w:checkBox><w:default w:val='0'/><w:checked/></w:checkBox>", "☒"),
        ("<w:checkBox><w:default w:val='1'/></w:checkBox>", "☒"),
        ("<w:checkBox><w:default w:val='1'/><w:checked w:val='0'/></w:checkBox>", "☐"),
        ("<w:ddList><w:result w:val='1'/><w:listEntry w:val='red'/><w:listEntry w:val='blue'/></w:ddList>", "blue"),
        ("<w:ddList><w:listEntry w:val='red'/></w:ddList>", "red"),
        ("<w:ddList><w:result w:val='7'/><w:listEntry w:val='red'/></w:ddList>", ""),
        ("<w:textInput/>", ""),
    ],
)
def test_a_form_field_is_read_as_it_is_filled_in(form: str, shown: str) -> None:
    begin = f'<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{form}</w:ffData></w:fldChar></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    assert text_of(para("Colour: ", begin, end, "!")) == f"Colour: {shown}!"


# Text boxes and drawings

CHOICE = (
    "<mc:AlternateContent><mc:Choice Requires='wps'>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>"
)
BOX = "<w:drawing><wps:wsp><wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx></wps:wsp></w:drawing>"
OLD_BOX = "<w:pict><v:shape><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></v:shape></w:pict>"


def test_a_text_box_is_read_once_and_after_its_paragraph() -> None:
    inside = para("Closed in May.")
    box = f"<w:r>{CHOICE.format(BOX.format(inside), OLD_BOX.format(inside))}</w:r>"
    assert text_of(para("The gate ", box, "opens at six.") + para("Last.")) == (
        "The gate opens at six.\n\nClosed in May.\n\nLast."
    )


def test_an_old_text_box_is_read() -> None:
    assert text_of(para(f"<w:r>{OLD_BOX.format(para('In a box.'))}</w:r>")) == "In a box."


def test_a_text_box_in_a_text_box_and_a_table_in_it_are_read() -> None:
    table = f"<w:tbl><w:tr><w:tc>{para('a')}</w:tc><w:tc>{para('b')}</w:tc></w:tr></w:tbl>"
    inner = para("Outer.", f"<w:r>{BOX.format(para('Inner.') + table)}</w:r>")
    assert text_of(para(f"<w:r>{BOX.format(inner)}</w:r>")) == "Outer.\n\nInner.\n\na | b"


def test_the_older_alternative_is_read_where_the_newer_one_has_no_text() -> None:
    picture = "<w:drawing><a:blip/></w:drawing>"
    assert text_of(para("A ", f"<w:r>{CHOICE.format(picture, '<w:t>smile</w:t>')}</w:r>")) == "A smile"


def test_words_of_drawings_diagrams_and_word_art_are_read() -> None:
    drawn = "<w:r><w:drawing><a:p><a:r><a:t>Main </a:t></a:r><a:r><a:t>mast</a:t></a:r></a:p></w:drawing></w:r>"
    art = "<w:r><w:pict><v:shape><v:textpath string='Grand sale'/></v:shape></w:pict></w:r>"
    diagram = "<w:r><w:drawing><dgm:relIds r:dm='diagramData'/></w:drawing></w:r>"
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="diagramData" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData" '
        'Target="diagrams/data1.xml"/></Relationships>'
    )
    data = (
        '<x xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:p><a:r><a:t>Step</a:t></a:r></a:p></x>'
    )
    members = {"word/_rels/document.xml.rels": relation, "word/diagrams/data1.xml": data}
    read = only(docx_of(para("Words.", drawn, art, diagram, diagram), members=members), "a.docx")
    assert read.text == "Words.\n\nMain mast\n\nGrand sale\n\nStep"


# Runs

RUBY = (
    "<w:ruby><w:rubyPr/><w:rt><w:r><w:t>tō</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>塔</w:t></w:r></w:rubyBase></w:ruby>"
)


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("<w:t>North</w:t><w:tab/><w:t>4</w:t>", "North 4"),
        ("<w:t>North</w:t><w:ptab w:alignment='right'/><w:t>4</w:t>", "North 4"),
        ("<w:t>North</w:t><w:br/><w:t>4</w:t>", "North\n4"),
        ("<w:t>North</w:t><w:br w:type='page'/><w:t>4</w:t>", "North\n4"),
        ("<w:t>North</w:t><w:cr/><w:t>4</w:t>", "North\n4"),
        ("<w:t>North\n4</w:t>", "North 4"),
        ("<w:t>12</w:t><w:noBreakHyphen/><w:t>B</w:t>", "12-B"),
        ("<w:t>mid</w:t><w:softHyphen/><w:t>night</w:t>", "midnight"),
        ("<w:t>mid</w:t></w:r><w:r><w:t>night</w:t>", "midnight"),
        ("<w:t>5 </w:t><w:sym w:font='Symbol' w:char='F0B3'/><w:t> 4</w:t>", "5 ≥ 4"),
        ("<w:sym w:font='Wingdings' w:char='F0E0'/><w:t> quay</w:t>", "→ quay"),
        ("<w:sym w:font='Arial' w:char='00A7'/><w:t> 4</w:t>", "§ 4"),
        ("<w:sym w:font='Arial' w:char='nothing'/><w:t>4</w:t>", "4"),
        ("<w:rPr><w:rFonts w:ascii='Symbol'/></w:rPr><w:t>\uf061</w:t>", "α"),
        (RUBY, "塔(tō)"),
        ("<w:instrText>no</w:instrText><w:delText>no</w:delText><w:t>yes</w:t><w:commentReference w:id='1'/>", "yes"),
        ("<w:lastRenderedPageBreak/><w:t>yes</w:t><w:annotationRef/>", "yes"),
    ],
)  # fmt: skip
def test_what_a_run_holds_is_read_as_word_shows_it(inside: str, shown: str) -> None:
    assert text_of(para(f"<w:r>{inside}</w:r>")) == shown


@pytest.mark.parametrize(
    ("figure", "position", "small", "shown"),
    [
        ("14", "superscript", "2", "14²"),
        ("14", "superscript", "2,3", "14²,³"),
        ("10", "superscript", "-6", "10⁻⁶"),
        ("1", "superscript", "st", "1st"),
        ("CO", "subscript", "2", "CO₂"),
        ("log", "subscript", "10", "log₁₀"),
        ("1904", "baseline", "5", "19045"),
    ],
)
def test_a_small_figure_stays_apart_from_the_figure_beside_it(
    figure: str, position: str, small: str, shown: str
) -> None:
    assert text_of(para(figure, run(small, f'<w:vertAlign w:val="{position}"/>'))) == shown
    style = f'<w:style w:type="character" w:styleId="S"><w:rPr><w:vertAlign w:val="{position}"/></w:rPr></w:style>'
    assert text_of(para(figure, run(small, '<w:rStyle w:val="S"/>')), styles=style) == shown


def test_a_drop_cap_belongs_to_its_word() -> None:
    assert text_of(para("O", properties='<w:framePr w:dropCap="drop"/>') + para("nce there was.")) == "Once there was."


# Hidden words

HIDDEN = '<w:style w:type="{}" w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
DEEP = '<w:style w:type="{}" w:styleId="D"><w:basedOn w:val="H"/></w:style>'


def test_hidden_words_are_out() -> None:
    assert (
        text_of(para("Seen", run(" unseen", "<w:vanish/>"), run(" too", '<w:vanish w:val="0"/>'), ".")) == "Seen too."
    )


def test_words_that_a_style_hides_are_out() -> None:
    styles = HIDDEN.format("character") + DEEP.format("character")
    assert text_of(para("Seen", run(" unseen", '<w:rStyle w:val="D"/>'), "."), styles=styles) == "Seen."
    styles = HIDDEN.format("paragraph") + DEEP.format("paragraph")
    hidden = '<w:pStyle w:val="D"/>'
    assert text_of(para("Unseen.", properties=hidden) + para("Seen."), styles=styles) == "Seen."
    assert text_of(para("No. ", run("Seen.", '<w:vanish w:val="off"/>'), properties=hidden), styles=styles) == "Seen."


def test_words_that_two_styles_hide_are_shown() -> None:
    styles = HIDDEN.format("paragraph") + HIDDEN.format("character")
    assert (
        text_of(para(run("Seen.", '<w:rStyle w:val="H"/>'), properties='<w:pStyle w:val="H"/>'), styles=styles)
        == "Seen."
    )


# Headings


def style(name: str, title: str, more: str = "") -> str:
    return f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{title}"/>{more}</w:style>'


STYLES = (
    style("berschrift2", "heading 2")
    + style("House", "House rule", '<w:basedOn w:val="berschrift2"/>')
    + style("Deep", "Deeper", '<w:basedOn w:val="House"/>')
    + style("Contents", "TOC Heading", '<w:basedOn w:val="berschrift2"/><w:pPr><w:outlineLvl w:val="9"/></w:pPr>')
    + style("Own", "Own", '<w:pPr><w:outlineLvl w:val="3"/></w:pPr>')
    + style("Titel", "Title")
    + style("A", "A", '<w:basedOn w:val="B"/>')
    + style("B", "B", '<w:basedOn w:val="A"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr>')
)


@pytest.mark.parametrize(
    ("properties", "level"),
    [
        ('<w:pStyle w:val="berschrift2"/>', 2),
        ('<w:pStyle w:val="House"/>', 2),
        ('<w:pStyle w:val="Deep"/>', 2),
        ('<w:pStyle w:val="Contents"/>', None),
        ('<w:pStyle w:val="Own"/>', 4),
        ('<w:pStyle w:val="Titel"/>', 1),
        ('<w:outlineLvl w:val="1"/>', 2),
        ('<w:pStyle w:val="House"/><w:outlineLvl w:val="9"/>', None),
        ('<w:pStyle w:val="A"/>', 1),
        ('<w:pStyle w:val="Gone"/>', None),
    ],
)
def test_a_heading_is_known_by_its_style_or_its_outline_level(properties: str, level: int | None) -> None:
    read = only(docx_of(para("Of fees", properties=properties) + para("Words."), styles=STYLES), "a.docx")
    assert read.text == "Of fees\n\nWords."
    assert outline(read) == ([] if level is None else [("Of fees", level, "Of fees")])


# Notes


def note(kind: str, name: str, text: str, more: str = "") -> str:
    mark = f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:{kind}Ref/></w:r>'
    return f'<w:{kind} w:id="{name}" {more}>{para(mark, f" {text}")}</w:{kind}>'


def mark(kind: str, name: str, more: str = "") -> str:
    return f'<w:r><w:{kind}Reference w:id="{name}" {more}/></w:r>'


def test_notes_stand_at_the_end_in_the_order_of_their_marks() -> None:
    footnotes = (
        note("footnote", "0", "a line", 'w:type="separator"')
        + note("footnote", "1", "On one.", 'w:type="normal"')
        + note("footnote", "2", "On two.")
        + note("footnote", "3", "Nobody refers to it.")
    )
    endnotes = note("endnote", "1", "At the end.")
    body = para("In 1871", mark("endnote", "1"), mark("footnote", "2"), ", 30", mark("footnote", "1"), " died.")
    assert (
        text_of(body, footnotes=footnotes, endnotes=endnotes)
        == "In 1871, 30 died.\n\nOn two.\n\nOn one.\n\nAt the end."
    )


def test_a_mark_of_the_authors_own_is_not_glued_to_a_figure() -> None:
    own = '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="1"/><w:t>7</w:t></w:r>'
    notes = '<w:footnote w:id="1"><w:p><w:r><w:t>7 By count.</w:t></w:r></w:p></w:footnote>'
    assert text_of(para("In 1871", own, " it fell."), footnotes=notes) == "In 1871 it fell.\n\n7 By count."


def test_a_note_has_fields_changes_lines_and_tables_like_the_text() -> None:
    inside = para(
        "See ", field("REF a", run("p. 4")), f"<w:del {CHANGE}>{run(' or 5')}</w:del>", "<w:r><w:br/></w:r>", "end."
    )
    table = f"<w:tbl><w:tr><w:tc>{para('a')}</w:tc><w:tc>{para('b')}</w:tc></w:tr></w:tbl>"
    notes = f'<w:footnote w:id="1">{inside}{table}</w:footnote>'
    assert text_of(para("Words.", mark("footnote", "1")), footnotes=notes) == "Words.\n\nSee p. 4\nend.\na | b"


def test_text_in_other_formats_is_said_to_be_left_out() -> None:
    read = only(docx_of(para("Words.") + "<w:altChunk r:id='r9'/>"), "a.docx")
    assert read.text == "Words."
    assert read.metadata.extra["reader_notes"] == ["it includes text in other formats or files, which was not read"]
