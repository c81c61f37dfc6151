"""How elements become headings, paragraphs, lines and code."""

import pytest
from lxml import html

from corpus.documents.content import TextBuilder
from corpus.readers.html.elements import add_blocks, one_line
from tests.corpus.readers.files import epub, only, outline


def text_of(body: str) -> str:
    builder = TextBuilder()
    add_blocks(builder, html.document_fromstring(f"<html><body>{body}</body></html>").find("body"))
    return builder.content().text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>Built in <time>1893</time>, <abbr title='x'>approx.</abbr> <kbd>F1</kbd> and <var>n</var>.</p>",) * 2,
        ("<p>It <b>burn</b>t, the <a href='/a'>mill</a>-house too.</p>", "It burnt, the mill-house too."),
        ("<p>in<wbr>deed and un&shy;done</p>", "indeed and undone"),
        ("<p>First line<br>second line</p>", "First line\nsecond line"),
        ("<p>The price is <del>30</del> <ins>35</ins> and fixed.</p>", "The price is 35 and fixed."),
        ("<p>It was <s>30</s>, <strike>33</strike>, 35.</p>", "It was 30, 33, 35."),
        ("<p>It was <span style='text-decoration:line-through'>30</span> 35.</p>", "It was 30 35."),
        ("<p>He wrote <q>she said <q>no</q> to us</q>.</p>", "He wrote “she said ‘no’ to us”."),
        ("<p><ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp>京<rt>きょう</rt></ruby>へ</p>", "東京(とう きょう)へ"),
        ("<p>saw<img src='a.png' alt='b'>mill, wheel<img src='c.png'>.</p>", "saw mill, wheel."),
        ("<p>Press <button>Start</button> twice.</p><button>Share</button>", "Press Start twice."),
        ("<label>Owner <input value='Ida'></label><input type='hidden' value='x'>", "Owner Ida"),
        ("<textarea>Blue hull</textarea><select><option>Oak<option selected>Larch</select>", "Blue hull Larch"),
        ("<math><msup><mi>x</mi><mn>2</mn></msup><mo>=</mo><mfrac><mi>a</mi><mn>2</mn></mfrac></math>", "x²=a/2"),
        ("<math><mn>2</mn><mfrac><mn>1</mn><mn>3</mn></mfrac><mn>4</mn></math>", "2 1/3 4"),
        ("<math><mn>2</mn><msup><mn>10</mn><mn>6</mn></msup></math>", "2 10⁶"),
        ("<math><mn>2</mn><msqrt><mn>3</mn></msqrt><mroot><mi>x</mi><mn>3</mn></mroot></math>", "2√3 ³√x"),
        ("<math><mfrac><msup><mi>x</mi><mn>2</mn></msup><msqrt><mn>3</mn></msqrt></mfrac></math>", "x²/(√3)"),
        ("<math><msqrt><mn>2</mn><mfrac><mn>3</mn><mi>x</mi></mfrac></msqrt></math>", "√(2 3/x)"),
        ("<math><msqrt><mi>a</mi><mo>+</mo><mi>b</mi></msqrt></math>", "√(a+b)"),
        ("<p>One<!-- no --> two<script>no()</script></p>", "One two"),
    ],
)
def test_a_sentence_reads_as_a_browser_shows_it(body: str, text: str) -> None:
    if body == text:
        text = "Built in 1893, approx. F1 and n."
    assert text_of(body) == text


def test_blocks_are_paragraphs_and_headings_begin_sections() -> None:
    builder = TextBuilder()
    body = (
        "<div>Loose<h2>The <br>wheel <a href='#w'>¶</a></h2><details><summary>Is it old?</summary>It is.</details>"
        "<figure><img><figcaption>The weir</figcaption></figure><blockquote><p>We saw.</p><footer>— Ida</footer>"
        "</blockquote><address>Mill Lane<br>Weirton</address></div>"
    )
    add_blocks(builder, html.fragment_fromstring(body))
    content = builder.content()
    blocks = ["Loose", "The wheel", "Is it old?", "It is.", "The weir", "We saw.", "— Ida", "Mill Lane\nWeirton"]
    assert content.text.split("\n\n") == blocks
    assert [(section.title, section.level) for section in content.sections] == [("The wheel", 2)]


