"""TREC topics in each format."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import SetError
from eval.sets.topics import read_topics

Write = Callable[..., Path]

CLASSIC = """<top>
<num> Number: 301
<title> International
 Organized Crime &amp; Peace

<desc> Description:
Which organizations <b>are</b> there?
<narr> Narrative:
Any.
</top>

<TOP><num>302</num><title>Poliomyelitis</title></TOP>
"""
XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE topics SYSTEM "topics.dtd">
<topics task="x">
  <topic number="1" type="faceted">
    <query>coronavirus <i>origin</i></query><question>where did it begin é</question>
    <subtopic number="1">x</subtopic>
  </topic>
  <topic><num> 2 </num><title/><description>What of &lt;peace&gt;?</description></topic>
  <topic id="3">a patient of 45</topic>
</topics>
"""


def read(path: Path, wanted: str | None = None) -> list[tuple[str, str, int]]:
    return [(topic.id, topic.text, topic.line) for topic in read_topics(path, wanted)]


def test_classic_topics_are_read_without_their_labels(write: Write) -> None:
    path = write("topics.301-302", CLASSIC)
    assert read(path) == [("301", "International Organized Crime & Peace", 1), ("302", "Poliomyelitis", 12)]


def test_another_field_can_be_asked(write: Write) -> None:
    path = write("topics", CLASSIC.split("<TOP>")[0].replace("<b>", "").replace("</b>", ""))
    assert read(path, "desc") == [("301", "Which organizations are there?", 1)]


def test_xml_topics_are_read_by_their_first_known_field(write: Write) -> None:
    path = write("topics.xml", XML.encode("latin-1"))
    assert read(path) == [
        ("1", "coronavirus origin", 4),
        ("2", "What of <peace>?", 8),
        ("3", "a patient of 45", 9),
    ]


def test_tab_separated_topics_are_read(write: Write) -> None:
    path = write("topics.tsv", "\ufeffq1\tWhen did it begin?\r\n\nq2\tand the line\u2028goes on")
    assert read(path) == [("q1", "When did it begin?", 1), ("q2", "and the line\u2028goes on", 3)]


@pytest.mark.parametrize(
    ("content", "wanted", "complaint"),
    [
        ("q1\ta\nq2 b\n", None, "line 2: not 'id, text' separated by one tab."),
        ("q1\ta\tb\n", None, "line 1: not 'id, text' separated by one tab."),
        ("q1\ta\nq1\tb\n", None, "line 2: the topic 'q1' is already used in line 1."),
        ("q1\ta\n", "desc", "have no field 'desc'"),
        ("", None, "has no topic."),
        ("<topics></topics>", None, "has no topic."),
        ("<top>\n<num>1\n<title>x\n</top>\n<top>\n<num>2\n<top>\n</top>", None, "line 5: this <top> has no </top>."),
        ("\n<top><title>x</top>", None, "line 2: the topic has no id without spaces"),
        ("<top><num>1<narr>x</top>", None, "line 1: the topic '1' has no text in <title> or <query> or"),
        ("<top><num>1<title>x</top>", "desc", "line 1: the topic '1' has no text in <desc>."),
        (
            '<!DOCTYPE t [\n<!ENTITY e SYSTEM "/etc/hostname">]><t><q id="1">&e;</q></t>',
            None,
            "line 2: entity declarations are not supported",
        ),
        ("<topics>\n<topic number='1'>", None, "line 2: not valid XML (no element found)."),
        (b"q1\ta\nq2\t\xff\n", None, "line 2: not valid UTF-8. Save it as UTF-8."),
    ],
)
def test_a_mistake_is_named_with_its_line(
    write: Write, content: str | bytes, wanted: str | None, complaint: str
) -> None:
    path = write("topics", content)
    with pytest.raises(SetError) as caught:
        read_topics(path, wanted)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)
