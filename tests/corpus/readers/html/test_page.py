import json

import pytest

from corpus.documents.content import ReadOptions
from corpus.errors import SourceError
from tests.corpus.readers.files import only, outline

WORDS = "Talks about the truce went on in the prisons for many months, the minister said. " * 5
LINKED = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "The truce and its end",
    "datePublished": "2017-01-19T08:00:00Z",
    "author": [{"@type": "Person", "name": "Ana Ruiz"}, {"@type": "Person", "name": "Luis Paz"}],
    "publisher": {"@type": "Organization", "name": "Example Press"},
}


def page(body: str, head: str = "", start: str = "<html lang='en'>") -> str:
    return (
        f"<!DOCTYPE html>{start}<head><title>The truce | Example Press</title>{head}</head><body>"
        "<nav><ul><li><a href='/'>Home</a></li><li><a href='/news'>All the news</a></li></ul></nav>"
        f"<main><article><h1>The truce and its end</h1>{body}</article></main>"
        "<div class='comments' id='comments'><p>Great spell caster, write to him today!</p></div>"
        "<footer><p>Copyright Example Press. Subscribe to our newsletter.</p></footer></body></html>"
    )


def test_the_main_content_is_read_without_the_pages_furniture() -> None:
    read = only(page(f"<p>{WORDS}</p><h2>How it began</h2><p>{WORDS}</p><h3>In 2012</h3><p>{WORDS}</p>"), "a.html")
    assert read.media_type == "text/html"
    assert outline(read) == [
        ("The truce and its end", 1, "The truce and its end"),
        ("How it began", 2, "How it began"),
        ("In 2012", 3, "In 2012"),
    ]
    assert read.text.count(WORDS.strip()) == 3
    for furniture in ("Home", "newsletter", "spell caster"):
        assert furniture not in read.text


def test_line_breaks_lists_quotations_and_tables_keep_their_shape() -> None:
    body = (
        f"<p>{WORDS}</p><p>First <b>bold</b> line<br>second line</p>"
        f"<ul><li>One point of it</li><li>Two points of it</li></ul>"
        f"<blockquote><p>We never spoke.</p></blockquote><p>{WORDS}</p>"
        "<table><tr><th>Year</th><th>Dead</th></tr><tr><td>2012</td><td>2,594</td></tr></table>"
    )
    blocks = only(page(body), "a.html").text.split("\n\n")
    assert blocks[2:5] == ["First bold line\nsecond line", "One point of it\nTwo points of it", "We never spoke."]
    assert blocks[-1] == "Year | Dead\n2012 | 2,594"


def test_json_ld_gives_title_authors_publisher_and_date() -> None:
    head = f"<script type='application/ld+json'>{json.dumps(LINKED)}</script>"
    about = only(page(f"<p>{WORDS}</p>", head), "a.html").metadata
    assert (about.title, about.publisher) == ("The truce and its end", "Example Press")
    assert (about.authors, about.published, about.language) == (("Ana Ruiz", "Luis Paz"), "2017-01-19", "en")


def test_meta_tags_give_author_publisher_date_and_address() -> None:
    head = (
        "<meta name='author' content='Ana Ruiz'><meta property='og:site_name' content='Example Press'>"
        "<meta property='article:published_time' content='2017-01-19'>"
        "<link rel='canonical' href='https://example.org/truce'>"
    )
    about = only(page(f"<p>{WORDS}</p>", head), "a.html").metadata
    assert (about.publisher, about.authors, about.published) == ("Example Press", ("Ana Ruiz",), "2017-01-19")
    assert about.url == "https://example.org/truce"


def test_a_date_in_the_future_is_dropped_with_a_note() -> None:
    head = "<meta property='article:published_time' content='2150-01-19'>"
    about = only(page(f"<p>{WORDS}</p>", head), "a.html").metadata
    assert about.published is None
    assert about.extra == {"reader_notes": ["the date of publication 2150-01-19 is in the future and was ignored"]}


def test_a_pages_claim_of_a_language_gives_way_to_its_words() -> None:
    spanish = "Las conversaciones sobre la tregua siguieron durante muchos meses en las cárceles del país. " * 6
    start = "<html lang='en-US'>"
    assert only(page(f"<p>{spanish}</p>", start=start), "a.html").metadata.language == "es"
    assert only(page(f"<p>{WORDS * 2}</p>", start=start), "a.html").metadata.language == "en-US"


