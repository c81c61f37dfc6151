import pytest

from corpus.errors import SourceError
from tests.corpus.readers.files import archive, only, outline, page_texts
from tests.corpus.readers.office.files import DRAWING, XML, notes, presentation, relations, shape, slide

ROTA = slide(shape("The rota", kind="title"), shape("Lind sails on Monday.", "Ruiz sails on Friday.", kind="body"))
MASTER = ("slideLayout", "../slideLayouts/layout1.xml")


def test_a_slide_is_a_page_and_its_title_a_heading() -> None:
    tides = slide(shape("High water is at six."), shape("The tides", kind="ctrTitle"))
    read = only(presentation(ROTA, tides), "a.pptx")
    assert page_texts(read) == [
        "The rota\n\nLind sails on Monday.\nRuiz sails on Friday.",
        "The tides\n\nHigh water is at six.",
    ]
    assert outline(read) == [("The rota", 1, "The rota"), ("The tides", 1, "The tides")]


def test_a_presentations_properties_are_its_metadata() -> None:
    about = only(presentation(ROTA), "a.pptx").metadata
    assert (about.title, about.authors, about.extra["created"]) == ("Pilot rota", ("Ana Ruiz", "Bo Lind"), "2021-04-05")


def test_a_short_first_line_stands_for_a_title() -> None:
    read = only(presentation(ROTA, slide(shape("The tides", "High water is at six."))), "a.pptx")
    assert outline(read)[1] == ("The tides", 1, "The tides")


def test_notes_follow_their_slide() -> None:
    said = notes(shape("Say that Lind is new.", kind="body"), shape("3", kind="sldNum"), shape("x", kind="sldImg"))
    members = {
        "ppt/slides/_rels/slide1.xml.rels": relations(("notesSlide", "../notesSlides/notes1.xml")),
        "ppt/notesSlides/notes1.xml": said,
    }
    read = only(presentation(ROTA, slide(shape("The end", kind="title")), members=members), "a.pptx")
    assert page_texts(read)[0].endswith("Ruiz sails on Friday.\n\nSay that Lind is new.")


def test_a_hidden_slide_is_an_empty_page_and_counted() -> None:
    read = only(presentation(ROTA, slide(shape("A draft"), about='show="0"'), ROTA), "a.pptx")
    assert [text[:8] for text in page_texts(read)] == ["The rota", "", "The rota"]
    assert read.metadata.extra["reader_notes"] == ["hidden slides were left out: 1"]


def test_a_presentation_of_hidden_slides_is_refused() -> None:
    with pytest.raises(SourceError, match=r"^it has no text that can be read \(hidden slides were left out: 1\)"):
        only(presentation(slide(shape("A draft"), about='show="0"')), "a.pptx")


def test_a_hidden_shape_is_left_out_and_counted() -> None:
    read = only(presentation(slide(shape("Shown"), shape("A draft", about='hidden="1"'))), "a.pptx")
    assert read.text == "Shown"
    assert read.metadata.extra["reader_notes"] == ["hidden shapes were left out: 1"]


def test_page_numbers_dates_and_footers_are_left_out() -> None:
    furniture = [shape(kind, kind=kind) for kind in ("sldNum", "dt", "ftr")]
    assert only(presentation(slide(shape("Words."), *furniture)), "a.pptx").text == "Words."


def test_shapes_are_read_in_the_order_of_their_places() -> None:
    right = shape("Right.", box=(600, 200, 300, 100))
    left = shape("Left.", box=(0, 200, 300, 100))
    top = shape("Top, a line of words.", box=(0, 0, 900, 100))
    read = only(presentation(slide(right, left, top, shape("The rota", kind="title"))), "a.pptx")
    assert read.text == "The rota\n\nTop, a line of words.\n\nLeft.\n\nRight."


