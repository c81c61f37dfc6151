"""Kinds of sentences, and the tests by which a line of its own is recognised."""

import re
from enum import StrEnum

from service.answering.sentences.figures import MONTHS


class Kind(StrEnum):
    """Kind of a sentence. Only statements, rows and items are answers while the passage has one of them."""

    STATEMENT = "statement"
    ROW = "row"
    ITEM = "item"
    HEADING = "heading"
    TABLE_HEADER = "table header"
    LEAD_IN = "lead-in"
    """A line that ends with a colon: of a list, or the label of a form."""
    SPEAKER = "speaker"
    """A line with the name of who says what is below."""
    QUESTION = "question"
    """A question, or another sentence of a turn that asks."""
    BYLINE = "byline"
    DATE = "date"
    CAPTION_NUMBER = "caption number"
    CAPTION = "caption"
    """A number of a figure or table with its title: a caption that is a sentence is a statement."""
    POINTER = "pointer"
    """A line or sentence that only refers to another page or text, or to the one below."""
    REFERENCE = "reference"
    PAGE_NUMBER = "page number"
    RULE = "rule"
    """Marks without a word, such as the line below a table's header."""

    @property
    def answers(self) -> bool:
        """Whether a sentence of this kind can answer."""
        return self in _ANSWERS


_ANSWERS = {Kind.STATEMENT, Kind.ROW, Kind.ITEM}

AFTER_QUESTION_MARK = "!…*_~`\"'“”‘’«»›‹()[]{}」』）】 \t\n\u00a0"
"""Marks that may follow the question mark of a question."""

QUESTION_MARKS = ("?", "？", "؟")

SHORT_WORDS = 12
"""Most words of a line that may head the text below it."""

NAME_WORDS = 4
"""Most words of a name."""

LONGEST_LINE = 120
"""Characters of the longest byline, date or page number."""

LONGEST_REFERENCE = 600
"""Characters of the longest entry of a list of references."""

_ASKS = re.compile(r"[*_]{0,3}(?:Q|Question|Pregunta|Interviewer|Entrevistador|Entrevistadora)[*_]{0,3}[:.][*_]{0,3}\s")
_BLANK_FIELD = re.compile(r"[^:：\n]{1,80}[:：][\s_.…*]*")
_WORD = re.compile(r"[^\W_]")
_WORDS_OR_NUMBERS = re.compile(r"[^\W\d_]+|\d+")

