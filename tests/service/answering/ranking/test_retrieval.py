"""What is found, through the whole pipeline, over small documents made for it."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from corpus.store.filtering.filters import Filters
from embeddings.encoder.encoder import Encoder
from service.answering.pipeline import Pipeline
from service.answering.ranking.deduplication import CLOSE_SCORES
from tests.corpus.samples import filters_of
from tests.service.answering.conftest import Over, found, with_settings, without_reader

# Duplicates

QUEEN = (
    "A hive holds one queen, who lays up to two thousand eggs a day. Drones have no sting and do no work. Honey is"
    " harvested at the end of July, when the combs are full and sealed with wax. The workers feed the young, guard the"
    " entrance and fetch nectar from as far as three kilometres away. In winter the colony forms a ball around its"
    " queen and lives on what it has stored; whoever takes too much honey must give sugar in return. A swarm leaves in"
    " May, when the hive has become too small, and settles on a branch until its scouts have found a hollow tree."
)
MENU = "Home | News | Opinion. Share this article."
ASKED = "How many eggs does a queen bee lay in a day?"


def test_copies_take_one_place_and_each_other_place_is_cited(over: Over) -> None:
    pipeline = over(
        {
            "original.txt": f"Keeping bees\n\n{QUEEN}",
            "syndicated.txt": f"Keeping bees | The Morning Paper\n\n{MENU} {QUEEN}",
            "shouted.md": f"---\ntitle: Bees\n---\n{QUEEN.replace(' ', chr(10), 5)} {MENU}",
            "part.txt": f"Summer\n\n{QUEEN[QUEEN.index('Drones') :]}",
            "other.txt": "Hens\n\nA hen lays about three hundred eggs a year, most of them in spring.",
        }
    )

    answer = pipeline.ask(ASKED, k=10)

    first = answer.passages[0]
    highlighted = first.text[first.highlights[0].start : first.highlights[0].end]
    assert "two thousand eggs" in highlighted
    places = [first.citation, *first.also_found_in]
    assert {citation.document_id for citation in places} == {"original", "syndicated", "shouted"}
    assert sorted(found(answer)[1:]) == ["other", "part"]
    with pipeline.library.snapshot() as snapshot:
        for citation in places:
            document = snapshot.view.document(citation.document_id)
            text = snapshot.view.span(document, citation.start, citation.end)
            assert highlighted in " ".join(text.split())
            assert citation.revision == document.revision
            assert citation.title == document.metadata.title
            assert citation.href == f"/documents/{document.id}#char={citation.start},{citation.end}"


@pytest.mark.parametrize("k", [2, 3])
def test_two_hundred_copies_leave_room_for_the_other_document_that_answers(over: Over, k: int) -> None:
    copies = {f"copy-{at}.txt": f"Paper {at}: the queen of the hive, part {at}\n\n{QUEEN}" for at in range(200)}
    other = "Insects\n\nThe mother of a colony brings some fifteen hundred into the world in summer."
    pipeline = over({**copies, "other.txt": other}, candidates=10)

    answer = pipeline.ask(ASKED, k=k)

    assert found(answer)[1:] == ["other"]
    assert len(answer.passages[0].also_found_in) == 199


# One document among others


def test_a_document_that_has_had_its_share_makes_room(over: Over) -> None:
    line = "In the year {} the queen of the hive at {} laid {} eggs a day."
    places = ["Linz", "Graz", "Wels", "Steyr", "Krems"]
    sections = [f"## {place}\n\n{line.format(2010 + at, place, 1000 + 10 * at)}" for at, place in enumerate(places)]
    files = {"all.md": "\n\n".join(sections), "one.md": "## Enns\n\n" + line.format(2019, "Enns", 1090)}
    pipeline = without_reader(over(files))
    question = "How many eggs a day did the queen lay?"

    free = with_settings(pipeline, per_document=100).ask(question, k=6).passages
    bound = with_settings(pipeline, per_document=1).ask(question, k=6).passages

    scores = [passage.score for passage in free]
    assert scores == sorted(scores, reverse=True)
    assert {passage.id for passage in bound} == {passage.id for passage in free}
    assert bound[0] == free[0]
    assert {passage.citation.document_id for passage in bound[:2]} == {"all", "one"}
    assert bound[0].score - CLOSE_SCORES <= bound[1].score


# Filters

WORDS = ["truce", "prison", "talks", "homicides", "gang", "mayor", "bread"]
BEGINNING = datetime.date(2017, 1, 1)


@dataclass(frozen=True)
class About:
    """What a document made for filters says of itself."""

    id: str
    publisher: str
    language: str
    tags: Sequence[str]
    published: str

    @classmethod
    def numbered(cls, at: int) -> "About":
        """The document of this number; publishers have from one document to a hundred and more."""
        return cls(
            id=f"number-{at}",
            publisher=["Rare", "Some", "Many"][(at % 97 > 0) + (at % 7 > 0)],
            language=["en", "es", "es-SV", "en-GB"][at % 4],
            tags=[WORDS[at % 5], *(["single"] if at == 123 else [])],
            published=(BEGINNING + datetime.timedelta(days=at)).isoformat(),
        )

    def text(self, at: int) -> str:
        """The document's file."""
        front = f"publisher: {self.publisher}\nlanguage: {self.language}\npublished: {self.published}"
        said = " ".join(WORDS[(at * step) % len(WORDS)] for step in range(2, 6))
        return f"---\n{front}\ntags: [{', '.join(self.tags)}]\n---\nNumber {at}\n\nThe {said} of {at}."

    def allowed_by(self, wanted: Mapping[str, Any]) -> bool:
        """Return whether filters allow this document, without the code under test."""
        return (
            (not wanted["publishers"] or self.publisher in wanted["publishers"])
            and (not wanted["document_ids"] or self.id in wanted["document_ids"])
            and (not wanted["languages"] or any(f"{self.language}-".startswith(f"{w}-") for w in wanted["languages"]))
            and (not wanted["tags"] or bool({*self.tags} & {*wanted["tags"]}))
            and (wanted["published_from"] or "") <= self.published < (wanted["published_before"] or "9")
        )


