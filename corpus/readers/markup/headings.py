"""Headings and metadata of reStructuredText, Org and AsciiDoc, whose text stays as it is written, like Markdown's."""

import dataclasses
import re

from corpus.documents import Found, Section
from corpus.readers.text import TextFormat

MAX_TITLE_CHARACTERS = 300
"""Longest line that may be a heading with a line of punctuation under it."""

HEAD_LINES = 60
"""First lines in which metadata is looked for."""

_RULE = re.compile(r"([!-/:-@\[-`{-~])\1+")
_LEAST_RULE = 4
"""Length of a line of punctuation that may be shorter than the title above it."""

_RST_FIELD = re.compile(r":(author|authors|date|language|lang|revdate):[ \t]{1,40}(\S.*)", re.IGNORECASE)
_ORG_FIELD = re.compile(r"#\+(title|author|date|language):[ \t]{0,40}(\S.*)", re.IGNORECASE)
_STAMP = re.compile(r"[<\[](\d{4}-\d\d-\d\d)[^<>\[\]]{0,40}[>\]]")
_ORG_HEADING = re.compile(r"(\*{1,20})[ \t]{1,40}(\S.*)")
_ORG_STATE = re.compile(r"(?:(?:TODO|DONE|NEXT|WAITING|CANCELLED)[ \t]{1,40})?(?:\[#[A-Z0-9]\][ \t]{1,40})?")
_ORG_TAGS = re.compile(r"[ \t]:[\w@#%:]{1,200}:\Z")
_ORG_BLOCK = re.compile(r"[ \t]{0,40}#\+begin_(\w{1,40})", re.IGNORECASE)
_ORG_LINK = re.compile(r"\[\[[^\[\]]{1,500}\](?:\[([^\[\]]{1,300})\])\]")
_ADOC_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]{1,40}(\S.*)")
_ADOC_BLOCK = re.compile(r"-{4,}|\.{4,}|\+{4,}|/{4,}|```.*")
_ADOC_AUTHOR = re.compile(r"([^\W\d_][\w .'-]{1,80}) <[^<>@\s]{1,100}@[^<>@\s]{1,100}>[ \t]{0,9}(?:\n|\Z)")
_ADOC_RULES = "=-~^+"


def rst_sections(text: str) -> list[Section]:
    """Return the titles of a reStructuredText. Styles of titles have levels in the order in which they appear."""
    lines = ["", *text.split("\n"), "", ""]
    styles: dict[tuple[str, bool], int] = {}
    sections = []
    at, skipped = 0, 0
    for number in range(1, len(lines) - 2):
        before, line, below, last = lines[number - 1 : number + 3]
        if skipped:
            skipped -= 1
        elif not before.strip():
            is_under_rule = _is_title(below.strip(), last) and line.rstrip() == last.rstrip()
            title, rule = (below, last) if is_under_rule else (line, below)
            if is_under_rule or (not line[:1].isspace() and _is_title(line, below)):
                level = styles.setdefault((rule[0], is_under_rule), len(styles) + 1)
                sections.append(Section(_without_marks(title), min(level, 6), at))
                skipped = 1 + is_under_rule
        at += len(line) + 1
    return sections


def org_sections(text: str) -> list[Section]:
    """Return the headlines of an Org text, without states, priorities and tags."""
    sections = []
    at, block = 0, ""
    for line in text.split("\n"):
        opened = None if block else _ORG_BLOCK.match(line)
        heading = None if block else _ORG_HEADING.match(line)
        if opened:
            block = opened[1].lower()
        elif block and line.strip().lower() == f"#+end_{block}":
            block = ""
        elif heading:
            title = _ORG_TAGS.sub("", _ORG_STATE.sub("", heading[2], count=1).rstrip())
            title = _ORG_LINK.sub(r"\1", title).strip()
            if title:
                sections.append(Section(" ".join(title.split()), min(len(heading[1]), 6), at))
        at += len(line) + 1
    return sections


def asciidoc_sections(text: str) -> list[Section]:
    """Return the titles of an AsciiDoc text, with signs before them or a line of punctuation below."""
    lines = ["", *text.split("\n"), ""]
    sections = []
    at, block = 0, ""
    for number in range(1, len(lines) - 1):
        before, line, below = lines[number - 1 : number + 2]
        if block:
            block = "" if line.rstrip() == block else block
        elif heading := _ADOC_HEADING.match(line):
            sections.append(Section(_without_marks(heading[2]), len(heading[1]), at))
        elif not before.strip() and _is_asciidoc_title(line, below):
            sections.append(Section(_without_marks(line), _ADOC_RULES.index(below[0]) + 1, at))
        elif _ADOC_BLOCK.fullmatch(line.rstrip()) and not _is_asciidoc_title(before, line):
            block = "```" if line.startswith("```") else line.rstrip()
        at += len(line) + 1
    return sections


def _is_title(line: str, rule: str) -> bool:
    """Return whether a line of punctuation makes the line above it a title."""
    length = len(rule.rstrip())
    if not line.strip() or len(line) > MAX_TITLE_CHARACTERS or _RULE.fullmatch(rule.rstrip()) is None:
        return False
    return length >= min(len(line.rstrip()), _LEAST_RULE) and any(map(str.isalnum, line))


def _is_asciidoc_title(line: str, rule: str) -> bool:
    is_near = abs(len(line.rstrip()) - len(rule.rstrip())) <= 1
    return is_near and rule[:1] in tuple(_ADOC_RULES) and line[:1].isalnum() and _is_title(line, rule)


def _without_marks(title: str) -> str:
    return " ".join(title.replace("`", "").replace("*", "").split()) or title.strip()


def _fields(text: str, pattern: re.Pattern[str]) -> dict[str, str]:
    """Return the fields in the first lines of a text by their names; of equal ones, the first."""
    fields: dict[str, str] = {}
    for line in text.split("\n", HEAD_LINES)[:HEAD_LINES]:
        if found := pattern.fullmatch(line.rstrip()):
            fields.setdefault(found[1].lower(), found[2])
    return fields


def _asciidoc_found(text: str) -> Found:
    """Return the metadata in a header, in which the line after the title may name the author."""
    title, _, rest = text.lstrip().partition("\n")
    author = _ADOC_AUTHOR.match(rest) if title.startswith("= ") else None
    found = _found(text, _RST_FIELD)
    return dataclasses.replace(found, authors=[author[1]]) if author and not found.authors else found


def _found(text: str, pattern: re.Pattern[str]) -> Found:
    fields = _fields(text, pattern)
    authors = fields.get("authors") or fields.get("author") or ""
    return Found(
        title=fields.get("title"),
        authors=[name for part in authors.split(";") if (name := part.partition("<")[0].strip())],
        published=_STAMP.sub(r"\1", fields.get("date") or fields.get("revdate") or "") or None,
        language=fields.get("language") or fields.get("lang"),
    )


RST = TextFormat(
    "text/x-rst", (".rst", ".rest"), rst_sections, is_plain=False, found=lambda text: _found(text, _RST_FIELD)
)
ORG = TextFormat("text/x-org", (".org",), org_sections, is_plain=False, found=lambda text: _found(text, _ORG_FIELD))
ASCIIDOC = TextFormat(
    "text/asciidoc",
    (".adoc", ".asciidoc"),
    asciidoc_sections,
    is_plain=False,
    found=_asciidoc_found,
)