def test_a_placeholder_is_where_its_layout_has_it() -> None:
    layout = slide(shape("Click to add", kind="body", box=(0, 500, 900, 100)), root="sldLayout")
    members = {"ppt/slides/_rels/slide1.xml.rels": relations(MASTER), "ppt/slideLayouts/layout1.xml": layout}
    page = slide(shape("The rota", kind="title"), shape("Below.", kind="body"), shape("Above.", box=(0, 100, 900, 100)))
    assert only(presentation(page, members=members), "a.pptx").text == "The rota\n\nAbove.\n\nBelow."


def test_shapes_in_groups_are_read() -> None:
    inner = f"<p:grpSp><p:nvGrpSpPr/><p:grpSpPr/>{shape('Third.')}</p:grpSp>"
    group = f"<p:grpSp><p:nvGrpSpPr/><p:grpSpPr/>{shape('Second.')}{inner}</p:grpSp>"
    assert only(presentation(slide(shape("First."), group)), "a.pptx").text == "First.\n\nSecond.\n\nThird."


def test_one_of_two_versions_of_a_shape_is_read() -> None:
    versions = (
        f"<mc:AlternateContent><mc:Choice>{shape('New.')}</mc:Choice>"
        f"<mc:Fallback>{shape('New.')}</mc:Fallback></mc:AlternateContent>"
    )
    assert only(presentation(slide(versions)), "a.pptx").text == "New."


def cell(text: str, about: str = "") -> str:
    return f"<a:tc {about}><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"


def frame(inside: str) -> str:
    return (
        "<p:graphicFrame><p:nvGraphicFramePr/><a:graphic>"
        f"<a:graphicData>{inside}</a:graphicData></a:graphic></p:graphicFrame>"
    )


def test_a_table_has_a_line_for_each_row() -> None:
    rows = [
        cell("Pier") + cell("Boat"),
        cell("North", 'rowSpan="2"') + cell("Otter"),
        cell("", 'vMerge="1"') + cell("Heron"),
        cell("All", 'gridSpan="2"') + cell("", 'hMerge="1"'),
    ]
    table = frame(f"<a:tbl>{''.join(f'<a:tr>{row}</a:tr>' for row in rows)}</a:tbl>")
    read = only(presentation(slide(shape("Berths", kind="title"), table)), "a.pptx")
    assert read.text == "Berths\n\nPier | Boat\nNorth | Otter\nNorth | Heron\nAll |"


def test_a_chart_gives_its_title_and_its_values() -> None:
    def points(name: str, *values: str, code: str = "") -> str:
        each = "".join(f'<c:pt idx="{at}"><c:v>{value}</c:v></c:pt>' for at, value in enumerate(values))
        return (
            f"<c:{name}><c:numRef><c:numCache>"
            f"<c:formatCode>{code}</c:formatCode>{each}</c:numCache></c:numRef></c:{name}>"
        )

    series = (
        f"<c:ser>{points('tx', 'Share')}{points('cat', 'North', 'South')}"
        f"{points('val', '0.25', '0.75', code='0%')}</c:ser>"
    )
    title = "<c:title><a:p><a:r><a:t>Boats by pier</a:t></a:r></a:p></c:title>"
    members = {
        "ppt/slides/_rels/slide1.xml.rels": relations(("chart", "../charts/chart1.xml")),
        "ppt/charts/chart1.xml": f'{XML}<c:chartSpace xmlns:c="c" xmlns:a="{DRAWING}">{title}{series}</c:chartSpace>',
    }
    read = only(presentation(slide(frame('<c:chart r:id="r1"/>')), members=members), "a.pptx")
    assert read.text == "Boats by pier\n\n| Share\nNorth | 25%\nSouth | 75%"


def test_a_diagram_gives_its_nodes() -> None:
    node = "<g:pt {}><g:t><a:p><a:r><a:t>{}</a:t></a:r></a:p></g:t></g:pt>"
    nodes = (
        node.format("", "Call the pilot") + node.format('type="pres"', "Layout") + node.format('type="node"', "Sail")
    )
    members = {
        "ppt/slides/_rels/slide1.xml.rels": relations(("diagramData", "../diagrams/data1.xml")),
        "ppt/diagrams/data1.xml": f'{XML}<g:dataModel xmlns:g="g" xmlns:a="{DRAWING}">{nodes}</g:dataModel>',
    }
    read = only(presentation(slide(frame('<dgm:relIds r:dm="r1"/>')), members=members), "a.pptx")
    assert read.text == "Call the pilot\nSail"


