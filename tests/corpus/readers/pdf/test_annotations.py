"""Words of a PDF outside of its pages' own content: read once, or said to be left out."""

import pytest

from corpus.errors import SourceError
from corpus.metadata.precedence import NOTES
from corpus.readers.pdf.glyphs import is_garbled
from tests.corpus.readers.files import only, page_texts, pdf

OWN = ["Words of the page itself, which stand there once."]


def drawn(text: str) -> str:
    """An object that draws a text."""
    stream = f"BT /F1 11 Tf 1 0 0 1 2 4 Tm ({text}) Tj ET"
    resources = "/Resources << /Font << /F1 3 0 R >> >>"
    head = f"/Type /XObject /Subtype /Form /BBox [0 0 200 20] {resources} /Length {len(stream)}"
    return f"<< {head} >>\nstream\n{stream}\nendstream"


def place(at: int) -> str:
    return f"/Rect [72 {600 - 20 * at} 300 {618 - 20 * at}]"


def noted(*annotations: str, own: bool = True, objects: tuple[str, ...] = ()) -> bytes:
    """A page with annotations; they may refer to objects, the first of which is FIRST."""
    inside = " ".join(f"<< /Type /Annot {place(at)} {each} >>" for at, each in enumerate(annotations))
    return pdf([OWN if own else []], page=f"/Annots [{inside}]", extra=objects)


def form(*fields: str, own: bool = True, drawing: str = "<< >>") -> bytes:
    """A page with a form's fields, which may refer to a drawing as DRAWN."""
    first = 7
    numbers = " ".join(f"{first + at} 0 R" for at in range(len(fields)))
    look = "/DA (/F1 11 Tf 0 g)"
    widgets = [
        f"<< /Type /Annot /Subtype /Widget /F 4 /T (f{at}) {look} {place(at)} {each} >>".replace(
            "DRAWN", str(first + len(fields))
        )
        for at, each in enumerate(fields)
    ]
    catalog = f"/AcroForm << /Fields [{numbers}] /DR << /Font << /F1 3 0 R >> >> {look} >>"
    return pdf([OWN if own else []], catalog=catalog, page=f"/Annots [{numbers}]", extra=(*widgets, drawing))


def paragraphs(data: bytes) -> list[str]:
    return only(data, "a.pdf").text.split("\n\n")


def test_the_text_of_a_form_follows_the_text_of_the_page() -> None:
    data = form(
        "/FT /Tx /V (Ana Ruiz)",
        "/FT /Ch /Ff 131072 /Opt [[(sv) (El Salvador)] [(hn) (Honduras)]] /V (hn)",
        "/FT /Ch /Opt [(First item) (Second item)] /V (Second item)",
        "/FT /Tx /V (one\\rtwo) /Ff 4096",
        "/FT /Btn /V /Yes /AS /Yes",
        "/FT /Tx /Ff 8192 /V (secret)",
        "/FT /Tx",
    )
    assert paragraphs(data) == [*OWN, "Ana Ruiz", "Honduras", "First item\nSecond item", "one\ntwo"]


def labelled(*fields: tuple[str, str]) -> str:
    """The text of a page with labels, and fields at given places."""
    numbers = [7 + at for at in range(len(fields))]
    look = "/DA (/F1 11 Tf 0 g)"
    kids = " ".join(f"{number} 0 R" for number in numbers)
    widgets = [
        f"<< /Type /Annot /Subtype /Widget /F 4 /T (f{at}) /FT /Tx {look} /Rect [{box}] /V ({value}) >>"
        for at, (box, value) in enumerate(fields)
    ]
    catalog = f"/AcroForm << /Fields [{kids}] /DR << /Font << /F1 3 0 R >> >> {look} >>"
    lines = [
        "Request for oil",
        "",
        "Keeper:) Tj 1 0 0 1 300 692 Tm (Light:",
        "",
        "Barrels",
        "",
        "",
        "Reasons of the keeper",
    ]
    return only(pdf([lines], catalog=catalog, page=f"/Annots [{kids}]", extra=widgets), "a.pdf").text


