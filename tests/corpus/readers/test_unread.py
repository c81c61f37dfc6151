"""Messages about files in formats that are not read."""

import pytest

from corpus.documents.content import ReadOptions
from corpus.errors import SourceError
from corpus.readers.formats import SUFFIXES, format_of
from corpus.readers.unread import _SUFFIXES
from tests.corpus.readers.files import archive, bytes_of
from tests.corpus.readers.office.files import open_document
from tests.corpus.samples import is_clause

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def compound(*streams: str) -> bytes:
    """A compound file with a directory of these names in its first sector."""
    head = bytearray(512)
    head[: len(OLE)] = OLE
    head[30:32] = (9).to_bytes(2, "little")
    return bytes(head) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)


@pytest.mark.parametrize(
    ("name", "data", "what", "remedy"),
    [
        ("a.doc", compound("Root Entry", "WordDocument", "Workbook"), "an old Word document (.doc)", ".docx"),
        ("a.xls", compound("Root Entry", "Workbook", "WordDocument"), "an old Excel workbook (.xls)", ".csv"),
        ("a.xls", compound("Root Entry", "Book"), "an old Excel workbook (.xls)", ".xlsx"),
        ("a.ppt", compound("Root Entry", "PowerPoint Document"), "an old PowerPoint presentation (.ppt)", ".pptx"),
        ("a.docx", compound("Root Entry", "EncryptedPackage"), "an encrypted Office file", "without a password"),
        ("a.msg", compound("Root Entry", "__properties_version1.0"), "an Outlook message (.msg)", ".eml"),
        ("a.vsd", compound("Root Entry", "VisioDocument"), "a Visio drawing", ".pdf"),
        ("a.pub", compound("Root Entry", "Quill"), "a Publisher document", ".pdf"),
        ("a.doc", OLE, "an old Office file", ".docx"),
        ("a.xlsb", archive({"xl/workbook.bin": "x"}), "an Excel binary workbook (.xlsb)", ".xlsx"),
        ("a.vsdx", archive({"visio/document.xml": "x"}), "a Visio drawing (.vsdx)", ".pdf"),
        ("a.xps", archive({"FixedDocSeq.fdseq": "x"}), "an XPS document", ".pdf"),
        ("a.pages", archive({"Index/Document.iwa": "x"}), "a Pages document", ".docx"),
        ("a.numbers", archive({"Index/Document.iwa": "x"}), "a Numbers spreadsheet", ".xlsx"),
        ("a.key", archive({"index.apxl": "x"}), "a Keynote presentation", ".pptx"),
        ("a.pages", archive({"index.xml": "x"}), "a Pages document", ".docx"),
        ("a", archive({"Index/Document.iwa": "x"}), "a document of Pages, Numbers or Keynote", ".docx"),
        ("a.odg", open_document("graphics", ""), "an OpenDocument drawing", ".pdf"),
        ("a.odb", open_document("database", ""), "an OpenDocument database", ".csv"),
        ("a.odf", open_document("formula", ""), "an OpenDocument formula", ".pdf"),
        ("a.djvu", b"AT&TFORM\0\0", "a DjVu document", ".pdf"),
        ("a.chm", b"ITSF\x03\0\0\0", "a compiled help file", ".html"),
        ("a.wpd", b"\xffWPC\0", "a WordPerfect document", ".docx"),
        ("a.mobi", b"x" * 60 + b"BOOKMOBI", "a Kindle book", ".epub"),
        ("a.ps", b"%!PS-Adobe-3.0", "a PostScript file", ".pdf"),
        ("a.one", b"\xe4R\\{\x8c\xd8\xa7M", "a OneNote section", ".pdf"),
        ("a.mdb", b"\0\1\0\0Standard Jet DB", "an Access database", ".csv"),
        ("winmail.dat", b'x\x9f>"\1', "a winmail.dat of Outlook", ".eml"),
        ("a.doc", b"cut", "an old Word document (.doc)", ".docx"),
        ("a.ics", b"BEGIN:VCALENDAR", "a calendar (.ics)", ".csv"),
        ("a.vcf", b"BEGIN:VCARD", "a file of contacts (.vcf)", ".csv"),
        ("a.tex", rb"\documentclass{article}", "a LaTeX source (.tex)", ".pdf"),
        ("a.log", b"It began.", "a log file (.log)", ".txt"),
        ("a.azw3", b"cut", "a Kindle book (.azw3)", ".epub"),
        ("a.db", b"SQLite format 3\0", "a SQLite database", ".csv"),
        ("a.pst", b"!BDN", "an Outlook mailbox", ".eml"),
        ("a.heic", b"\0\0\0\x18ftypheic", "a picture in HEIC format", "PNG"),
        ("a.wav", b"RIFF\0\0\0\0WAVEfmt ", "an audio file", "transcript"),
        ("a.mp3", b"ID3\x04\0", "an audio file", "transcript"),
        ("a.mp4", b"\0\0\0\x18ftypmp42", "an audio or video file", "transcript"),
        ("a.mkv", b"\x1aE\xdf\xa3", "a video file", "transcript"),
    ],
)
def test_the_refusal_of_a_file_names_what_it_is_and_what_to_save_it_as(
    name: str, data: bytes, what: str, remedy: str
) -> None:
    with pytest.raises(SourceError) as refused:
        format_of(bytes_of(data, name), ReadOptions())
    message = str(refused.value)
    assert message.startswith(f"it is {what}")
    assert remedy in message
    assert is_clause(message)


@pytest.mark.parametrize(
    "text", ["ID3 is a tag.", "BOOKMOBI", "PK is a kind of glue.", "Rar is a sound.", "II* and MM*"]
)
def test_words_that_begin_like_a_signature_are_text(text: str) -> None:
    assert format_of(bytes_of(text, "a.txt"), ReadOptions()).media_type == "text/plain"


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx", ".odt", ".ods", ".odp", ".epub"])
def test_the_refusal_of_a_cut_archive_names_the_kind_of_file(suffix: str) -> None:
    with pytest.raises(SourceError) as refused:
        format_of(bytes_of(archive({"[Content_Types].xml": "x"})[:-30], f"a{suffix}"), ReadOptions())
    assert str(refused.value) == f"it is a cut or damaged {suffix} file; get a new copy"


def test_a_suffix_of_a_format_that_is_not_read_has_a_sentence_that_is_a_clause() -> None:
    assert not _SUFFIXES.keys() & SUFFIXES.keys()
    assert all(is_clause(f"it is {what}") for what in _SUFFIXES.values())
