import contextlib
import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.documents.content import ReadOptions
from corpus.documents.document import SourceDocument
from corpus.errors import SourceError
from corpus.files import source as reader_of_sources
from corpus.files.paths import absolute_path
from corpus.files.source import SourceBytes, read_bytes
from corpus.metadata.precedence import MAX_TITLE_CHARACTERS, NOTES
from tests.corpus.samples import is_clause, read_document

Write = Callable[..., Path]


def document(content: str | bytes, name: str = "truce.md") -> SourceDocument:
    return read_document(
        SourceBytes(Path("/documents") / name, content if isinstance(content, bytes) else content.encode())
    )


def refusal(path: Path) -> str:
    """Why a file is refused, wherever in the reading that happens."""
    with pytest.raises(SourceError) as refused:
        read_document(read_bytes(path))
    assert is_clause(str(refused.value))
    return str(refused.value)


def sections(text: str) -> list[tuple[str, int, str]]:
    """Title and level of each section of a Markdown text, with the text from its start to its line's end."""
    read = document(text)
    return [(s.title, s.level, read.text[s.start :].split("\n", 1)[0]) for s in read.sections]


# Bytes


def test_a_file_is_read_whole_with_its_digest_and_its_absolute_path_as_source(write: Write) -> None:
    path = write("truce.txt", "Él llegó.\n")
    file = read_bytes(path)
    assert file.data == "Él llegó.\n".encode()
    assert file.sha256 == hashlib.sha256(file.data).hexdigest()
    assert file.source == str(path)


def test_a_file_has_one_source_from_wherever_it_is_named(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("docs/truce.txt", "Text.")
    elsewhere = write("other/notes.txt", "Text.").parent
    monkeypatch.chdir(elsewhere)
    names = [path, Path("../docs/truce.txt"), elsewhere / ".." / "docs" / "truce.txt", Path("./../docs/./truce.txt")]
    assert {read_bytes(name).source for name in names} == {str(path)}


def test_a_symbolic_link_keeps_its_own_name(write: Write, tmp_path: Path) -> None:
    link = tmp_path / "latest.txt"
    link.symlink_to(write("truce.txt", "Text."))
    assert read_bytes(link).source == str(link)


def test_a_step_up_out_of_a_linked_folder_leads_where_the_operating_system_goes(write: Write, tmp_path: Path) -> None:
    real = write("far/truce.txt", "Far.")
    write("far/inner/notes.txt", "Text.")
    (tmp_path / "link").symlink_to(real.parent / "inner")
    near = tmp_path / "truce.txt"
    near.write_text("Near.", encoding="utf-8")
    named = tmp_path / "link" / ".." / "truce.txt"
    assert read_bytes(named).data == b"Far."
    assert read_bytes(named).source == str(real)
    assert absolute_path(tmp_path / "link" / ".." / "missing.txt") == tmp_path / "missing.txt"


def test_a_name_that_is_not_utf8_is_written_with_escapes(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/tr\xffce.txt"))
    path.write_text("\n", encoding="utf-8")
    file = read_bytes(path)
    assert file.source == f"{tmp_path}/tr\\udcffce.txt"
    long_line = SourceBytes(path, b"a" * (MAX_TITLE_CHARACTERS + 1))
    assert read_document(long_line).metadata.title == "tr\\udcffce"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.txt") == "there is no such file or folder; check the path"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "it is not a regular file; give a file, not a folder, pipe or device"


@pytest.mark.timeout(20)
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert refusal(tmp_path / "pipe.txt") == "it is not a regular file; give a file, not a folder, pipe or device"


def test_a_link_that_leads_nowhere_or_in_a_circle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "nowhere.txt").symlink_to(tmp_path / "none.txt")
    (tmp_path / "circle.txt").symlink_to(tmp_path / "circle.txt")
    assert refusal(tmp_path / "nowhere.txt") == (
        "it is a link to a file that does not exist; correct or remove the link"
    )
    assert refusal(tmp_path / "circle.txt").startswith("it cannot be read (Too many levels of symbolic links)")


def test_a_name_too_long_for_the_operating_system_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / ("a" * 300)).startswith("it cannot be read (File name too long)")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.EACCES, "permission to read it is missing; check its permissions"),
        (errno.EIO, "it cannot be read (Input/output error); check the disk and the path"),
    ],
)
def test_an_error_of_the_operating_system_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch, code: int, reason: str
) -> None:
    path = write("truce.txt", "Text.")

    def failing(_: int) -> os.stat_result:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fstat", failing)
        assert refusal(path) == reason


