"""Everything of the product that goes through texts from documents, questions, histories and headers."""

import datetime
import html
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from corpus.cleaning import clean, cleaned
from corpus.cleaning.blocks import blocks_of
from corpus.cleaning.running import running_lines
from corpus.documents.content import Content, Found, ReadOptions, TextBuilder, tidy
from corpus.documents.document import RemovedSpan, Section, SourceDocument
from corpus.documents.fields import Metadata
from corpus.files.paths import lies_under, printable
from corpus.files.source import Sidecar, SourceBytes
from corpus.lexical.analysis import normalised, terms
from corpus.lexical.index import LexicalIndex
from corpus.metadata.bylines import read_byline, read_copied_page
from corpus.metadata.dates import read_date
from corpus.metadata.front_blocks import split_front_matter
from corpus.metadata.front_matter import read_metadata, validated
from corpus.metadata.placeholders import without_placeholders
from corpus.metadata.precedence import metadata_of, read_sidecar
from corpus.passages.headings import is_heading, kept_spans
from corpus.passages.interviews import Conversation, labelled_lines
from corpus.passages.packing import Piece, Tie, packed
from corpus.passages.splitting import PassageSplitter
from corpus.readers.formats import format_of
from corpus.readers.office import number_formats
from corpus.readers.office.rtf.documents import read_rtf
from corpus.readers.pdf.alignment import aligned, letters_of
from corpus.readers.text import markdown_sections
from corpus.text.decoding import decode, decoded
from corpus.text.language import language_of
from corpus.text.letters import ordinary_letters
from corpus.text.normalization import normalise
from corpus.text.sentences import sentence_spans
from service.access.origins import is_known_host, is_own_host
from service.access.proxies import client_address, parsed_address, parsed_proxies
from service.access.rules import AccessPolicy
from service.answering.citations.text_fragments import SourceText, link_to_words
from service.answering.completeness import need_of_context
from service.answering.highlight import highlighted, sentences_of, shown
from service.answering.questions.kinds import reason_of
from service.answering.questions.spelling import edits
from service.answering.questions.variants import halves_of, variants_of, words_of
from service.answering.questions.wording import as_written
from service.answering.ranking.deduplication import Folding
from service.answering.ranking.reranking import RerankedCandidate
from service.answering.sentences import Passage, QuestionWords, other_members, spoken_turns, turn_at, without_figures
from service.answering.sentences.kinds import (
    announces_text,
    ends_with_colon,
    is_caption,
    is_caption_number,
    is_question,
    is_short_line,
    kind_of_line,
    may_be_name,
)
from service.answering.sentences.leaning import continues, leans, replies, says_little
from service.http.middleware.clients import identify_client
from service.http.middleware.cors import OPEN
from service.http.requests.negotiation import accepts_gzip, prefers
from service.http.requests.strict_json import strict_json
from service.ingest.change_queue import clean_name
from service.runtime.terminal import one_line, plain, wrapped
from tests.hostile.formats import read
from tests.hostile.pumps import PROSE, Pump

__all__ = ["MARKUP", "WORK"]

HTML = "<!DOCTYPE html><html><body><p>Words."
HEAD = """<!DOCTYPE html><html><head><title>TEXT</title><link rel="canonical" href="http://TEXT">
<meta name="author" content="TEXT"><meta name="date" content="TEXT"><meta property="og:title" content="TEXT">
</head><body><h1>TEXT</h1><time datetime="TEXT">TEXT</time><span class="author">TEXT</span><p>Words."""
DATA = """<!DOCTYPE html><html><head><script type="application/ld+json">
{"@type": "Article", "author": {"name": TEXT}, "headline": TEXT}</script></head><body><p>Words."""
MAIL = "From: a@b.example\nSubject: a\nContent-Type: KIND\n\n"
BASE64 = "From: a@b.example\nContent-Transfer-Encoding: base64\n\nAAAA\n"
HEADERS = (
    "From: TEXT\nTo: TEXT\nCc: =?utf-8?q?TEXT?=\nSubject: =?TEXT\nDate: TEXT\nMessage-ID: TEXT\n"
    "Content-Disposition: TEXT\nContent-Transfer-Encoding: TEXT\n\nWords."
)
MAILBOX = "From a Mon May  6 23:30:00 2019\nFrom: a@b.example\n\n"
CUE = "\n1\n00:00:01,000 --> 00:00:02,000\n"
ACCESS = AccessPolicy(proxies=parsed_proxies(["::1", "10.0.0.0/8"]))
NOW = datetime.date(2026, 1, 1)


