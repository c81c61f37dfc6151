import pytest

from corpus.errors import SourceError
from tests.corpus.readers.files import only, outline

HEAD = (
    "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fcharset0 Times;}"
    "{\\f1\\fcharset204 Cyr;}{\\f2\\fcharset128 Mincho;}}"
    "{\\stylesheet{Normal;}{\\s1 heading 1;}{\\s2 Heading 2;}{\\s3 Title;}}"
)


def rtf(body: str, head: str = HEAD) -> bytes:
    return f"{head}{body}}}".encode("latin-1")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Lind sails.\\par Ruiz rests.\\par", "Lind sails.\n\nRuiz rests."),
        ("Lind\\line sails.", "Lind\nsails."),
        ("20 km{\\super 2} of CO\\sub 2\\nosupersub  and 10\\super 6\\plain  men", "20 km² of CO₂ and 10⁶ men"),
        ("900{\\super {\\footnote See 1904.}} men", "900 men\n\nSee 1904."),
        ("{\\*\\moMath{\\mf{\\mnum{\\mr 1}}{\\mden{\\mr 2}}}{\\msSup{\\me x}{\\msup 3}}}", "(1)/(2)x³"),
        ("{\\*\\moMath{\\mrad{\\mdeg}{\\me 5}}}", "√(5)"),
        ("One\r\nword", "Oneword"),
        ("Caf\\'e9 \\u8364 ?5 \\emdash \\ldblquote so\\rdblquote \\{\\}\\\\", "Café €5 —“so”{}\\"),
        ("{\\f1 \\'ef\\'ee\\'f0\\'f2}", "порт"),
        ("{\\f2 \\'8d\\'60}", "港"),
        ("\\uc2\\u9731\\'81\\'81 snow", "☃ snow"),
        ("\\uc0\\u9731 snow", "☃snow"),
        ("\\u-10179 ?\\u-8704 ?", "😀"),
        ("non\\_stop soft\\-ware a\\~b", "non\u2011stop software a b"),
        ("{\\upr{old}{\\*\\ud{new}}}", "new"),
        ('{\\field{\\*\\fldinst HYPERLINK "x"}{\\fldrslt a link}}', "a link"),
        ("{\\*\\unknown lost}{\\header Page}{\\pict 00ff}{\\xe entry}Words.", "Words."),
        ("A{\\pict\\bin4 }{\\\\}B", "AB"),
        ("{\\object{\\*\\objdata 00}{\\result Shown.}}", "Shown."),
        ("{\\b Li}nd {\\v hidden}sails{\\deleted gone}.", "Lind sails."),
        ("A\\v hidden\\v0 B\\v C\\plain D", "ABD"),
    ],
)
def test_the_text_is_what_a_program_shows(body: str, text: str) -> None:
    assert only(rtf(body), "a.rtf").text == text


def test_headings_come_from_styles_and_levels() -> None:
    body = (
        "\\pard\\s3 Rota\\par\\pard\\s1 May\\par\\pard\\s2 Week one"
        "\\par\\pard\\outlinelevel2 Monday\\par\\pard Lind sails.\\par"
    )
    assert [each[:2] for each in outline(only(rtf(body), "a.rtf"))] == [
        ("Rota", 1),
        ("May", 1),
        ("Week one", 2),
        ("Monday", 3),
    ]


def test_a_table_has_a_line_for_each_row() -> None:
    def row(*cells: str, about: str = "") -> str:
        return (
            f"\\trowd{about}\\cellx100\\cellx200\\pard\\intbl " + "".join(f"{cell}\\cell " for cell in cells) + "\\row "
        )

    body = row("Pier", "Boat") + row("North", "Otter\\par II", about="\\clvmgf") + row("", "Heron", about="\\clvmrg")
    read = only(rtf(f"Before.\\par {body}\\pard After.\\par"), "a.rtf")
    assert read.text == "Before.\n\nPier | Boat\nNorth | Otter II\nNorth | Heron\n\nAfter."


def test_items_of_a_list_keep_their_numbers() -> None:
    body = (
        "{\\listtext 1.\\tab}Call.\\par {\\listtext 2.\\tab}Sail.\\par\\pard Then:\\par {\\pntext\\'B7\\tab}Rest.\\par"
    )
    assert only(rtf(body), "a.rtf").text == "1. Call.\n2. Sail.\n\nThen:\n\nRest."


