"""TREC topics: the questions of a track, in three formats."""

import html
import re
import xml.sax
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from eval.errors import SetError
from eval.sets.jsonl import decoded, given_bytes, numbered_lines

FIELDS = ("title", "query", "question", "desc", "description", "topic")
"""Fields to ask, in order of preference; `topic` is the text of the topic element."""

IDS = ("number", "num", "id", "qid", "topicid", "topic_id")

_LABEL = re.compile(r"\A\s*(number|topic|title|query|description|narrative)\s*:", re.IGNORECASE)
"""Classic topics repeat the name of a field at the start of its text."""

_TAG = re.compile(r"<([a-z][\w-]*)>(.*?)(?=</?[a-z][\w-]*>|\Z)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: its id, the text to ask, and its line, from 1."""

    id: str
    text: str
    line: int


@dataclass(slots=True)
class _Fields:
    line: int
    texts: dict[str, str] = field(default_factory=dict)


def read_topics(path: Path, wanted: str | None = None) -> list[Topic]:
    """Read topics: `<top>` blocks, XML with one child of the root per topic, or tab-separated lines of id and text.

    Args:
        path: The file.
        wanted: Field to ask, such as `desc`; None for the first of `FIELDS` that a topic has.

    Raises:
        SetError: The file cannot be read or has no topic, a topic is malformed, or an id occurs twice.
    """
    data = given_bytes(path)
    if re.search(rb"<top>", data, re.IGNORECASE):
        topics = [_topic(path, fields, wanted) for fields in _classic(path, decoded(data, path))]
    elif data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        topics = [_topic(path, fields, wanted) for fields in _xml(path, data)]
    elif wanted is not None:
        raise SetError(f"The topics in {path} have no field '{wanted}': each is an id, a tab and a text.")
    else:
        topics = list(_tabbed(path, decoded(data, path)))
    lines: dict[str, int] = {}
    for topic in topics:
        if topic.id in lines:
            raise SetError(
                f"{path}, line {topic.line}: the topic '{topic.id}' is already used in line {lines[topic.id]}."
            )
        lines[topic.id] = topic.line
    if not topics:
        raise SetError(f"{path} has no topic. Give <top> blocks, XML, or lines of id, tab and text.")
    return topics


def _topic(path: Path, fields: _Fields, wanted: str | None) -> Topic:
    where = f"{path}, line {fields.line}"
    texts = {name: " ".join(text.split()) for name, text in fields.texts.items()}
    identifier = next((texts[name] for name in IDS if texts.get(name)), "")
    if not identifier or " " in identifier:
        raise SetError(f"{where}: the topic has no id without spaces; add one as <num> or as attribute 'number'.")
    names = FIELDS if wanted is None else (wanted.lower(),)
    text = next((texts[name] for name in names if texts.get(name)), "")
    if not text:
        raise SetError(
            f"{where}: the topic '{identifier}' has no text in {' or '.join(f'<{name}>' for name in names)}."
        )
    return Topic(identifier, text, fields.line)


def _classic(path: Path, text: str) -> Iterator[_Fields]:
    """Parse `<top>` blocks, whose fields need no end tags."""
    starts = list(re.finditer("<top>", text, re.IGNORECASE))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    for start, end in zip(starts, ends, strict=True):
        line = text.count("\n", 0, start.start()) + 1
        block, closed, _ = re.sub("</TOP>", "</top>", text[start.end() : end]).partition("</top>")
        if not closed:
            raise SetError(f"{path}, line {line}: this <top> has no </top>.")
        fields = _Fields(line)
        for name, content in _TAG.findall(block):
            fields.texts.setdefault(name.lower(), html.unescape(_LABEL.sub("", content, count=1)))
        yield fields


def _xml(path: Path, data: bytes) -> list[_Fields]:
    before, declared, _ = data.partition(b"<!ENTITY")
    if declared:
        line = before.count(b"\n") + 1
        raise SetError(f"{path}, line {line}: entity declarations are not supported. Replace entities by their text.")
    handler = _XmlTopics()
    try:
        xml.sax.parseString(data, handler)  # noqa: S317 - entity declarations are refused above
    except xml.sax.SAXParseException as error:
        raise SetError(f"{path}, line {error.getLineNumber()}: not valid XML ({error.getMessage()}).") from error
    return handler.topics


class _XmlTopics(ContentHandler):
    """Collects each child of the root as a topic, with its attributes and children as fields."""

    def __init__(self) -> None:
        super().__init__()
        self.topics: list[_Fields] = []
        self._open: list[str] = []
        self._locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 - the handler's interface
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the handler's interface
        self._open.append(name.lower())
        if len(self._open) == 2:
            attributes = {key.lower(): value for key, value in attrs.items() if key.lower() in IDS}
            line = None if self._locator is None else self._locator.getLineNumber()
            self.topics.append(_Fields(line or 1, attributes))

    def characters(self, content: str) -> None:
        if len(self._open) > 1:
            texts = self.topics[-1].texts
            name = "topic" if len(self._open) == 2 else self._open[2]
            texts[name] = texts.get(name, "") + content

    def endElement(self, name: str) -> None:  # noqa: N802 - the handler's interface
        if len(self._open) > 2:
            self.characters(" ")
        self._open.pop()


def _tabbed(path: Path, text: str) -> Iterator[Topic]:
    for number, line in numbered_lines(text):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != 2 or not all(cells) or " " in cells[0]:
            raise SetError(f"{path}, line {number}: not 'id, text' separated by one tab.")
        yield Topic(cells[0], cells[1], number)