def test_a_heading_whose_end_is_missing_is_a_paragraph() -> None:
    builder = TextBuilder()
    add_blocks(builder, html.fragment_fromstring(f"<div><h2>The wheel {'turns and ' * 60}</h2></div>"))
    assert builder.content().sections == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<ul><li>oak<li>larch<ul><li>young</ul></ul>", "oak\nlarch\nyoung"),
        ("<ul><li>oak<ul></ul><li><p>larch</p><p>or pine</p></ul>", "oak\nlarch\nor pine"),
        ("<ol><li>Open<li>Close</ol>", "1. Open\n2. Close"),
        ("<ol start='3'><li>Open<li value='7'>Close<li>Rest</ol>", "3. Open\n7. Close\n8. Rest"),
        ("<ol reversed><li>Open<li>Close</ol>", "2. Open\n1. Close"),
        ("<ol type='a'><li><p>Open</p><li>Close</ol>", "a. Open\nb. Close"),
        ("<ol type='I' start='4'><li>Open</ol>", "IV. Open"),
        ("<ol type='A' start='28'><li>Open</ol>", "AB. Open"),
        ("<ol style='list-style-type: none'><li>Open</ol>", "Open"),
        ("<ol start='x'><li>Open<li value='-99999999999'>Close</ol>", "1. Open\n2. Close"),
        ("<ol><li><h3>Open</h3>it</ol>", "1. Open\n\nit"),
        ("<dl><dt>Weir<dd>A dam.<dt>Sluice</dt><dd><p>A gate.</p></dl>", "Weir\nA dam.\n\nSluice\nA gate."),
        ("<dl><dt>Sluice</dt><dt>Gate</dt><dd>One<dd>Two</dl>", "Sluice\nGate\nOne\nTwo"),
    ],
)
def test_each_item_of_a_list_has_a_line_with_its_number(body: str, text: str) -> None:
    assert text_of(body) == text


def test_code_keeps_its_lines_and_indentation() -> None:
    assert text_of("<pre>\nif wet:\n    stop()\n\n\tgo()  \n</pre>") == "if wet:\n    stop()\n\n\tgo()"
    assert text_of("<pre><code><div>a</div><div>  b</div></code>c<br><br>d</pre>") == "a\n  b\nc\n\nd"
    numbered = "<pre><span class='lineno'>1 </span>a\n<span class='lineno'>2 </span>  b</pre>"
    assert text_of(numbered) == "a\n  b"
    gutter = "<table><tr><td class='gutter'><pre>1\n2</pre></td><td><pre>a\n  b</pre></td></tr></table>"
    assert text_of(gutter) == "a\n  b"


def test_one_line_has_semicolons_between_items_and_blanks_for_breaks() -> None:
    cell = html.fragment_fromstring("<div><h3>Open</h3><ul><li>9 to 12<li>2 to 4.<li>never</ul><p>a<br>b</p></div>")
    assert one_line(cell) == "Open 9 to 12; 2 to 4. never a b"


def test_books_are_read_by_the_same_rules_as_pages() -> None:
    chapter = (
        "<h1>Part One<br/>The Weir</h1><p>At dawn<sup>1</sup> he<span epub:type='pagebreak'>12</span> rose.</p>"
        "<p hidden='hidden'>Ghost</p><table><tr><td>May<br/>June</td><td><p>wet</p><p>cold</p></td></tr></table>"
        "<pre>a\n  b</pre><aside epub:type='footnote'><p>1. A note.</p></aside>"
    )
    read = only(epub(one=chapter), "a.epub")
    assert read.text.startswith("Part One The Weir\n\nAt dawn¹ he rose.\n\nMay June | wet cold\n\na\n  b\n\n1. A note.")
    assert outline(read)[0][0] == "Part One The Weir"