def test_notes_stand_at_the_end_and_text_boxes_after_their_paragraph() -> None:
    note = "{\\footnote\\pard See the log.}"
    box = "{\\shp{\\*\\shpinst{\\sp{\\sn name}{\\sv value}}{\\shptxt\\pard In a box.\\par}}}"
    read = only(rtf(f"Lind sails{note}{box} on Monday.\\par Ruiz rests.\\par"), "a.rtf")
    assert read.text == "Lind sails on Monday.\n\nIn a box.\n\nRuiz rests.\n\nSee the log."


def test_what_is_left_out_is_counted() -> None:
    read = only(rtf("Lind{\\v secretly} sails{\\deleted now}{\\*\\annotation Sure?}."), "a.rtf")
    assert read.metadata.extra["reader_notes"] == [
        "hidden texts were left out: 1",
        "deleted texts were left out: 1",
        "comments were left out: 1",
    ]


def test_the_information_is_the_metadata() -> None:
    info = (
        "{\\info{\\title Pilot rota}{\\author Ana Ruiz; Bo Lind}"
        "{\\keywords pilots, harbour}{\\creatim\\yr2021\\mo4\\dy5\\hr6}}"
    )
    about = only(rtf(f"{info}Lind sails on Monday."), "a.rtf").metadata
    assert (about.title, about.authors, about.tags) == ("Pilot rota", ("Ana Ruiz", "Bo Lind"), ("pilots", "harbour"))
    assert about.extra == {"created": "2021-04-05"}


def test_a_file_may_have_another_encoding() -> None:
    assert only(rtf("\\'ef\\'ee\\'f0\\'f2", "{\\rtf1\\ansi\\ansicpg1251 "), "a.rtf").text == "порт"
    assert only(rtf("caf\\'8e", "{\\rtf1\\mac "), "a.rtf").text == "café"
    assert only(rtf("caf\\'e9", "{\\rtf1\\ansicpg99999 "), "a.rtf").text == "café"


def test_a_cut_file_is_read_and_said_to_be_one() -> None:
    read = only(rtf("Lind sails.\\par Ruiz")[:-1], "a.rtf")
    assert read.text == "Lind sails.\n\nRuiz"
    assert read.metadata.extra["reader_notes"] == ["its end is missing"]


def test_what_follows_the_file_is_left_out() -> None:
    assert only(rtf("Lind sails.") + b"} more {", "a.rtf").text == "Lind sails."


def test_deep_groups_are_refused() -> None:
    with pytest.raises(SourceError, match="nested more than 1,000 deep"):
        only(rtf("{" * 100_000), "a.rtf")


def test_a_file_without_words_is_refused() -> None:
    with pytest.raises(SourceError, match="it has no text"):
        only(rtf("{\\pict 00ff}"), "a.rtf")
    with pytest.raises(SourceError, match=r"^it has no text that can be read \(hidden texts were left out: 1\)"):
        only(rtf("{\\v secret}"), "a.rtf")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("5 {\\f4\\'b3} 3", "5 ≥ 3"),
        ("{\\f4 a\\u-3917?\\'b7}", "α≥•"),
        ("{\\f5\\'fc} so", "✓ so"),
        ("{\\f6 \\'a9}", "©"),
        ("{\\f7\\'b3}", "≥"),
    ],
)
def test_symbols_are_read_as_the_characters_that_they_show(body: str, text: str) -> None:
    fonts = "".join(
        f"{{\\f{at}\\fcharset2 {name};}}" for at, name in ((4, "Symbol"), (5, "Wingdings"), (6, "Boats"), (7, "Symbol"))
    )
    assert only(rtf(body, f"{{\\rtf1\\ansi{{\\fonttbl{{\\f0 Times;}}{fonts}}}\\f0 "), "a.rtf").text == text


def test_words_without_a_font_are_in_the_default_one() -> None:
    head = "{\\rtf1\\ansi\\ansicpg1252\\deff3{\\fonttbl{\\f0\\fcharset0 Times;}{\\f3\\fcharset204 Cyr;}}"
    assert only(rtf("\\'ef\\'ee\\'f0\\'f2 {\\f0 caf\\'e9}\\plain  \\'ef", head), "a.rtf").text == "порт café п"


@pytest.mark.parametrize(("word", "codec"), [("mac", "mac-roman"), ("pc", "cp437"), ("pca", "cp850")])
def test_an_old_system_has_an_encoding_of_its_own(word: str, codec: str) -> None:
    body = f"{{\\rtf1\\{word} caf\\'{'é'.encode(codec).hex()}}}"
    assert only(body.encode(), "a.rtf").text == "café"