DOCUMENTS = [About.numbered(at) for at in range(400)]


@pytest.fixture(scope="module")
def filtered(tiny_over: Over) -> Pipeline:
    """Four hundred documents of one passage each, of which ten are candidates."""
    files = {f"{about.id}.txt": about.text(at) for at, about in enumerate(DOCUMENTS)}
    return tiny_over(files, candidates=10)


@pytest.fixture(scope="module")
def scores(filtered: Pipeline) -> Mapping[str, float]:
    """What every document scores when no filter is set."""
    return {p.citation.document_id: p.score for p in filtered.ask("truce talks in prison", k=1000).passages}


def some(values: Sequence[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=3)


dates = st.none() | st.integers(-5, 405).map(lambda days: (BEGINNING + datetime.timedelta(days=days)).isoformat())
wanted_filters = st.fixed_dictionaries(
    {
        "publishers": some(["Rare", "Some", "Many", "Nobody"]),
        "document_ids": st.just([]) | st.lists(st.integers(0, 410).map(lambda at: f"number-{at}"), max_size=30),
        "languages": some(["en", "es", "es-SV", "en-GB", "e"]),
        "tags": some([*WORDS, "single"]),
        "published_from": dates,
        "published_before": dates,
    }
)


@given(wanted_filters, st.integers(1, 12))
@examples(max_examples=80, deadline=None)
def test_filters_are_exact_however_few_documents_they_allow(
    filtered: Pipeline, scores: Mapping[str, float], wanted: Mapping[str, Any], k: int
) -> None:
    allowed = {about.id for about in DOCUMENTS if about.allowed_by(wanted)}

    answer = filtered.ask("truce talks in prison", k=k, filters=filters_of(**wanted))

    assert len(found(answer)) == min(k, len(allowed))
    assert set(found(answer)) <= allowed
    assert answer.status == ("answered" if allowed else "not_found")
    assert all(passage.score == scores[passage.citation.document_id] for passage in answer.passages)
    if len(allowed) <= 10:  # all are candidates, so the best must be there
        best = sorted((scores[name] for name in allowed), reverse=True)[:k]
        assert [passage.score for passage in answer.passages] == best


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (filters_of(tags=["single"]), ["number-123"]),
        (filters_of(publishers=["Rare"], published_before="2017-11-01"), ["number-0"]),
        (filters_of(document_ids=["number-399"]), ["number-399"]),
        (filters_of(published_from="2018-02-04"), ["number-399"]),
        (filters_of(tags=["single"], document_ids=["number-5"]), []),
        (filters_of(languages=["de"]), []),
        (filters_of(published_from="2017-05-01", published_before="2017-05-01"), []),
        (filters_of(published_from="2017-05-02", published_before="2017-05-01"), []),
    ],
    ids=repr,
)
def test_a_single_document_is_found_and_a_contradiction_finds_nothing(
    filtered: Pipeline, filters: Filters, wanted: list[str]
) -> None:
    for question in ("truce talks in prison", "quetzal", "the of"):
        assert found(filtered.ask(question, k=5, filters=filters)) == wanted