def test_a_file_larger_than_the_limit_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_of_sources, "MAX_SOURCE_BYTES", 2 * 1024**2)
    largest = write("largest.txt", b"a" * (2 * 1024**2))
    assert len(read_bytes(largest).data) == 2 * 1024**2
    larger = write("larger.txt", b"a" * (2 * 1024**2 + 1))
    assert refusal(larger) == "it is larger than 2 MiB; split it into smaller files"


# Changes while a file is being read


@contextlib.contextmanager
def changing_while_read(times: int, change: Callable[[int], object]) -> Iterator[None]:
    """Let `change` happen after the first look at the opened file in each of the first readings, as if by others."""
    looks = 0
    fstat = os.fstat

    def fstat_then_change(descriptor: int) -> os.stat_result:
        nonlocal looks
        result = fstat(descriptor)
        reading, look = divmod(looks, 2)
        looks += 1
        if look == 0 and reading < times:
            change(reading)
        return result

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fstat", fstat_then_change)
        yield


def test_a_file_that_changes_once_while_it_is_read_is_read_again_and_whole(write: Write) -> None:
    path = write("truce.txt", "First half. ")

    def append(_: int) -> None:
        with path.open("ab", buffering=0) as file:
            file.write(b"Second half.")

    with changing_while_read(1, append):
        assert read_bytes(path).data == b"First half. Second half."


def test_a_file_that_is_rewritten_at_its_length_is_noticed_by_its_time(write: Write) -> None:
    path = write("truce.txt", "Old text.")

    with changing_while_read(2, lambda at: os.utime(path, ns=(0, 2 * 10**18 + at))):
        assert refusal(path) == "it changed while it was read; run the command again when it is complete"


def test_a_file_that_shrinks_while_it_is_read_is_read_again(write: Write) -> None:
    path = write("truce.txt", "A long text that is cut.")
    with changing_while_read(1, lambda _: os.truncate(path, 6)):
        assert read_bytes(path).data == b"A long"


def test_a_file_that_keeps_changing_is_refused(write: Write) -> None:
    path = write("log.txt", "")
    with changing_while_read(100, lambda at: os.truncate(path, at + 1)):
        assert refusal(path) == "it changed while it was read; run the command again when it is complete"


def test_a_file_that_grows_past_the_limit_while_it_is_read_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_of_sources, "MAX_SOURCE_BYTES", 1024**2)
    path = write("log.txt", "small")
    with changing_while_read(100, lambda _: os.truncate(path, 1024**2 + 1)):
        assert refusal(path) == "it is larger than 1 MiB; split it into smaller files"


# Text


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    read = document(b"\xef\xbb\xbf---\ntitle: La tregua\n---\nTwo came.")
    assert read.text == "Two came."
    assert read.metadata.title == "La tregua"


def test_only_the_first_byte_order_mark_is_taken_away() -> None:
    assert document("\ufeff\ufeffText.").text == "\ufeffText."


def test_windows_and_old_mac_line_ends_become_newlines() -> None:
    assert document("One\r\nTwo\rThree\n\rFour\r\n").text == "One\nTwo\nThree\n\nFour\n"


def test_nothing_else_of_a_text_is_changed() -> None:
    text = "  Él\u00a0— e\u0301 \t«x»\u2028\x0c\x85 \u200b😀  \n\n\n ok "
    assert document(text, "truce.txt").text == text


@pytest.mark.parametrize(
    ("data", "byte"),
    [
        (b"\xff", "0"),
        (b"ab\xffcd", "2"),
        ("é".encode() + b"\xe9", "2"),
        (b"\xef\xbb\xbfab\xff", "5"),
        (b"cut \xe2\x82", "4"),
        (b"\xed\xa0\x80", "0"),
        (b"a" * 1234 + b"\x80", "1,234"),
    ],
)
def test_bytes_that_are_not_utf8_are_refused_by_their_place(write: Write, data: bytes, byte: str) -> None:
    reason = refusal(write("latin.txt", data))
    assert reason.startswith(f"it is not valid UTF-8 (byte {byte}")
    assert "); save it as UTF-8" in reason


