"""Formats that are not read: what a file is, by its first bytes and its name, and what to save it as."""

from corpus.readers.archives import has_member
from corpus.readers.office.opendocument.package import kind_of

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = (
    ("EncryptedPackage", "an encrypted Office file; save it without a password"),
    ("__properties_version1.0", "an Outlook message (.msg); save it as .eml, .txt or .pdf"),
    ("WordDocument", "an old Word document (.doc); save it as .docx"),
    ("PowerPoint Document", "an old PowerPoint presentation (.ppt); save it as .pptx or .pdf"),
    ("Workbook", "an old Excel workbook (.xls); save it as .xlsx or .csv"),
    ("Book", "an old Excel workbook (.xls); save it as .xlsx or .csv"),
    ("VisioDocument", "a Visio drawing (.vsd); save it as .pdf"),
    ("Quill", "a Publisher document (.pub); save it as .pdf"),
    ("MatOST", "a Works document (.wps); save it as .docx"),
)
"""Names of the streams in Microsoft's compound files, and what has them."""

_SIGNATURES = (
    (b"\x1f\x8b", "a gzip archive; unpack it"),
    (b"BZh", "a bzip2 archive; unpack it"),
    (b"\xfd7zXZ\0", "an xz archive; unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it"),
    (b"Rar!\x1a\x07", "a RAR archive; unpack it"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive; unpack it"),
    (b"8BPS\0", "a Photoshop picture; save it as PNG, JPEG or TIFF"),
    (b"AT&TFORM", "a DjVu document; save it as .pdf with its text"),
    (b"ITSF\x03", "a compiled help file (.chm); save it as .html or .pdf"),
    (b"\xffWPC", "a WordPerfect document; save it as .docx"),
    (b"%!PS", "a PostScript file; save it as .pdf"),
    (b"\xdb\xa5-\0", "an old Word document (.doc); save it as .docx"),
    (b"\xe4R\\{\x8c\xd8\xa7M", "a OneNote section; save it as .docx or .pdf"),
    (b"1\xbe\0\0", "an old Write document; save it as .docx"),
    (b'x\x9f>"', "a winmail.dat of Outlook; save the message from Outlook as .eml, or its attachments apart"),
    (b"SQLite format 3\0", "a SQLite database; save its tables as .csv"),
    (b"\0\x01\0\0Standard ", "an Access database; save its tables as .csv"),
    (b"!BDN", "an Outlook mailbox (.pst); save its messages as .eml"),
    (b"ID3\x03", "an audio file; give a transcript as .txt, .srt or .vtt"),
    (b"ID3\x04", "an audio file; give a transcript as .txt, .srt or .vtt"),
    (b"OggS", "an audio or video file; give a transcript as .txt, .srt or .vtt"),
    (b"\x1aE\xdf\xa3", "a video file; give a transcript as .txt, .srt or .vtt"),
)
_INSIDE = (
    (4, b"ftyphei", "a picture in HEIC format; save it as PNG, JPEG or TIFF"),
    (4, b"ftypmif1", "a picture in HEIF format; save it as PNG, JPEG or TIFF"),
    (4, b"ftypavif", "a picture in AVIF format; save it as PNG, JPEG or TIFF"),
    (4, b"jP  \r\n", "a picture in JPEG 2000 format; save it as PNG, JPEG or TIFF"),
    (8, b"WAVEfmt ", "an audio file; give a transcript as .txt, .srt or .vtt"),
    (4, b"ftyp", "an audio or video file; give a transcript as .txt, .srt or .vtt"),
    (60, b"BOOKMOBI", "a Kindle book (MOBI, AZW); save it as .epub"),
    (60, b"TEXtREAd", "a Palm document; save it as .txt"),
)
_MEMBERS = (
    ("xl/workbook.bin", "an Excel binary workbook (.xlsb); save it as .xlsx or .csv"),
    ("visio/document.xml", "a Visio drawing (.vsdx); save it as .pdf"),
    ("FixedDocSeq.fdseq", "an XPS document; save it as .pdf"),
    ("FixedDocumentSequence.fdseq", "an XPS document; save it as .pdf"),
    ("index.apxl", "a Keynote presentation; save it as .pptx or .pdf"),
)
_IWORK = {
    ".pages": "a Pages document; save it as .docx or .pdf",
    ".numbers": "a Numbers spreadsheet; save it as .xlsx or .csv",
    ".key": "a Keynote presentation; save it as .pptx or .pdf",
}
_OPENDOCUMENT = {
    "graphics": "an OpenDocument drawing (.odg); save it as .pdf",
    "formula": "an OpenDocument formula (.odf); save it as .pdf",
    "database": "an OpenDocument database (.odb); save its tables as .csv",
    "chart": "an OpenDocument chart; save it as .pdf",
}

_APPLE = ("Index/", "Index.zip", "index.xml")
"""Members of documents of Apple's programs, one of them in each."""

_SUFFIXES = {
    **_IWORK,
    ".doc": "an old Word document (.doc); save it as .docx",
    ".dot": "an old Word template (.dot); save it as .docx",
    ".xls": "an old Excel workbook (.xls); save it as .xlsx or .csv",
    ".ppt": "an old PowerPoint presentation (.ppt); save it as .pptx or .pdf",
    ".pps": "an old PowerPoint presentation (.pps); save it as .pptx or .pdf",
    ".xlsb": "an Excel binary workbook (.xlsb); save it as .xlsx or .csv",
    ".wps": "a Works document (.wps); save it as .docx",
    ".wpd": "a WordPerfect document (.wpd); save it as .docx",
    ".pub": "a Publisher document (.pub); save it as .pdf",
    ".vsd": "a Visio drawing (.vsd); save it as .pdf",
    ".vsdx": "a Visio drawing (.vsdx); save it as .pdf",
    ".one": "a OneNote section (.one); save it as .docx or .pdf",
    ".odg": "an OpenDocument drawing (.odg); save it as .pdf",
    ".msg": "an Outlook message (.msg); save it as .eml, .txt or .pdf",
    ".pst": "an Outlook mailbox (.pst); save its messages as .eml",
    ".ics": "a calendar (.ics); save its events as .csv or .txt",
    ".vcf": "a file of contacts (.vcf); save them as .csv or .txt",
    ".djvu": "a DjVu document (.djvu); save it as .pdf with its text",
    ".djv": "a DjVu document (.djv); save it as .pdf with its text",
    ".xps": "an XPS document (.xps); save it as .pdf",
    ".oxps": "an XPS document (.oxps); save it as .pdf",
    ".mobi": "a Kindle book (.mobi); save it as .epub",
    ".azw": "a Kindle book (.azw); save it as .epub",
    ".azw3": "a Kindle book (.azw3); save it as .epub",
    ".fb2": "a FictionBook (.fb2); save it as .epub",
    ".chm": "a compiled help file (.chm); save it as .html or .pdf",
    ".tex": "a LaTeX source (.tex); give the .pdf that is made from it",
    ".ps": "a PostScript file (.ps); save it as .pdf",
    ".log": "a log file (.log); if it is text to be searched, name it .txt",
    ".mdb": "an Access database (.mdb); save its tables as .csv",
    ".accdb": "an Access database (.accdb); save its tables as .csv",
    ".sqlite": "a SQLite database (.sqlite); save its tables as .csv",
    ".zip": "a ZIP archive; unpack it",
    ".7z": "a 7z archive; unpack it",
    ".rar": "a RAR archive; unpack it",
    ".gz": "a gzip archive; unpack it",
    ".tgz": "a gzip archive; unpack it",
    ".tar": "a tar archive; unpack it",
}
"""What files with these suffixes are, where the bytes do not tell, or are not read."""


def what_is(data: bytes) -> str | None:
    """Return what a file in a format that is not read is, and what to do, to follow "it is"; None if it is unknown."""
    if data.startswith(_OLE):
        return _what_compound_file_is(data)
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            return what
    return next((what for at, signature, what in _INSIDE if data.startswith(signature, at)), None)


def what_archive_is(data: bytes, suffix: str) -> str:
    """Return what a ZIP archive in a format that is not read is, and what to do, to follow "it is".

    Args:
        data: The file.
        suffix: The suffix of its name, in lower case.
    """
    kind = kind_of(data).removesuffix("-template")
    if kind in _OPENDOCUMENT:
        return _OPENDOCUMENT[kind]
    for name, what in _MEMBERS:
        if has_member(data, name):
            return what
    if has_member(data, "Index/Document.iwa") or (suffix in _IWORK and any(has_member(data, name) for name in _APPLE)):
        return _IWORK.get(suffix, "a document of Pages, Numbers or Keynote; save it as .docx, .xlsx or .pdf")
    return "a ZIP archive, not a document; unpack it"


def what_suffix_is(suffix: str) -> str | None:
    """Return what files with a suffix, in lower case, are, and what to do, to follow "it is"; None if it is unknown."""
    return _SUFFIXES.get(suffix)


def _what_compound_file_is(data: bytes) -> str:
    """Return what a compound file is by the stream that its directory names first; other documents may be inside."""
    sector = 1 << min(int.from_bytes(data[30:32], "little"), 12)
    directory = (int.from_bytes(data[48:52], "little") + 1) * sector
    for start in (directory, 0):
        found = ((data.find(name.encode("utf-16-le"), start), what) for name, what in _STREAMS)
        places = [(at, what) for at, what in found if at >= 0]
        if places:
            return min(places)[1]
    return "an old Office file; save it as .docx, .xlsx or .pdf"
