"""What the readers write for tables, lists and headings is divided alike in every format."""

import io
from pathlib import Path

import docx
import pytest

from corpus.files import SourceBytes
from service.answering.sentences import Kind, Passage, split_sentences, spoken_turns
from tests.corpus.samples import read_document

MARKDOWN = """# Rules of the mill

By Ada Toll

## Fees

| Grain | Sack | Half |
|---|---|---|
| Rye | 3 | 2 |
| Oats | 4 | |

## What to bring

Each farmer brings:

- a clean sack
- a cord

## Hours

From six to noon, and on market days until the bell of the chapel rings twice.
"""

PAGE = """<!doctype html><html lang="en"><head><title>Rules of the mill</title></head><body><main><article>
<h1>Rules of the mill</h1><p>By Ada Toll</p><h2>Fees</h2><table><tr><th>Grain</th><th>Sack</th><th>Half</th></tr>
<tr><td>Rye</td><td>3</td><td>2</td></tr><tr><td>Oats</td><td>4</td><td></td></tr></table><h2>What to bring</h2>
<p>Each farmer brings:</p><ul><li>a clean sack</li><li>a cord</li></ul><h2>Hours</h2>
<p>From six to noon, and on market days until the bell of the chapel rings twice.</p>
</article></main></body></html>"""


def word_document() -> bytes:
    document = docx.Document()
    document.core_properties.title = "Rules of the mill"
    document.add_heading("Rules of the mill", 0)
    document.add_paragraph("By Ada Toll")
    document.add_heading("Fees", 1)
    table = document.add_table(rows=3, cols=3)
    for at, row in enumerate((("Grain", "Sack", "Half"), ("Rye", "3", "2"), ("Oats", "4", ""))):
        for column, text in enumerate(row):
            table.cell(at, column).text = text
    document.add_heading("What to bring", 1)
    document.add_paragraph("Each farmer brings:")
    document.add_paragraph("a clean sack", style="List Bullet")
    document.add_paragraph("a cord", style="List Bullet")
    document.add_heading("Hours", 1)
    document.add_paragraph("From six to noon, and on market days until the bell of the chapel rings twice.")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


FILES = {"rules.md": MARKDOWN.encode(), "rules.html": PAGE.encode(), "rules.docx": word_document()}


@pytest.mark.parametrize("name", FILES)
def test_a_document_has_the_same_sentences_in_each_format(name: str) -> None:
    read = read_document(SourceBytes(Path(name), FILES[name]))
    headings = tuple((section.start, section.title) for section in read.sections)

    found = split_sentences(Passage(read.text, read.metadata.title, read.metadata.language, headings))

    shown = [(one.kind, read.text[one.span.start : one.span.end].strip("#-•|* ")) for one in found]
    heads = [shown[one.head][1] for one in found]
    assert [(kind, text.replace(" | ", "/")) for kind, text in shown if kind is not Kind.RULE] == [
        (Kind.HEADING, "Rules of the mill"),
        (Kind.BYLINE, "By Ada Toll"),
        (Kind.HEADING, "Fees"),
        (Kind.TABLE_HEADER, "Grain/Sack/Half"),
        (Kind.ROW, "Rye/3/2"),
        (Kind.ROW, "Oats/4"),
        (Kind.HEADING, "What to bring"),
        (Kind.LEAD_IN, "Each farmer brings:"),
        (found[-4].kind, "a clean sack"),
        (found[-3].kind, "a cord"),
        (Kind.HEADING, "Hours"),
        (
            Kind.STATEMENT,
            "From six to noon, and on market days until the bell of the chapel rings twice.",
        ),
    ]
    assert heads[-1] == "Hours"
    assert heads[-3] == heads[-4] == "Each farmer brings:"
    assert all(kind.answers for kind, _ in shown[-4:-2])


TALK = (
    ("Ada Toll", "Why did the weir fall in the spring?"),
    ("Olaf Hask", "It was old, and nobody had mended it since the flood."),
    ("Ada Toll", "The council paid you. Who knew of it?"),
    ("Olaf Hask", "I did."),
)


def word_talk(*, alone: bool) -> bytes:
    document = docx.Document()
    for name, words in TALK:
        paragraph = document.add_paragraph()
        paragraph.add_run(name if alone else f"{name}:").bold = True
        if alone:
            document.add_paragraph(words)
        else:
            paragraph.add_run(f" {words}")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def web_talk(turn: str) -> bytes:
    turns = "".join(turn.format(name, words) for name, words in TALK)
    head = "<title>Weir</title>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body><main>{turns}</main></body></html>'.encode()


TALKS = {
    "label.md": "\n\n".join(f"**{name}:** {words}" for name, words in TALK).encode(),
    "heading.md": "\n\n".join(f"**{name}**\n\n{words}" for name, words in TALK).encode(),
    "label.txt": "\n".join(f"{name.upper()}: {words}" for name, words in TALK).encode(),
    "heading.txt": "\n\n".join(f"{name}\n{words}" for name, words in TALK).encode(),
    "label.html": web_talk("<p><b>{}:</b> {}</p>"),
    "heading.html": web_talk("<p><strong>{}</strong></p><p>{}</p>"),
    "break.html": web_talk("<p><strong>{}</strong><br>{}</p>"),
    "terms.html": web_talk("<dl><dt>{}</dt><dd>{}</dd></dl>"),
    "label.docx": word_talk(alone=False),
    "heading.docx": word_talk(alone=True),
}


@pytest.mark.parametrize("name", TALKS)
def test_who_speaks_is_known_in_each_format(name: str) -> None:
    read = read_document(SourceBytes(Path(name), TALKS[name]))
    turns = spoken_turns(read.text, [section.start for section in read.sections])

    assert [((one.speaker or "").title(), read.text[one.words : one.end]) for one in turns] == list(TALK)
    assert [one.asks for one in turns] == [True, False, True, False]
    found = split_sentences(Passage(read.text, read.metadata.title, "en", (), tuple(turns)))
    shown = [read.text[max(one.span.start, turns[1].words) : one.span.end] for one in found if one.kind.answers]
    assert shown[0] == TALK[1][1]
    assert len(shown) == 2
    assert shown[1].endswith(TALK[3][1])
    heads = [found[one.head] for one in found if one.kind.answers]
    assert [read.text[one.span.start : one.span.end].endswith("?") for one in heads] == [True, True]