def test_the_encoding_that_a_text_seems_to_be_in_is_named(write: Write) -> None:
    text = "Él llegó en 2012 y la tregua comenzó. Los niños volvieron a la escuela en otoño. " * 5
    reason = refusal(write("latin.txt", text.encode("cp1252")))
    hint = "perhaps it is windows-1252"
    assert reason == f"it is not valid UTF-8 (byte 0, {hint}); save it as UTF-8, or name its encoding (--encoding)"


def test_a_text_in_an_encoding_that_is_named_is_read(write: Write) -> None:
    latin = read_bytes(write("latin.txt", "Él llegó.".encode("cp1252")))
    assert read_document(latin, ReadOptions(encoding="cp1252")).text == "Él llegó."
    with pytest.raises(SourceError, match=r"^it cannot be read as klingon; name its real encoding"):
        read_document(latin, ReadOptions(encoding="klingon"))
    utf8 = read_bytes(write("utf8.txt", "Él llegó."))
    assert read_document(utf8, ReadOptions(encoding="cp1252")).text == "Él llegó."


@pytest.mark.parametrize("encoding", ["iso-2022-jp", "iso-2022-kr"])
def test_a_text_with_escapes_to_other_letters_is_read_only_if_its_encoding_is_named(encoding: str) -> None:
    text = {"iso-2022-jp": "港は静かだ。", "iso-2022-kr": "항구는 조용하다."}[encoding]
    data = SourceBytes(Path("/documents/port.txt"), text.encode(encoding))
    with pytest.raises(SourceError, match=r"^it is in an encoding with escapes, .*save it as UTF-8, or name its"):
        read_document(data)
    assert read_document(data, ReadOptions(encoding=encoding)).text == text
    assert document(b"\x1b[31mred\x1b(B\x1b[m", "log.txt").text == "\x1b[31mred\x1b(B\x1b[m"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_text_with_a_byte_order_mark_is_read_by_it(encoding: str) -> None:
    marked = "Él llegó.\r\n" if encoding in ("utf-16", "utf-32", "utf-8-sig") else "\ufeffÉl llegó.\r\n"
    assert document(marked.encode(encoding), "truce.txt").text == "Él llegó.\n"


def test_a_text_that_breaks_off_within_a_character_of_its_mark_is_refused(write: Write) -> None:
    cut = "Text.".encode("utf-16")[:-1]
    assert refusal(write("cut.txt", cut)) == "it is not valid UTF-16 (byte 10); save it as UTF-8"


@pytest.mark.parametrize("data", [b"\0", b"text\0more", b"\x7fELF\0\xff"])
def test_a_binary_file_is_refused(write: Write, data: bytes) -> None:
    wanted = "it is a binary file; give a document in one of the formats that Footnote reads"
    assert refusal(write("image.txt", data)) == wanted


@pytest.mark.parametrize(
    "content", ["", "\ufeff", " \n\t\r\n", "\u00a0\u2003\u3000\n", "---\ntitle: Only a title\n---\n", "---\n---\n\n "]
)
def test_a_file_without_text_is_refused(write: Write, content: str) -> None:
    assert refusal(write("empty.md", content)) == "it has no text"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.txt", "text/plain"),
        ("a.TEXT", "text/plain"),
        ("a.md", "text/markdown"),
        ("a.b.Markdown", "text/markdown"),
    ],
)
def test_the_suffix_says_the_media_type(name: str, media_type: str) -> None:
    assert document("Text.", name).media_type == media_type


# Metadata and titles


def test_front_matter_becomes_the_documents_metadata() -> None:
    read = document(
        "---\ntitle: La tregua\npublisher: El Diario\nauthors: [Ana Ruiz]\npublished: 2017-01-19\nlanguage: es-SV\n"
        "url: https://example.org/tregua\ntags: truce\nsources: [{article: A}]\n---\nText.\n"
    )
    about = read.metadata
    assert (about.title, about.publisher, about.authors) == ("La tregua", "El Diario", ("Ana Ruiz",))
    assert (about.published, about.language, about.url) == ("2017-01-19", "es-SV", "https://example.org/tregua")
    assert (about.tags, about.extra) == (("truce",), {"sources": [{"article": "A"}]})