@pytest.mark.parametrize(
    "declared", ["<meta charset='windows-1252'>", "<meta http-equiv='a' content='x; charset=latin1'>"]
)
def test_characters_are_read_as_the_page_declares_them(declared: str) -> None:
    data = page(f"<p>Él — “llegó”. {WORDS}</p>", declared).encode("cp1252")
    assert "Él — “llegó”." in only(data, "a.html").text


@pytest.mark.parametrize(
    ("name", "codec", "words"),
    [
        ("iso-2022-jp", "iso-2022-jp", "港は静かだ。"),
        ("iso-8859-8-i", "iso8859-8", "הנמל שקט"),
        ("x-sjis", "cp932", "港は静かだ。"),
        ("x-cp1251", "cp1251", "Порт тих."),
        ("x-mac-cyrillic", "mac_cyrillic", "Порт тих."),
        ("windows-949", "cp949", "항구는 조용하다."),
    ],
)
def test_names_of_encodings_are_those_that_browsers_know(name: str, codec: str, words: str) -> None:
    data = page(f"<p>{words} {WORDS}</p>", f"<meta charset='{name}'>").encode(codec)
    assert words in only(data, "a.html").text


def test_a_page_in_no_known_encoding_is_refused() -> None:
    data = page(f"<p>Él llegó. {WORDS}</p>").encode("cp1252")
    with pytest.raises(SourceError, match="it is not valid UTF-8"):
        only(data, "a.html")
    assert "Él llegó." in only(data, "a.html", ReadOptions(encoding="cp1252")).text
    with pytest.raises(SourceError, match="declares an unknown encoding"):
        only(page("<p>x</p>", "<meta charset='klingon'>").encode() + b"\xff", "a.html")


@pytest.mark.parametrize(
    "data", ["<html>", "<!DOCTYPE html><html><body></body></html>", "<html><script>x()</script></html>"]
)
def test_a_page_without_text_is_refused(data: str) -> None:
    with pytest.raises(SourceError, match=r"^it has no text outside of menus, footers and scripts; save"):
        only(data, "a.html")


def test_invisible_characters_go_and_accents_are_composed() -> None:
    read = only(page(f"<p>El\u00ado\u200bquent cafe\u0301 a\u00a0b. {WORDS}</p>"), "a.html")
    assert "Eloquent café a b." in read.text


def test_a_page_of_many_nested_elements_ends() -> None:
    deep = "<div>" * 50_000 + WORDS + "</div>" * 50_000
    try:
        assert only(page(deep), "a.html").text
    except SourceError as error:
        assert str(error)  # noqa: PT017 - either way it ends, and says how


def test_an_attribute_as_long_as_a_text_is_no_address_and_no_name() -> None:
    long = "a" * 3000
    head = f'<link rel="canonical" href="https://example.org/{long}"><meta name="author" content="Ana Ruiz {long}">'
    about = only(page(f"<p>{WORDS}</p>", head), "a.html").metadata
    assert about.url is None
    assert all(len(author) <= 2000 for author in about.authors)


def test_data_for_search_engines_that_is_full_of_tags_is_passed_over() -> None:
    for tags, authors in ((1000, ("Ana Ruiz", "Luis Paz")), (1001, ())):
        data = json.dumps({**LINKED, "description": "<" * tags})
        head = f'<script type="application/ld+json">{data}</script>'
        read = only(page(f"<p>{WORDS}</p>", head), "a.html")
        assert read.metadata.authors == authors
        assert WORDS.strip() in read.text


def test_rows_of_any_length_and_cells_that_span_others_keep_their_words() -> None:
    cells = "".join(f"<td>cell {at}</td>" for at in range(2500))
    table = f"<table><tr><td colspan='100' rowspan='100'>wide</td><td>narrow</td></tr><tr>{cells}</tr></table>"
    read = only(page(f"<p>{WORDS}</p>{table}<p>{WORDS}</p>"), "a.html")
    assert "wide | narrow" in read.text
    assert [at for at in range(2500) if f"cell {at}" not in read.text] == []