def test_a_value_stands_behind_the_label_to_its_left() -> None:
    text = labelled(("360 688 500 704", "North Stone"), ("120 688 250 704", "Ida Falk"), ("120 660 180 676", "14"))
    assert text.split("\n\n") == [
        "Request for oil",
        "Keeper: Ida Falk | Light: North Stone\nBarrels 14",
        "Reasons of the keeper",
    ]


def test_a_value_stands_behind_the_label_above_it() -> None:
    text = labelled(("72 560 400 618", "The tank has run dry,\\rand the boat is late."))
    assert text.endswith("Reasons of the keeper The tank has run dry, and the boat is late.")


def test_a_value_far_from_all_labels_follows_the_page() -> None:
    assert labelled(("72 100 400 120", "At the foot")).endswith("\n\nAt the foot")


def test_a_field_that_is_also_drawn_is_read_once() -> None:
    data = form("/FT /Tx /V (Ana Ruiz) /AP << /N DRAWN 0 R >>", drawing=drawn("Ana Ruiz"))
    assert paragraphs(data) == [*OWN, "Ana Ruiz"]


def test_a_form_without_other_words_is_read() -> None:
    assert paragraphs(form("/FT /Tx /V (Ana Ruiz)", own=False)) == ["Ana Ruiz"]


@pytest.mark.parametrize("field", ["/FT /Btn /Ff 65536", "/FT /Sig"])
def test_the_words_of_buttons_and_signatures_are_those_that_are_drawn(field: str) -> None:
    data = form("/FT /Tx /V (Ana Ruiz)", f"{field} /AP << /N DRAWN 0 R >>", drawing=drawn("Signed by Luis"))
    text = only(data, "a.pdf").text
    assert [text.count(words) for words in (OWN[0], "Signed by Luis", "Ana Ruiz")] == [1, 1, 1]
    assert text.startswith(OWN[0])


@pytest.mark.parametrize("kind", ["FreeText", "Text", "Square", "Stamp", "Caret", "Ink", "Highlight", "StrikeOut"])
def test_comments_are_read(kind: str) -> None:
    assert paragraphs(noted(f"/Subtype /{kind} /Contents (A comment.)")) == [*OWN, "A comment."]


def test_a_comment_that_is_also_drawn_is_read_once() -> None:
    data = noted("/Subtype /FreeText /Contents (A comment.) /AP << /N FIRST 0 R >>", objects=(drawn("A comment."),))
    assert paragraphs(data) == [*OWN, "A comment."]


def test_the_comment_of_a_mark_that_repeats_the_marked_words_is_left_out() -> None:
    assert paragraphs(noted("/Subtype /Highlight /Contents (the page\\ritself)")) == OWN
    assert paragraphs(noted("/Subtype /FreeText /Contents (itself)")) == [*OWN, "itself"]


@pytest.mark.parametrize("annotation", ["/Subtype /Popup /Contents (x)", "/Subtype /Link /Contents (x)"])
def test_popups_and_links_say_nothing_of_their_own(annotation: str) -> None:
    read = only(noted(annotation), "a.pdf")
    assert (read.text, NOTES in read.metadata.extra) == (OWN[0], False)


def test_a_stamp_is_read_as_it_is_drawn() -> None:
    stamp = "/Subtype /Stamp /AP << /N FIRST 0 R >>"
    text = only(noted(stamp, "/Subtype /Text /Contents (A note.)", objects=(drawn("APPROVED"),)), "a.pdf").text
    assert [text.count(words) for words in (OWN[0], "APPROVED", "A note.")] == [1, 1, 1]
    assert paragraphs(noted(stamp, own=False, objects=(drawn("APPROVED"),))) == ["APPROVED"]


@pytest.mark.parametrize("flags", [2, 32])
def test_hidden_text_is_left_out_and_reported(flags: int) -> None:
    hidden = f"/Subtype /FreeText /F {flags} /Contents (Hidden.)"
    read = only(noted(hidden), "a.pdf")
    said = ["words of hidden fields and comments were left out: page 1"]
    assert (read.text, read.metadata.extra[NOTES]) == (OWN[0], said)
    with pytest.raises(SourceError, match=r"^all its words are in hidden fields or comments; make them visible and"):
        only(noted(hidden, own=False), "a.pdf")