def test_a_wrong_key_of_front_matter_costs_itself_and_is_told_of() -> None:
    read = document("---\nurl: javascript:alert(1)\nplace: Izalco\n---\nText.\n")
    wrong = "'url' in its front matter must be an http or https address; it was ignored"
    assert (read.text, read.metadata.url) == ("Text.\n", None)
    assert read.metadata.extra == {"place": "Izalco", NOTES: [wrong]}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The mill\fThe weir", "The mill"),
        ("The mill\x0bThe weir", "The mill"),
        ("The mill\u2028The weir", "The mill"),
        ("---\n\nThe **mill** at [the weir](https://example.org/weir)\n", "The mill at the weir"),
        ("![wheel](wheel.png)\n\n> The `mill`\n", "The mill"),
        ("<p align='center'>The mill &amp; weir</p>\n", "The mill & weir"),
        ("five < six and mill_wheel > 3 * 4\n", "five < six and mill_wheel > 3 * 4"),
    ],
)
def test_a_first_line_is_a_title_without_its_markup(text: str, title: str) -> None:
    assert document(text).metadata.title == title


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (
            "Den store møllen ved fossen ble bygget på ny etter brannen, og hjulet går fortsatt hver sommer.",
            "cp1252",
            "windows-1252",
        ),
        (
            "Le moulin à eau fut bâti près de la forêt ; l’été, la roue tourne dès l’aube où l’on s’éveille.",
            "cp1252",
            "windows-1252",
        ),
        (
            "Młyn nad rzeką zbudowano po pożarze, a koło wciąż się kręci każdego lata, gdy woda jest wysoka.",
            "cp1250",
            "windows-1250",
        ),
        (
            "Водяная мельница у реки была построена после пожара, и колесо вращается каждое лето до сих пор.",
            "koi8-r",
            "koi8",
        ),
        ("Водяная мельница у реки была построена после пожара, и колесо вращается каждое лето.", "cp866", "cp866"),
        (
            "Ο μύλος δίπλα στο ποτάμι χτίστηκε μετά τη φωτιά και ο τροχός γυρίζει ακόμη κάθε καλοκαίρι.",
            "iso8859-7",
            "windows-1253",
        ),
        (
            "水車小屋は火事の後に川のそばに建てられ、夏になると今でも水車が回っている。村の人々が集まる。",
            "cp932",
            "cp932",
        ),
    ],
)
def test_the_encoding_that_is_named_gives_the_words_as_they_are(
    write: Write, text: str, encoding: str, named: str
) -> None:
    data = text.encode(encoding)
    found = re.search(r"perhaps it is ([\w-]+)\)", refusal(write("mill.txt", data)))
    assert found is not None
    assert found[1].startswith(named)
    assert data.decode(found[1]) == text


@pytest.mark.parametrize("data", [b"caf\xe9", b"\xe9" * 400, bytes(range(128, 256)) * 4, b"word \x81\x8d " * 50])
def test_no_encoding_is_named_where_none_is_sure(write: Write, data: bytes) -> None:
    assert "perhaps" not in refusal(write("mill.txt", data))


def test_latin_1_is_read_as_browsers_read_it() -> None:
    data = "The “mill” – costs 3 €.".encode("cp1252")
    file = SourceBytes(Path("/a.txt"), data)
    assert read_document(file, ReadOptions(encoding="latin-1")).text == "The “mill” – costs 3 €."


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_told_of_and_read_when_it_is_named(write: Write, encoding: str) -> None:
    path = write("mill.txt", "The mill was built.".encode(encoding))
    assert (
        refusal(path)
        == f"it is not valid UTF-8, perhaps it is {encoding}; save it as UTF-8, or name its encoding (--encoding)"
    )
    assert read_document(read_bytes(path), ReadOptions(encoding=encoding)).text == "The mill was built."