# When a page says that it was published


@pytest.mark.parametrize(
    "said",
    [
        "<p>Published: <time datetime='2011-07-02'>2 July</time></p>",
        "<header><time datetime='2011-07-02T08:00'>2 July 2011</time></header>",
        "<div class='entry-meta'><a href='/a'><time datetime='2011-07-02'>2 July 2011</time></a></div>",
        "<p class='post-date'>2 July 2011</p>",
        "<p>By Eva Holm, <span itemprop='datePublished' content='2011-07-02'>2 July</span></p>",
        "<p><time datetime='2011-07-02'>2 July 2011</time></p>",
    ],
)
def test_an_element_may_say_when_the_page_was_published(said: str) -> None:
    assert only(page(f"{said}<p>{WORDS}</p>"), "a.html").metadata.published == "2011-07-02"


@pytest.mark.parametrize(
    "told",
    [
        "<p>The next market is on <time datetime='2011-07-02'>2 July 2011</time>.</p>",
        "<p>Next market: <time datetime='2011-07-02'>2 July 2011</time></p>",
        "<p>Born <span class='bday published'>2011-07-02</span></p>",
        "<p>The mill was built by brothers on <span class='published'>2011-07-02</span>, after a fire.</p>",
        "<table><tr><th>Built</th><td><time datetime='2011-07-02'>2 July 2011</time></td></tr></table>",
        "<div class='comment'><p class='post-date'>2 July 2011</p></div>",
        "<p>The mill burnt on July 2, 2011.</p><footer>Copyright 2011. Last updated 2 July 2011.</footer>",
    ],
)
def test_a_day_that_a_page_tells_of_is_not_its_own(told: str) -> None:
    assert only(page(f"<p>{WORDS}</p>{told}<p>{WORDS}</p>"), "a.html").metadata.published is None


def test_the_day_of_an_event_is_not_that_of_its_page() -> None:
    head = (
        "<meta property='event:start_time' content='2011-07-02T10:00'>"
        '<script type="application/ld+json">{"@type": "Event", "name": "Market", "startDate": "2011-07-02"}</script>'
    )
    assert only(page(f"<p>{WORDS}</p>", head), "a.html").metadata.published is None


# Encodings that a page declares wrongly


def test_a_page_that_declares_a_wrong_encoding_is_refused_with_the_one_it_is_in() -> None:
    words = "Die Mühle am Fluss wurde nach dem Brand neu gebaut, und das große Rad dreht sich im Frühjahr für die Säge."
    data = page(f"<p>{words}</p>", "<meta charset='utf-8'>").encode("cp1252")
    with pytest.raises(SourceError) as refused:
        only(data, "a.html")
    assert str(refused.value).startswith("it declares utf-8, which is not its encoding: it is not valid UTF-8")
    assert "windows-1252" in str(refused.value)
    assert words in only(data, "a.html", ReadOptions(encoding="windows-1252")).text


def test_valid_utf_8_wins_over_what_a_page_declares_and_over_the_user() -> None:
    data = page(f"<p>Die Mühle. {WORDS}</p>", "<meta charset='windows-1252'>").encode()
    assert "Die Mühle." in only(data, "a.html", ReadOptions(encoding="koi8-r")).text


@pytest.mark.parametrize(
    "elsewhere", ["<meta name='description' content='a page with charset=koi8-r'>", "<!-- <meta charset='koi8-r'> -->"]
)
def test_an_encoding_is_declared_in_a_tag_of_its_own(elsewhere: str) -> None:
    data = page(f"<p>Él llegó. {WORDS}</p>", f"{elsewhere}<meta charset='windows-1252'>").encode("cp1252")
    assert "Él llegó." in only(data, "a.html").text


def test_what_the_user_says_against_the_page_is_noted() -> None:
    data = page(f"<p>Él llegó. {WORDS}</p>", "<meta charset='koi8-r'>").encode("cp1252")
    read = only(data, "a.html", ReadOptions(encoding="cp1252"))
    assert "Él llegó." in read.text
    assert read.metadata.extra["reader_notes"] == ["it declares koi8-r and was read as cp1252, as you said"]