def count_tokens(text: str) -> int:
    """Words and signs, about as an encoder counts them."""
    return len(_TOKEN.findall(text))


INDEX = LexicalIndex.in_memory([(1, PROSE)])
PIECES = [Piece(1, at % 3, Tie(at % 5)) for at in range(15)]
_TOKEN = re.compile(r"\w+|[^\w\s]")
PASSAGE = 8192
"""Characters that the longest passage has."""

SPLITTER = PassageSplitter(count_tokens, target_tokens=40, max_tokens=60)


def lines_of(text: str) -> list[int]:
    """Where each line begins, as starts of sections or pages."""
    return [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]


def align(text: str) -> None:
    """The text of a page with its lines the other way round."""
    page, _ = letters_of("\n".join(reversed(text.split("\n"))))
    aligned(letters_of(text)[0], page, [at // 40 for at in range(len(page))])


def notebook(text: str) -> object:
    output = {"output_type": "stream", "text": text}
    return {"cells": [{"cell_type": kind, "source": text, "outputs": [output]} for kind in ("markdown", "code")]}


def document_of(text: str) -> SourceDocument:
    return SourceDocument("a.txt", "0" * 64, "text/plain", text, Metadata(title=text[:200]))


def converse(text: str) -> None:
    paragraphs = text.split("\n\n")
    who = Conversation.of(paragraphs)
    for paragraph in paragraphs:
        (
            who.is_question(paragraph),
            who.depends_on_answer(paragraph),
            who.is_remark(paragraph),
            labelled_lines(paragraph),
        )


def find_out(text: str) -> None:
    found = Found(text, text, [text] * 3, text, text, text, [text] * 3)
    metadata_of(Content(text), [], [found], "a", NOW)


def compare(text: str) -> None:
    """As results are folded: a text with itself, and with its beginning."""
    one, other = RerankedCandidate(1, 0.9, 0.9), RerankedCandidate(2, 0.8, 0.8)
    texts = {1: text, 2: text[: len(text) * 3 // 4]}
    vectors = np.ones((2, 1), dtype=np.float32)
    list(Folding([one, other], vectors, lambda c: texts[c.key], lambda c: texts[c.key], 5))


def name_words(text: str) -> None:
    source = SourceText(text)
    source.fragment(0, len(text))
    source.fragment(len(text) // 3, len(text) // 2)


def highlight(text: str) -> None:
    spans = np.array([(at, at + 1) for at in range(0, len(text[:PASSAGE]), 4)]).reshape(-1, 2)
    part = text[:PASSAGE]
    headings = tuple((at, part[at : at + 9]) for at in range(0, len(part), 20))
    sentences = sentences_of(Passage(part, part, "en", headings, tuple(spoken_turns(part))), spans)
    words = QuestionWords.of(part)
    highlighted(sentences, np.ones((len(spans), 2), dtype=np.float32), words)
    without_figures(words.figures, sentences.texts, sentences.figures, sentences.answers)
    list(other_members(words.words, sentences.words, sentences.lists))
    for sentence in (*sentences.texts, part):
        kind_of_line(sentence, alone=True, beside_labels=False)
        is_question(sentence), is_short_line(sentence), is_caption(sentence), ends_with_colon(sentence)
        is_caption_number(sentence), may_be_name(sentence), leans(sentence), continues(sentence), says_little(sentence)
        replies(sentence), announces_text(sentence)
    for at in range(len(sentences.sentences)):
        shown(sentences, at), turn_at(sentences.passage.turns, at)


def receive(head: str) -> None:
    """What reads the headers of a request."""
    value = head.encode("latin-1", "replace")
    names = (b"authorization", b"x-forwarded-for", b"origin", b"host", b"accept", b"if-none-match", b"content-type")
    scope = {"type": "http", "path": "/v1/" + head, "headers": [(name, value) for name in names], "client": ("::1", 1)}
    identify_client(scope, ACCESS)
    prefers([head, head], "text/event-stream", "application/json")
    is_known_host(head, {"a"}), is_own_host(head, head)
    parsed_address(head), client_address("::1", [head, head], ACCESS.proxies)
    for pattern, _ in OPEN:
        pattern.fullmatch("/v1/" + head)


WORK: Mapping[str, Callable[[str], object]] = {
    # corpus.readers
    "format_of": lambda text: format_of(SourceBytes(Path("a.md"), text.encode()), ReadOptions()),
    "decode": lambda text: decode(text.encode()),
    "decoded, not UTF-8": lambda text: decoded(text.encode() + b"\xff", "cp1252"),
    "decoded, with a guess": lambda text: decoded(text.encode("utf-8") + b"\xff"),
    "decoded, UTF-16": lambda text: decoded(text.encode("utf-16")),
    "tidy": tidy,
    "TextBuilder": lambda text: TextBuilder().heading(text, 1),
    "language_of": lambda text: language_of(text, text),
    "read_byline": lambda text: read_byline("By " + text, "en"),
    "read_copied_page": lambda text: read_copied_page("A title of words\n" + text, "en"),
    "read_copied_page, about": lambda text: read_copied_page("About " + text, "en"),
    "read_date": read_date,
    "metadata_of": find_out,
    "without_placeholders": lambda text: without_placeholders(Found(title=text, authors=[text], tags=[text])),
    "without_placeholders, a name": lambda text: without_placeholders(Found(title="Microsoft Word - " + text)),
    "read_sidecar": lambda text: read_sidecar(Sidecar("a.meta.yaml", text.encode())),
    "markdown_sections": markdown_sections,
    "markdown_sections, a heading": lambda text: markdown_sections("# " + text.replace("\n", " ")),
    "split_front_matter": split_front_matter,
    "read_metadata": lambda text: read_metadata(text, "it"),
    "validated": lambda text: validated(dict.fromkeys(("title", "published", "language", "url", "a"), text), "it"),
    "read_records, JSON Lines": lambda text: read("a.jsonl", text),
    "read_records, a text": lambda text: read("a.jsonl", json.dumps({"text": text, "title": text, "id": text})),
    "read_records, CSV": lambda text: read("a.csv", "text,b\n" + text),
    "read_documents, text": lambda text: read("a.txt", text),
    "read_documents, Markdown": lambda text: read("a.md", text),
    "read_records, JSON": lambda text: read("a.json", "[" + text),
    "read_records, JSON, an object": lambda text: read("a.json", '{"a": ' + json.dumps([{"text": text}] * 2) + "}"),
    "read_documents, a message": lambda text: read("a.eml", MAIL.replace("KIND", "text/plain") + text),
    "read_documents, a flowed message": lambda text: read(
        "a.eml", MAIL.replace("KIND", "text/plain; format=flowed; delsp=yes") + text
    ),
    "read_documents, a page in a message": lambda text: read("a.eml", MAIL.replace("KIND", "text/html") + text),
    "read_documents, a saved page": lambda text: read("a.mht", MAIL.replace("KIND", "text/html") + text),
    "read_documents, headers of a message": lambda text: read("a.eml", HEADERS.replace("TEXT", text)),
    "read_documents, a type in a message": lambda text: read("a.eml", MAIL.replace("KIND", text)),
    "read_documents, parts of a message": lambda text: read(
        "a.eml", MAIL.replace("KIND", "multipart/mixed; boundary=a") + "--a\n" + text.replace("\n", "\n--a\n")
    ),
    "read_documents, base64": lambda text: read("a.eml", BASE64 + text),
    "read_documents, a mailbox": lambda text: read("a.mbox", MAILBOX + text),
    "read_documents, a mailbox of messages": lambda text: read("a.mbox", text.replace("\n", f"\n\n{MAILBOX}")),
    "read_documents, SRT": lambda text: read("a.srt", CUE + text),
    "read_documents, SRT cues": lambda text: read("a.srt", "".join(f"{CUE}{line}\n" for line in text.split("\n"))),
    "read_documents, WebVTT": lambda text: read("a.vtt", "WEBVTT\n\n" + CUE + "<v " + text),
    "read_documents, a notebook": lambda text: read("a.ipynb", json.dumps(notebook(text))),
    "read_documents, a broken notebook": lambda text: read("a.ipynb", '{"cells": [' + text),
    "read_documents, reStructuredText": lambda text: read("a.rst", text),
    "read_documents, Org": lambda text: read("a.org", text),
    "read_documents, Org headlines": lambda text: read("a.org", "* " + text.replace("\n", "\n* ")),
    "read_documents, AsciiDoc": lambda text: read("a.adoc", text),
    "read_html": lambda text: read("a.html", f"<!DOCTYPE html><html><body>{text}"),
    "read_html, its head": lambda text: read("a.html", HEAD.replace("TEXT", html.escape(text))),
    "read_html, its data": lambda text: read("a.html", DATA.replace("TEXT", json.dumps(text))),
    "read_html, its words": lambda text: read("a.html", f'{HTML}<div class="{text}"><a href="{text}">{text}'),
    "read_rtf": lambda text: read_rtf(b"{\\rtf1 Words. " + text.replace("{", "(").encode(), ReadOptions()),
    "number_formats.shown": lambda text: [number_formats.shown("-1.5", text), number_formats.shown(text, "0")],
    "printable": printable,
    "aligned": align,
    # corpus.cleaning
    "clean": clean,
    "cleaned": lambda text: cleaned(document_of(text)),
    "blocks_of": lambda text: [(one.plain, one.dated, one.stamped, one.headline) for one in blocks_of(text)],
    "running_lines": lambda text: running_lines(text, lines_of(text)),
    # corpus
    "normalise NFC": lambda text: normalise("NFC", text),
    "normalise NFKD": lambda text: normalise("NFKD", text),
    "normalised": normalised,
    "terms": terms,
    "kept_spans": lambda text: kept_spans(text, [Section(text[at : at + 9], 1, at) for at in lines_of(text)], []),
    "kept_spans, removed": lambda text: kept_spans(
        text,
        [Section("a", 1, at) for at in lines_of(text)[::2]],
        [RemovedSpan(at, at + 1, "a") for at in lines_of(text)[:-1]],
    ),
    "is_heading": lambda text: is_heading(text, text, opens_section=False),
    "Conversation": converse,
    "sentence_spans": sentence_spans,
    "packed": lambda text: list(packed((PIECES[ord(c) % 15] for c in text), 40, 60)),
    "PassageSplitter": SPLITTER.split,
    "PassageSplitter, sections": lambda text: SPLITTER.split(
        text, [Section("a", 1, at) for at in lines_of(text)], removed=clean(text), pages=lines_of(text)
    ),
    "LexicalIndex": lambda text: INDEX.search(text, 5),
    # service
    "need_of_context": need_of_context,
    "reason_of": lambda text: reason_of(text, alone=True),
    "variants_of": lambda text: variants_of(text, words_of(text)),
    "as_written": lambda text: as_written(text, [text]),
    "ordinary_letters": ordinary_letters,
    "halves_of": halves_of,
    "edits": lambda text: edits(text[:40], text[40:80], 40),
    "SourceText": name_words,
    "link_to_words": lambda text: link_to_words("http://" + text, text),
    "sentences_of": highlight,
    "spoken_turns": lambda text: spoken_turns(text, lines_of(text)[::5]),
    "spoken_turns, labels": lambda text: spoken_turns(text.replace("\n", "\n\nAT: Who?\n\nOlaf Hask: ")),
    "Folding": compare,
    "strict_json": lambda text: strict_json(text.encode()),
    "strict_json, a text": lambda text: strict_json(json.dumps({"a": text}).encode()),
    "strict_json, a number": lambda text: strict_json(b"[1." + text.encode()),
    "headers": receive,
    "accepts_gzip": lambda text: accepts_gzip([text]),
    "clean_name": clean_name,
    "lies_under": lambda text: lies_under(text, Path("a")),
    "plain": plain,
    "one_line": one_line,
    "wrapped": wrapped,
}
"""By what does it; each takes any text."""

MARKUP: Mapping[str, Pump] = {
    "paragraphs": Pump(f"<p>{PROSE}</p>"),
    "short paragraphs": Pump("<p>a</p>"),
    "open paragraphs": Pump("<p>"),
    "divisions": Pump("<div>a"),
    "closed divisions": Pump("<div>a</div>"),
    "headings": Pump("<h2>A heading</h2>"),
    "links": Pump('<a href="/a">a</a> '),
    "lists": Pump("<ul><li>a</li></ul>"),
    "one list": Pump("<li>a</li>", "<ul>", "</ul>"),
    "nested lists": Pump("<ul><li>a"),
    "table rows": Pump("<tr><td>a</td><td>b</td></tr>", "<table>", "</table>"),
    "table cells": Pump("<td>a</td>", "<table><tr>", "</table>"),
    "spans": Pump('<tr><td colspan="99" rowspan="99">a</td><td>b</td></tr>', "<table>", "</table>"),
    "tables": Pump("<table><tr><td>a</td></tr></table>"),
    "bold": Pump("<b>a</b>"),
    "open bold": Pump("<b>a"),
    "breaks": Pump("a<br>"),
    "pictures": Pump('<img src="a.png" alt="b">'),
    "attributes": Pump("a=b ", "<p ", ">Words.</p>"),
    "classes": Pump('<div class="comment share footer">a</div>'),
    "metadata": Pump('<meta property="og:title" content="a">', "<head>", "</head><body><p>Words."),
    "data": Pump('<script type="application/ld+json">{"@type": "Article", "author": "a"}</script>'),
    "one script of data": Pump('{"@type": "a"},', '<script type="application/ld+json">[', "]</script>"),
    "scripts": Pump("<script>a</script>"),
    "dates": Pump("<time datetime='2012-03-05'>5 March 2012</time>"),
    "quotes": Pump("<blockquote>a"),
    "code": Pump("<pre>a</pre>"),
    "entities": Pump("&amp;&#233;&#x301;&#x323;"),
    "comments": Pump("<!-- a -->"),
    "closing tags": Pump("</p>"),
    "forms": Pump("<form><input><select><option>a"),
    "vectors": Pump("<svg><math>a"),
    "closed vectors": Pump("<svg></svg>a"),
    "hidden elements": Pump("<i hidden>a</i>b"),
    "raised characters": Pump("a<sup>1</sup>"),
    "marks of notes": Pump("a<a href='#a'>1</a>"),
    "readings": Pump("<ruby>a<rt>b</rt></ruby>"),
    "quotations": Pump("<q>a</q>"),
    "terms": Pump("<dt>a<dd>b", "<dl>", "</dl>"),
    "lines of code": Pump("a<br><span>b</span>", "<pre>", "</pre>"),
    "lists in a cell": Pump("<ul><li>a</li></ul>", "<table><tr><th>a</th><td>", "</td></tr></table>"),
    "spanning heads": Pump("<td rowspan='999'>a</td></tr><tr>", "<table><tr>", "<td>b</td></tr></table>"),
    "questions": Pump("<details><summary>a</summary>b</details>"),
    "related lists": Pump("<h2>Related</h2><ul><li><a href='/a'>a</a></li></ul>"),
}
"""Pages of any length."""