def test_numbers_of_items_are_read() -> None:
    def item(text: str, level: int = 0, kind: str = "arabicPeriod") -> str:
        return f'<a:p><a:pPr lvl="{level}"><a:buAutoNum type="{kind}"/></a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>'

    items = [item("Call."), item("By radio.", 1, "alphaLcParenR"), item("By phone.", 1, "alphaLcParenR"), item("Sail.")]
    read = only(presentation(slide(shape("How to sail", kind="title"), shape(*items, kind="body"))), "a.pptx")
    assert read.text == "How to sail\n\n1. Call.\na) By radio.\nb) By phone.\n2. Sail."


def test_line_ends_fields_and_runs_are_kept_together() -> None:
    paragraph = (
        "<a:p><a:r><a:t>High wa</a:t></a:r><a:r><a:t>ter</a:t></a:r><a:br/><a:fld><a:t>at six</a:t></a:fld></a:p>"
    )
    read = only(presentation(slide(shape("Tides", kind="title"), shape(paragraph))), "a.pptx")
    assert read.text == "Tides\n\nHigh water\nat six"


def test_comments_are_left_out_and_counted() -> None:
    members = {"ppt/slides/_rels/slide1.xml.rels": relations(("comments", "../comments/comment1.xml"))}
    read = only(presentation(ROTA, members=members), "a.pptx")
    assert read.metadata.extra["reader_notes"] == ["comments on slides were left out: 1"]


def test_a_damaged_slide_costs_only_itself() -> None:
    deep = slide("<p:grpSp>" * 300)
    read = only(presentation(ROTA, ROTA[:-20], deep, slide(shape("The end"))), "a.pptx")
    assert [text[:8] for text in page_texts(read)] == ["The rota", "", "", "The end"]
    assert read.metadata.extra["reader_notes"] == [
        "damaged parts were left out: ppt/slides/slide2.xml, ppt/slides/slide3.xml"
    ]


def test_a_presentation_without_its_list_of_slides_is_refused() -> None:
    with pytest.raises(SourceError, match=r"^it is a presentation without its list of slides; get a new copy"):
        only(archive({"ppt/presentation.xml": "<broken"}), "a.pptx")


def test_a_slide_is_read_once() -> None:
    listed = presentation(ROTA)
    assert only(listed, "a.pptx").text.count("The rota") == 1
    again = '<p:sldId r:id="r1"/>' * 50
    members = {
        "ppt/presentation.xml": (
            f'<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst>{again}</p:sldIdLst></p:presentation>'
        )
    }
    assert only(presentation(ROTA, members=members), "a.pptx").text.count("The rota") == 1


def test_raised_and_lowered_figures_have_characters_of_their_own() -> None:
    runs = (("30000", "2"), ("0", " of CO"), ("-25000", "2"))
    words = "".join(f'</a:t></a:r><a:r><a:rPr baseline="{place}"/><a:t>{text}' for place, text in runs)
    read = only(presentation(slide(shape(f"20 km{words}"))), "a.pptx")
    assert read.text == "20 km² of CO₂"


def test_an_equation_is_read_in_one_line() -> None:
    math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    half = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    words = f'For 2</a:t></a:r><x:m xmlns:x="x" {math}><m:oMath>{half}</m:oMath></x:m><a:r><a:t> hours'
    assert only(presentation(slide(shape(words))), "a.pptx").text == "For 2 1/2 hours"


def test_one_of_two_versions_of_words_is_read() -> None:
    versions = "".join(f"<mc:{name}><a:r><a:t>nine</a:t></a:r></mc:{name}>" for name in ("Choice", "Fallback"))
    words = f'At </a:t></a:r><mc:AlternateContent xmlns:mc="mc">{versions}</mc:AlternateContent><a:r><a:t> or ten'
    assert only(presentation(slide(shape(words))), "a.pptx").text == "At nine or ten"