def test_each_page_has_the_words_of_its_own_annotations() -> None:
    note = "<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents (Noted.) >>"
    data = pdf([["One."], ["Two."]], page="/Annots [FIRST 0 R]", extra=(note,))
    assert page_texts(only(data, "a.pdf")) == ["One.\n\nNoted.", "Two.\n\nNoted."]


def test_a_form_that_pages_do_not_hold_is_said_to_be_left_out() -> None:
    catalog = "/NeedsRendering true /AcroForm << /Fields [] /XFA (<x/>) >>"
    assert only(pdf([OWN], catalog=catalog), "a.pdf").metadata.extra[NOTES] == ["its Adobe form (XFA) was left out"]
    with pytest.raises(SourceError, match=r"^all its text is in an Adobe form \(XFA\); print it to a PDF"):
        only(pdf([[]], catalog=catalog), "a.pdf")


# Letters


def font() -> str:
    kind = "/Type /Font /Subtype /TrueType /BaseFont /Own /FirstChar 97 /LastChar 122"
    return f"<< {kind} /Widths [{' '.join(['500'] * 26)}] /ToUnicode FIRST 0 R >>"


def cmap(first: int) -> str:
    """A map of the letters a to z to 26 characters."""
    stream = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
        "1 begincodespacerange <00> <FF> endcodespacerange "
        f"1 beginbfrange <61> <7A> <{first:04X}> endbfrange endcmap end end"
    )
    return f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"


@pytest.mark.parametrize(
    ("first", "is_sure"),
    [(0x0430, True), (0xAC00, True), (0xD090, False), (0xC390, False), (0xE000, False)],
    ids=["Cyrillic", "Korean", "Cyrillic in UTF-8", "accents in UTF-8", "private letters"],
)
def test_letters_with_a_wrong_map_are_said_to_be_uncertain(first: int, is_sure: bool) -> None:
    data = pdf([["abcdef ghijkl mnopqr stuvwx"] * 3] * 2, font=font(), extra=(cmap(first),))
    said = [
        "the text may be wrong, because the fonts do not map glyphs to letters correctly; "
        "run text recognition (OCR) on pictures of the pages: pages 1, 2"
    ]
    assert only(data, "a.pdf").metadata.extra.get(NOTES, []) == ([] if is_sure else said)


WORDS = "the keeper wrote in his log that the oil had run out before the end of the month and the boat was late "
WORDS += "while nobody came from the mainland with flour or letters because these storms never stopped until April"


@pytest.mark.parametrize("by", [-29, 7, 0], ids=["capitals and signs", "other letters", "as they are"])
def test_letters_that_make_no_words_are_said_to_be_uncertain(by: int) -> None:
    drawn = "".join(" " if letter == " " else chr(ord(letter) + by) for letter in WORDS)
    drawn = "".join(letter if letter.isalnum() or letter == " " else "q" for letter in drawn)
    notes = only(pdf([[drawn[:70], drawn[70:140], drawn[140:]]]), "a.pdf").metadata.extra.get(NOTES, [])
    assert bool(notes) == bool(by)


@pytest.mark.parametrize(
    "words",
    [
        "Příštích čtrnáct dní bylo na řece zmrzlo všechno, a proto zůstaly všechny čluny u břehu až do konce března.",
        "Wszystkie łodzie zostały przy brzegu aż do końca marca, ponieważ rzeka zamarzła i nikt nie przyszedł na łódź.",
        "Þrjátíu bátar lágu við bryggjuna þangað til ísinn fór og veiðarnar gátu byrjað aftur um vorið við ströndina.",
        "Przy NATO, FMLN, PNUD, OSCE i KPMG stali strażnicy, bo wszystkie statki przypływały rano przed świtem.",
    ],
)
def test_words_of_other_languages_are_words(words: str) -> None:
    assert not is_garbled(words)


def test_a_page_that_cannot_be_read_is_said_to_be_left_out() -> None:
    data = pdf([["One."], ["Two."]]).replace(b"/Kids [5 0 R 7 0 R]", b"/Kids [5 0 R 99 0 R]")
    read = only(data, "a.pdf")
    assert read.text == "One."
    assert read.metadata.extra[NOTES] == ["unreadable pages were left out: page 2"]
