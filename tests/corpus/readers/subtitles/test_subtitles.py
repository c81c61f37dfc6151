"""Subtitles: cues, times, speakers, rolling captions."""

import pytest

from corpus.documents.content import ReadOptions
from corpus.documents.document import SourceDocument
from corpus.errors import SourceError
from corpus.readers.formats import format_of
from corpus.readers.subtitles.subtitles import VTT
from tests.corpus.readers.files import bytes_of, only


def srt(*cues: tuple[str, str, str]) -> str:
    return "\n".join(
        f"{at}\n{start},000 --> {end},900\n{text}\n" for at, (start, end, text) in enumerate(cues, start=1)
    )


def vtt(*cues: tuple[str, str, str], head: str = "WEBVTT\n") -> str:
    return head + "".join(f"\n{start}.000 --> {end}.000 align:start\n{text}\n" for start, end, text in cues)


def places(document: SourceDocument) -> list[tuple[str, str]]:
    """The time of each cue, and its words."""
    ends = [*(place.start for place in document.places[1:]), len(document.text)]
    starts = zip(document.places, ends, strict=True)
    return [(place.label, document.text[place.start : end].strip()) for place, end in starts]


def test_cues_become_sentences_with_their_times() -> None:
    document = only(
        srt(
            ("00:00:01", "00:00:02", "The pilot came"),
            ("00:00:03", "00:00:05", "at noon,\nand left at one."),
            ("01:12:05", "01:12:07", "The tide had turned."),
        ),
        "talk.srt",
    )
    assert document.text == "The pilot came at noon, and left at one.\n\nThe tide had turned."
    assert places(document) == [
        ("0:00:01", "The pilot came"),
        ("0:00:03", "at noon,"),
        ("0:00:03", "and left at one."),
        ("1:12:05", "The tide had turned."),
    ]
    assert (document.metadata.title, document.media_type) == ("talk", "application/x-subrip")


def test_marks_of_style_and_place_are_left_out_and_other_signs_are_not() -> None:
    text = "{\\an8}<i>The</i> <font color='red'>buoy</font> costs < 5 &amp; > 3, x<y and AT&T &copy it.</b>"
    assert only(srt(("00:00:01", "00:00:02", text)), "a.srt").text == "The buoy costs < 5 & > 3, x<y and AT&T &copy it."


def test_speakers_are_named() -> None:
    document = only(
        vtt(
            ("00:01", "00:02", "<v Ana Ruiz>Who <c.loud>steered</c>?</v>\n<v.first Luis>I did."),
            ("00:02", "00:03", "<v Luis>At noon."),
            ("00:03", "00:04", "Nobody else."),
        ),
        "a.vtt",
    )
    assert document.text == "Ana Ruiz: Who steered?\n\nLuis: I did. At noon.\n\nNobody else."


def test_lines_with_dashes_are_of_several_speakers() -> None:
    document = only(srt(("00:00:01", "00:00:02", "- Who steered?\n- I did.")), "a.srt")
    assert document.text == "- Who steered?\n\n- I did."


def test_notes_styles_and_names_of_cues_are_no_words() -> None:
    text = vtt(("00:01", "00:02", "One."), ("00:00:02", "00:00:03", "Two.\n\nNOTE not said\n\n3-intro"), head=HEAD)
    document = only(text + "00:04.000 --> 00:05.000\nThree.\n", "a.vtt")
    assert document.text == "One. Two. Three."
    assert document.metadata.language == "en"


HEAD = "WEBVTT - A talk\nKind: captions\nLanguage: en\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:a\n"


def test_captions_that_roll_are_read_once() -> None:
    document = only(
        vtt(
            ("00:00", "00:02", " \nso<00:00:00.400><c> the</c><00:00:00.800><c> pilot</c>"),
            ("00:02", "00:02", "so the pilot\n "),
            ("00:02", "00:04", "so the pilot\ncame<00:00:02.400><c> at</c>"),
            ("00:04", "00:04", "came at\n "),
            ("00:04", "00:06", "came at\nnoon<00:00:04.400><c> today</c>"),
        ),
        "a.vtt",
    )
    assert document.text == "so the pilot came at noon today"
    assert places(document) == [("0:00:00", "so the pilot"), ("0:00:02", "came at"), ("0:00:04", "noon today")]


def test_captions_that_grow_are_read_once() -> None:
    cues = [("00:00", "00:01", "The"), ("00:01", "00:02", "The pilot"), ("00:02", "00:03", "The pilot came.")]
    assert only(vtt(*cues), "a.vtt").text == "The pilot came."


def test_captions_of_three_lines_that_roll_are_read_once() -> None:
    cues = [("00:00", "00:01", "a\nb\nc"), ("00:01", "00:02", "b\nc\nd"), ("00:02", "00:03", "c\nd\ne")]
    assert only(vtt(*cues), "a.vtt").text == "a b c d e"


def test_words_said_twice_are_read_twice() -> None:
    cues = [
        ("00:00:01", "00:00:02", "No."),
        ("00:00:02", "00:00:03", "No."),
        ("00:00:03", "00:00:04", "He left."),
        ("00:00:04", "00:00:05", "When?"),
        ("00:00:05", "00:00:06", "At one."),
    ]
    assert only(srt(*cues), "a.srt").text == "No. No. He left. When? At one."
    song = [("00:00:01", "00:00:02", "La la.")] * 3
    assert only(srt(*song), "a.srt").text == "La la. La la. La la."


def test_long_talk_is_parted_at_sentences_and_pauses() -> None:
    cues = [(f"00:00:{at:02}", f"00:00:{at:02}", f"The pilot steers ship {at} to the harbour.") for at in range(20)]
    paragraphs = only(srt(*cues), "a.srt").text.split("\n\n")
    assert len(paragraphs) > 1
    assert all(300 <= len(each) < 400 for each in paragraphs[:-1])
    endless = [(start, end, text.removesuffix(".") + " again") for start, end, text in cues * 3]
    assert max(map(len, only(srt(*endless), "b.srt").text.split("\n\n"))) < 1000


@pytest.mark.parametrize(
    "text", ["1\n00:00:01 --> 00:00:02\nOne.\n2\n00:00:02.5 --> 00:00:03,5\nTwo.\n", "0:01,0->0:02,0\nOne.\n\n\nTwo."]
)
def test_careless_files_are_read(text: str) -> None:
    assert only(text.replace("\n", "\r\n"), "a.srt").text == "One. Two."


def test_other_encodings_are_read_as_texts_are() -> None:
    data = srt(("00:00:01", "00:00:02", "El práctico.")).encode("utf-16")
    assert only(data, "a.srt").text == "El práctico."
    with pytest.raises(SourceError, match=r"^it is not valid UTF-8"):
        only(srt(("00:00:01", "00:00:02", "El práctico.")).encode("cp1252"), "a.srt")


@pytest.mark.parametrize("text", ["Words.", "WEBVTT\n\nNOTE nothing\n", "00:00:01,000 --> 00:00:02,000\n\n"])
def test_a_file_without_subtitles_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match=r"^it has no subtitles: no line with times"):
        only(text, "a.srt")


def test_webvtt_is_known_by_its_first_line() -> None:
    assert format_of(bytes_of("\ufeffWEBVTT\n\n", "a.txt"), ReadOptions()) is VTT
    assert format_of(bytes_of("WEBVTTS are words.", "a.txt"), ReadOptions()) is not VTT
