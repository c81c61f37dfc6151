import re
from pathlib import Path

import pytest

import corpus
from corpus.documents.document import SourceDocument
from corpus.files.source import read_bytes
from tests.corpus.samples import read_document

STARTER = Path(corpus.__file__).parent / "starter"
SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
PATHS = sorted(STARTER.glob("*.md"))
SHARED_WORDS = 9
"""Number of consecutive shared words that make a quotation."""

each_document = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def read(path: Path) -> SourceDocument:
    return read_document(read_bytes(path))


def runs_of_words(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[at : at + SHARED_WORDS]) for at in range(len(words) - SHARED_WORDS + 1)}


def test_there_are_at_least_sixteen_documents_and_nothing_else() -> None:
    assert len(PATHS) >= 16
    assert sorted(STARTER.iterdir()) == PATHS


def test_together_they_have_at_least_ten_thousand_words() -> None:
    assert sum(len(read(path).text.split()) for path in PATHS) >= 10_000


def test_no_two_have_the_same_title() -> None:
    titles = [read(path).metadata.title.casefold() for path in PATHS]
    assert len(set(titles)) == len(titles)


@each_document
def test_each_says_who_published_it_when_and_in_which_language(path: Path) -> None:
    about = read(path).metadata
    assert about.publisher
    assert about.published
    assert about.language == "en"
    assert about.tags


@each_document
def test_each_names_its_sources_and_the_facts_taken_from_them(path: Path) -> None:
    sources = read(path).metadata.extra["sources"]
    assert isinstance(sources, list)
    assert sources
    for source in sources:
        assert sorted(source) == ["article", "facts", "published", "publisher"]
        assert all(
            isinstance(source[key], str) and source[key].strip() for key in ("article", "publisher", "published")
        )
        assert source["facts"]
        assert all(isinstance(fact, str) and fact.strip() for fact in source["facts"])


@each_document
def test_each_has_sections_with_text_in_them(path: Path) -> None:
    document = read(path)
    borders = [section.start for section in document.sections] + [len(document.text)]
    assert len(document.sections) >= 2
    for section, end in zip(document.sections, borders[1:], strict=True):
        assert len(document.text[section.start : end].split()) > 20, section.title


def test_none_shares_nine_words_in_a_row_with_an_article() -> None:
    articles = sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else []
    if not articles:
        pytest.skip("the articles are not beside this repository")
    of_articles = {run for article in articles for run in runs_of_words(article.read_text(encoding="utf-8"))}
    for path in PATHS:
        shared = runs_of_words(path.read_text(encoding="utf-8")) & of_articles
        assert [" ".join(words) for words in shared] == [], path.name


def test_a_quotation_of_nine_words_would_be_noticed() -> None:
    article = "It was said that the truce had begun in March, two years ago, in prison."
    assert runs_of_words("They said the truce had begun in MARCH — two years ago!") & runs_of_words(article)
    assert not runs_of_words("They said the truce had begun in March, two weeks ago.") & runs_of_words(article)
