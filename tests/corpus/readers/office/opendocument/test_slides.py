from tests.corpus.readers.files import only, outline, page_texts
from tests.corpus.readers.office.files import open_document

HIDDEN = '<style:style style:name="dp9"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>'


def frame(text: str, kind: str = "", box: tuple[str, str, str, str] | None = None) -> str:
    place = "" if box is None else 'svg:x="{}" svg:y="{}" svg:width="{}" svg:height="{}"'.format(*box)
    about = f'presentation:class="{kind}"' if kind else ""
    return f"<draw:frame {about} {place}><draw:text-box><text:p>{text}</text:p></draw:text-box></draw:frame>"


def page(*inside: str, style: str = "") -> str:
    return f'<draw:page draw:style-name="{style}">{"".join(inside)}</draw:page>'


def test_a_slide_is_a_page_with_its_title_first_and_its_notes_last() -> None:
    notes = (
        f"<presentation:notes>{frame('Say that Lind is new.', 'notes')}{frame('3', 'page-number')}</presentation:notes>"
    )
    first = page(notes, frame("Lind sails.", "outline"), frame("The rota", "title"), frame("May 2021", "date-time"))
    read = only(open_document("presentation", first + page(frame("The end", "title"))), "a.odp")
    assert page_texts(read) == ["The rota\n\nLind sails.\n\nSay that Lind is new.", "The end"]
    assert outline(read) == [("The rota", 1, "The rota"), ("The end", 1, "The end")]


def test_shapes_are_read_in_the_order_of_their_places() -> None:
    right, left = frame("Right.", box=("15cm", "5cm", "8cm", "3cm")), frame("Left.", box=("1cm", "5cm", "8cm", "3cm"))
    top = frame("Top.", box=("10mm", "0.5cm", "22cm", "3cm"))
    group = f"<draw:g>{right}{left}</draw:g>"
    assert only(open_document("presentation", page(group, top)), "a.odp").text == "Top.\n\nLeft.\n\nRight."


def test_a_hidden_slide_is_an_empty_page_and_counted() -> None:
    read = only(
        open_document("presentation", page(frame("A draft"), style="dp9") + page(frame("Words.")), HIDDEN), "a.odp"
    )
    assert page_texts(read) == ["", "Words."]
    assert read.metadata.extra["reader_notes"] == ["hidden slides were left out: 1"]


def test_words_in_shapes_and_tables_are_read() -> None:
    shape = "<draw:custom-shape><text:p>In a shape.</text:p></draw:custom-shape>"
    cells = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in ("Otter", "14"))
    table = f"<draw:frame><table:table><table:table-row>{cells}</table:table-row></table:table></draw:frame>"
    assert only(open_document("presentation", page(shape, table)), "a.odp").text == "In a shape.\n\nOtter | 14"