_NAME = r"[^\W\d_a-z][\w.’'-]*"
_BYLINE = re.compile(
    rf"[*_]{{0,3}}(?:By|BY|Por|POR|Par|PAR|Von|VON)[:*_]{{0,4}}\s(?:{_NAME},?\s|(?:and|y|et|und|de|la|del|van|von|der|&)\s)"
    rf"{{0,12}}{_NAME}[*_]{{0,3}}(?:,?\s[|–—•·].{{0,80}})?"
)
_CREDIT = re.compile(
    r"(?i)[*_(\[]{0,3}(?:text|story|words|reporting|photos?|photographs?|pictures?|images?|illustrations?|graphics?"
    r"|sources?|fuentes?|quellen?|textos?|fotos?|fotografías?|bild|bilder|crédit|credits?|photo credit|image credit)"
    r"[*_]{0,3}:[*_]{0,3}\s.{1,80}"
)
_LICENCE = re.compile(
    r"(?i)[(\[]?(?:©|(?:\(c\)|copyright)\s(?:©\s|\(c\)\s)?(?:19|20)\d\d|CC[ -]BY\b|all rights reserved\b).{0,110}"
)
_POINTER = re.compile(
    r"(?i)[*_(\[>→]{0,4}\s?(?:see also|read more|read also|read next|related:|continued on|continues on|continued from"
    r"|click here|ver también|lea también|leer más|véase|siehe auch|voir aussi|lire aussi)(?!\w).{0,100}"
)
_CONTENTS_ENTRY = re.compile(r".{2,100}?(?:[ .…·_]{5,40})\s?(?:\d{1,4}|[ivxlc]{1,6})")
"""Line of a table of contents: "The harbour ........ 8"."""
_LEADERS = re.compile(r"(?:\.\s?){4}|…|(?:·\s?){4}|_{4}")
_ANNOUNCEMENT = re.compile(
    r"(?i)[*_(\[]{0,4}(?:"
    r"(?:the following|what follows|below|here)\s(?:is|are)\s(?:[\w-]{1,12}\s){0,6}?"
    r"(?:interviews?|excerpts?|transcripts?|translations?|part (?:one|two|three|four|[ivx]{1,4}|\d{1,2}) of)\b"
    r"|this \w{4,12} includes (?:excerpts|parts) of\b"
    r"|(?:a continuación|lo que sigue)(?:,|\ses|\sson)?\s(?:[\w-]{1,12}\s){0,6}?"
    r"(?:entrevista|extractos?|fragmentos?)\b)"
)
_CAPTION_NUMBER = re.compile(
    r"(?i)[*_]{0,3}(?:figure|fig|table|photo|map|chart|plate|box|exhibit|image|graph|diagram|figura|tabla|gráfico|cuadro"
    r"|foto|abbildung|abb|tabelle|tab|tableau)\.?\s(?:\d{1,3}(?:[.-]\d{1,3})?[a-z]?|[ivx]{1,6}|[a-z])\b[*_.:)]{0,4}"
)
_PAGE_NUMBER = re.compile(
    r"(?i)[-–—|\[]?\s?(?:(?:page|pag|pág|p|página|seite)\b\.?\s?)?\d{1,4}(?:\s?(?:of|/|von|de)\s?\d{1,4})?\s?[-–—|\]]?"
)
_NUMERIC_DATE = re.compile(r"(?<!\d)\d{1,4}([./-])\d{1,2}\1\d{1,4}(?!\d)")
_BESIDE_DATES = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun"
    " published posted updated modified last on at of the date dated am pm a p m h t z utc gmt est edt st nd rd th"
    " lunes martes miércoles jueves viernes sábado domingo publicado actualizado el de del las"
    " montag dienstag mittwoch donnerstag freitag samstag sonntag veröffentlicht am um uhr"
    " lundi mardi mercredi jeudi vendredi samedi dimanche publié le"
)
_DATE_WORDS = MONTHS.keys() | frozenset(_BESIDE_DATES.split())