# Words that mean the same, among many that differ little

NAMES = [f"{first} {last}" for first in ("Pérez", "Gómez", "Núñez", "Ibáñez") for last in ("Cruz", "León", "Cerna")]
SAID = "The president {} spoke of the truce that afternoon in the capital."
MOVED = "The police moved the members of {} to another prison at night."
COUNTED = "The ministry counted {} people in the prisons of the country."
NICKNAMED = "The leader whom they call {} signed the paper in prison."

DISTRACTORS = [
    *(SAID.format(f"Salvador {name}") for name in NAMES),
    *(MOVED.format(f"MS-{number}") for number in (3, 11, 12, 14, 15, 18, 31, 103, 113, 130)),
    *(COUNTED.format(number) for number in ("1,300", "12,000", "1,100", "2,200", "120", "200", "1,201", "1,2")),
    *(NICKNAMED.format(f"“{one} {other}”") for one in ("Little", "Big") for other in ("Horse", "Wolf", "Angel")),
    *(NICKNAMED.format(f"O’{name}") for name in ("Connor", "Hara", "Leary", "Neill")),
]
SAME = [
    (SAID, ["Sánchez Cerén", "Sanchez Ceren", "SÁNCHEZ CERÉN", "Sa\u0301nchez Cere\u0301n"]),
    (MOVED, ["MS-13", "MS13", "MS 13", "ms–13"]),
    (COUNTED, ["1,200", "1200", "1.200", "1\N{NARROW NO-BREAK SPACE}200"]),
    (NICKNAMED, ["“Little Devil”", '"Little Devil"', "«Little Devil»", "'little devil'"]),
    (NICKNAMED, ["O’Brien", "O'Brien", "o'brien"]),
]
STORED = [(line, form, [other for other in forms if other != form]) for line, forms in SAME for form in forms]


@pytest.mark.parametrize(("line", "stored", "asked"), STORED, ids=[stored for _, stored, _ in STORED])
def test_ways_of_writing_the_same_find_each_other(tiny_over: Over, line: str, stored: str, asked: list[str]) -> None:
    others = {f"other-{at}.txt": f"News\n\n{text}" for at, text in enumerate(DISTRACTORS)}
    pipeline = tiny_over({**others, "wanted.txt": f"News\n\n{line.format(stored)}"})

    assert {form: found(pipeline.ask(line.format(form), k=3))[0] for form in asked} == dict.fromkeys(asked, "wanted")


# What vectors miss

CASE = "The appeal in case {} was heard in the spring by the second chamber, which adjourned it."
REGISTER = "Caretakers fetch cartons from shelf nine. Keys hang behind the door. Carton {} holds maps of the harbour."


@pytest.mark.parametrize("code", ["XK-4471", "ZB-9302"])
def test_a_rare_word_is_found_where_vectors_lead_elsewhere(over: Over, default_encoder: Encoder, code: str) -> None:
    others = {f"case-{at}.txt": f"The appeal\n\n{CASE.format(f'RT-{1000 + at}')}" for at in range(40)}
    pipeline = over({**others, "register.txt": f"In the cellar\n\n{REGISTER.format(code)}"}, candidates=10)
    question = f"What about the appeal in case {code}?"
    vector = default_encoder.encode_question(question).vector

    with pipeline.library.snapshot() as snapshot:
        nearest = snapshot.searcher.nearest(vector, 10, None)
        documents = {passage.document_key for passage in snapshot.searcher.passages(nearest)}
        names = {document.id for document in snapshot.searcher.documents(documents).values()}
        [by_words] = snapshot.searcher.matching(code, 1, None)
        [passage] = snapshot.searcher.passages([by_words])

    assert "register" not in names
    assert code in passage.text
    assert "register" in found(pipeline.ask(question, k=10))
    assert found(pipeline.ask(f"Where is {code}?", k=1)) == ["register"]
