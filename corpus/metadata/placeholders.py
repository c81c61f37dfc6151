"""Titles, authors and tags that programs write into files without any."""

import dataclasses
import re

from corpus.documents import Found

_TITLE = re.compile(
    r"(?i)\W{0,3}(?:anonymous|unnamed|unknown|unspecified|no title|title|untitled"
    r"|(?:new |microsoft )?(?:word|text) document"
    r"|(?:untitled )?(?:document|presentation|spreadsheet|page|workbook)"
    r"|powerpoint presentation|microsoft \w+ - .*|slide"
    r"|sin título|documento(?: sin título)?|sans titre|ohne titel|unbenannt|senza titolo|sem título"
    r"|.*\.(?:docx?|odt|rtf|pdf|tex|dvi|qxd|indd|pptx?|xlsx?|ps|txt))[\W\d]{0,6}"
)
_AUTHOR = re.compile(
    r"(?i)\W{0,3}(?:anonymous|anonym|anónimo|anonyme|unknown(?: author| creator)?|unspecified|un-?named|untitled"
    r"|(?:the )?author|autor|auteur|admin|administrator|administrador|administrateur|user ?name|owner|root|guest"
    r"|(?:default |local |windows |microsoft office |office |ms office )?user|usuario(?: de windows)?|utilisateur"
    r"|benutzer|your name|name|none|null|n/a"
    r"|openpyxl|xlsxwriter|python-(?:docx|pptx)|steve canny|pptxgenjs|phpword|phpspreadsheet|apache poi)[\W\d]{0,6}"
)
"""Accounts without a person's name, and libraries; `Steve Canny` is in the template of python-pptx."""

_TAG = re.compile(r"(?i)\W{0,3}(?:unspecified|unknown|untitled|none|null|n/a)\W{0,3}")


def is_no_title(title: str) -> bool:
    """Return whether a title is the placeholder of a program."""
    return _TITLE.fullmatch(title) is not None


def without_placeholders(found: Found) -> Found:
    """Return the metadata of a file without a title, authors and tags that its program made up."""
    title = found.title
    return dataclasses.replace(
        found,
        title=None if title is None or is_no_title(title.strip()) else title,
        authors=tuple(name for name in found.authors if not _AUTHOR.fullmatch(name.strip())),
        tags=tuple(tag for tag in found.tags if not _TAG.fullmatch(tag.strip())),
    )