_MARKED_ENTRY = re.compile(r"(?:\[\d{1,3}\]|\d{1,3}\.|\(\d{1,3}\)|[-*•])\s")
_BACK_LINKS = re.compile(r"(?:\^|↑)\s")
_SURNAME = r"[^\W\d_a-z][\w’'-]{1,30}"
_AUTHOR = re.compile(
    rf"{_SURNAME}(?:\s{_SURNAME})?,?\s(?:(?:[^\W\d_a-z]\.[\s-]?){{1,4}}|[A-Z]{{1,3}}(?=,\s{_SURNAME}\s[A-Z]{{1,3}}[,.]|\.\s))"
)
_QUOTED_TITLE = re.compile(r"(?:[^\W\d_a-z][\w.’'-]{0,30},?\s(?:and\s)?){2,8}[“‘\"'«*_]")
_NAMES = re.compile(
    r"(?:[^\W\d_a-z][\w.’'-]{0,30}\s(?:(?:and|y|et|und|de|van|von|der|la|&)\s){0,2}){1,6}[^\W\d_a-z][\w.’'-]{0,30},"
)
_IMPRINT = re.compile(r"\([^()\n:]{2,60}: [^()\n]{2,60}, (?:19|20)\d\d\)")
_AUTHOR_AND_YEAR = re.compile(
    rf"{_SURNAME}, [^\W\d_a-z][\w’'-]{{0,30}}(?: [^\W\d_a-z]\.)?[.,]? \(?(?:19|20)\d\d[a-z]?\)?\. "
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_EVIDENCE = re.compile(
    r"\((?:[^()]{0,20}\s)?(?:19|20)\d\d[a-z]?\)|\b(?:19|20)\d\d[;:]\s?\d|\bpp?\.\s?\d|\bdoi\b|https?://|\bISBN\b|\b[Vv]ol\.\s?\d"
    r"|\bet al\.|\b[Rr]etrieved\b|\b[Aa]ccessed\b|\bibid\b"
)


def is_question(sentence: str) -> bool:
    """Return whether a sentence ends with a question mark, which closing marks may follow."""
    return sentence.rstrip(AFTER_QUESTION_MARK).endswith(QUESTION_MARKS)


def announces_text(sentence: str) -> bool:
    """Return whether a sentence only says what text follows: "The following are excerpts of an interview with …"."""
    return _ANNOUNCEMENT.match(sentence) is not None


def says_nothing(text: str) -> bool:
    """Return whether a text has neither a letter nor a digit."""
    return _WORD.search(text) is None


def ends_with_colon(line: str) -> bool:
    """Return whether a line announces what follows: a list, or the value of a form's label."""
    if ":" not in line and "：" not in line:
        return False
    return line.rstrip("*_ \t").endswith((":", "：")) or _BLANK_FIELD.fullmatch(line) is not None


def is_short_line(line: str) -> bool:
    """Return whether a line may be a heading without markup: short, and no sentence, item or label."""
    plain = line.strip("*_ \t")
    return (
        plain[:1].isupper() | plain[:1].isdigit()
        and plain[-1:] not in ".,;:!?…。："
        and len(line.split(maxsplit=SHORT_WORDS)) <= SHORT_WORDS
        and ": " not in plain
    )


def is_caption_number(text: str) -> bool:
    """Return whether a text is only the number of a figure or a table."""
    return len(text) <= LONGEST_LINE and _CAPTION_NUMBER.fullmatch(text) is not None


def may_be_name(line: str) -> bool:
    """Return whether a line may be a name: two to four words in capitals or with capitals."""
    words = line.strip("*_ \t").split(maxsplit=NAME_WORDS)
    return 1 < len(words) <= NAME_WORDS and all(word[0].isupper() and not word[-1].isdigit() for word in words)


def is_caption(line: str) -> bool:
    """Return whether a short line begins with the number of a figure or a table."""
    return len(line) <= LONGEST_LINE and _CAPTION_NUMBER.match(line) is not None


def kind_of_line(line: str, *, alone: bool, beside_labels: bool) -> Kind | None:
    """Return the kind of a line that its own form reveals; None if it may be a statement or a heading.

    Args:
        line: Without outer white space.
        alone: Whether it is a paragraph of its own.
        beside_labels: Whether it is one of several lines `label: value`.
    """
    if _is_reference(line):
        return Kind.REFERENCE
    if _ASKS.match(line) or (line.startswith(("**", "__")) and line.endswith(("**", "__")) and is_question(line)):
        return Kind.QUESTION
    if len(line) > LONGEST_LINE:
        return None
    if _CAPTION_NUMBER.fullmatch(line):
        return Kind.CAPTION_NUMBER
    if _BYLINE.fullmatch(line) or _LICENCE.fullmatch(line) or (not beside_labels and _CREDIT.fullmatch(line)):
        return Kind.BYLINE
    if _LEADERS.search(line) and _CONTENTS_ENTRY.fullmatch(line):
        return Kind.POINTER
    if alone and line[-1] not in ".!?…。" and _POINTER.fullmatch(line):
        return Kind.POINTER
    if alone and _PAGE_NUMBER.fullmatch(line):
        return Kind.PAGE_NUMBER
    return Kind.DATE if alone and _is_date(line) else None


def _is_date(line: str) -> bool:
    words = [word.casefold() for word in _WORDS_OR_NUMBERS.findall(line)]
    dated = _NUMERIC_DATE.search(line) is not None or any(word in MONTHS for word in words)
    return (
        dated and any(word.isdigit() for word in words) and all(word.isdigit() or word in _DATE_WORDS for word in words)
    )


def _is_reference(line: str) -> bool:
    if _BACK_LINKS.match(line):
        return True
    marked = _MARKED_ENTRY.match(line)
    start = marked.end() if marked else 0
    numbered = marked is not None and line.startswith("[")
    named = numbered or _AUTHOR.match(line, start) is not None or _QUOTED_TITLE.match(line, start) is not None
    if marked is not None and _NAMES.match(line, start) and _IMPRINT.search(line[:LONGEST_REFERENCE]):
        return True
    if _AUTHOR_AND_YEAR.match(line, start):
        return True
    if not named:
        return False
    if marked is not None and _NAMES.match(line, start) and _YEAR.search(line[:LONGEST_REFERENCE]):
        return True
    return _EVIDENCE.search(line[:LONGEST_REFERENCE]) is not None