@pytest.mark.parametrize("encoding", ["hex", "rot13", "base64"])
def test_what_is_no_encoding_of_texts_decodes_nothing(encoding: str) -> None:
    with pytest.raises(SourceError, match=f"^it cannot be read as {encoding}; name its real encoding"):
        read_document(SourceBytes(Path("/a.txt"), b"caf\xe9"), ReadOptions(encoding=encoding))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\ntitle: From the block\n---\n# From the heading\n", "From the block"),
        ("# From the heading\n\nText.\n", "From the heading"),
        ("From the heading\n====\n\nText.\n", "From the heading"),
        ("A line first.\n\n# From the heading\n", "From the heading"),
        ("A line first.\n\n## Not level 1\n\n# Later\n", "A line first."),
        ("## Not level 1\n\nText.\n", "Not level 1"),
        ("\n\n  First line \nSecond line\n", "First line"),
        ("#hashtag\n", "hashtag"),
        ("#\n", "truce"),
        ("###\n\nText.", "truce"),
        ("a" * MAX_TITLE_CHARACTERS + "\nText.\n", "a" * MAX_TITLE_CHARACTERS),
        ("a" * (MAX_TITLE_CHARACTERS + 1) + "\nText.\n", "truce"),
        ("# " + "a" * (MAX_TITLE_CHARACTERS + 1) + "\nText.\n", "a" * MAX_TITLE_CHARACTERS),
    ],
)
def test_a_title_comes_from_front_matter_then_heading_then_first_line_then_name(text: str, title: str) -> None:
    assert document(text).metadata.title == title


def test_a_plain_text_has_no_sections_and_its_first_line_for_a_title() -> None:
    read = document("# One\n\n## Two\n", "truce.txt")
    assert (read.sections, read.metadata.title) == ([], "One")


# Sections


def test_both_kinds_of_heading_begin_a_section_at_their_line() -> None:
    text = "Intro.\n\n# One\n\nText.\n\nTwo\n===\n\n  ### Three ###\nThree and\na half\n---\nText.\n###### Six\n"
    assert sections(text) == [
        ("One", 1, "# One"),
        ("Two", 1, "Two"),
        ("Three", 3, "  ### Three ###"),
        ("Three and a half", 2, "Three and"),
        ("Six", 6, "###### Six"),
    ]


def test_section_starts_count_code_points_of_the_text_without_front_matter() -> None:
    read = document(b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\n" + "😀 É\u2028x\x0c\r\n\r\n# Él\r\n\r\n## Dos".encode())
    assert read.text == "😀 É\u2028x\x0c\n\n# Él\n\n## Dos"
    assert [(s.title, s.start) for s in read.sections] == [("Él", 8), ("Dos", 14)]


@pytest.mark.parametrize(
    "text",
    [
        "```\n# no\n```\n",
        "~~~ md\n# no\n~~~\n",
        "```\n# no, and the fence is never closed\n",
        "    # no\n",
        "\t# no\n",
        "> # no\n",
        "- # no\n",
        "1. # no\n",
        "<div>\n# no\n</div>\n",
        "<!--\n# no\n-->\n",
        "####### no\n",
        "#no\n",
        r"\# no",
        "text\n\n---\n",
        "# \n",
        "#\n",
        "# ##\n",
        "# <b></b>\n",
    ],
)
def test_what_only_looks_like_a_heading_begins_no_section(text: str) -> None:
    assert sections(text) == []


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("Talks with **MS-13**, 2017", "Talks with MS-13, 2017"),
        ("Un**believ**able", "Unbelievable"),
        ("*One* and __two__ (`three_four`)", "One and two (three_four)"),
        ("[Linked](https://example.org 'x') words", "Linked words"),
        ("[Referred] to\n\n[Referred]: https://example.org", "Referred to"),
        ("Escaped \\* and &amp; &copy;", "Escaped * and & ©"),
        ("![A picture](a.png) beside", "A picture beside"),
        ("H<sub>2</sub>O <!-- not this -->", "H2O"),
        ("  Too   many\tblanks  ", "Too many blanks"),
        ("<https://example.org>", "https://example.org"),
    ],
)
def test_a_sections_title_is_its_headings_words_without_markup(heading: str, title: str) -> None:
    assert sections(f"# {heading}\n")[0][0] == title


def test_a_line_break_in_a_heading_becomes_a_space() -> None:
    assert [title for title, _, _ in sections("One  \ntwo\nthree\n===\n")] == ["One two three"]


def test_a_paragraph_above_a_line_of_dashes_is_a_heading_however_long() -> None:
    for words in ("*Some* words", "*Some* words " * 500):
        [section] = document(f"{words.strip()}\n---\n\nText.").sections
        assert section.start == 0
        assert section.title.replace("*", "") == words.strip().replace("*", "")
