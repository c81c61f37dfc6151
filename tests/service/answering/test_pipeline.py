"""From questions to answers: what holds for every answer, whatever is asked of whatever documents."""

import dataclasses
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from corpus.errors import StoreCorruptError
from corpus.store.filtering.filters import Filters
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from embeddings.tokens import load_maps, packaged_maps
from service.answering.answer import Answer, AnsweringPassage, Timing
from service.answering.pipeline import Pipeline
from service.answering.ranking.deduplication import CLOSE_SCORES
from service.answering.reader import Reader, load_reader
from service.ingest.ingester import Ingester
from service.retrieval.library import Library
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.corpus.samples import count_up, filters_of
from tests.service.conftest import Add, OpenPipeline, local, settings_for_long, write_calibration

DOCUMENTS = {
    "truce.md": "---\npublisher: Paper\nlanguage: en\n---\n# The truce\n\nThe truce began in 2012. Who began"
    " it? The gang did.\n\n## Prison\n\nTalks began in prison. The homicides went down. What did the year"
    " bring? Nothing.\n",
    "cafe.txt": "Café Ñandú 🦜\n\nÉl llegó al café. 🦜🦜 ¿Por qué? Porque sí. Zoë — naïve — 停戦。そうです。",
    "long.txt": "A long one\n\n" + "The gang talks began in the year of the truce. " * 30,
    "copy.txt": "A long one\n\n" + "The gang talks began in the year of the truce. " * 30,
    "short.txt": "x",
    "spaced.txt": "\n\n   Spaced out   \n\n\n\n  words   here .  \n\n\tand  there\t\n",
}
QUESTIONS = [
    "When did the truce begin?",
    "the of and a",
    "x",
    "?",
    "🦜",
    "停戦はいつですか",
    "متى بدأت الهدنة؟",
    "the truce " * 250,
    "\u200b",
    "'; DROP TABLE documents; --",
    "\0",
]


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, tiny_encoder: Encoder) -> Iterator[Pipeline]:
    """The documents above, to be asked about and left as they are."""
    folder = tmp_path_factory.mktemp("documents")
    settings = settings_for_long(data=folder / "data", encoder=str(tiny_model), passage_tokens=40, title_tokens=8)
    yield from pipeline_over(DOCUMENTS, folder, settings, tiny_encoder)


def pipeline_over(
    documents: Mapping[str, str], folder: Path, settings: Settings, encoder: Encoder, reader: Reader | None = None
) -> Iterator[Pipeline]:
    """A pipeline over these files, ingested in the order given; closed when it is not needed any longer."""
    with Store(settings.data, create=True) as store:
        for name, text in documents.items():
            (folder / name).write_text(text)
            Ingester(store, lambda: encoder, settings).ingest([folder / name], NoProgress())
    library = Library(settings, encoder)
    yield Pipeline(library, settings, reader=reader, maps=load_maps(packaged_maps(), encoder.weights_sha256))
    library.close()


@pytest.fixture
def own_pipeline(add: Add, open_pipeline: OpenPipeline) -> Pipeline:
    """Over documents that the test may damage."""
    for name, text in DOCUMENTS.items():
        add(name, text)
    return open_pipeline()


def content_of(answer: Answer) -> Answer:
    """The answer without what clocks say."""
    timing = dataclasses.replace(answer.timing_ms, total=0, encode=0, retrieve=0, rerank=0, read=0)
    return dataclasses.replace(answer, timing_ms=timing)


def assert_sound(answer: Answer, pipeline: Pipeline, question: str, k: int) -> None:
    """What holds for every answer."""
    assert answer.question == question
    assert len(answer.passages) == min(k, len(pipeline.ask(question, k=1000).passages))
    assert [passage.rank for passage in answer.passages] == list(range(1, len(answer.passages) + 1))
    scores = [passage.score for passage in answer.passages]
    if pipeline.reader is None:
        assert all(later <= score + CLOSE_SCORES for at, score in enumerate(scores) for later in scores[at:])
        assert max(scores, default=0) == (scores or [0])[0]
    assert all(-1 <= score <= 1 for score in scores)
    with pipeline.library.snapshot() as snapshot:
        assert answer.generation == snapshot.generation
        for passage in answer.passages:
            document = snapshot.view.document(passage.citation.document_id)
            assert_in_its_place(passage, snapshot.view.text(document), document.revision)
        places = places_of(answer)
        assert len(set(places)) == len(places)
        if k >= 1000:
            assert len(places) == snapshot.view.counts()[1]
    times = answer.timing_ms
    assert min(times.encode, times.retrieve, times.rerank) >= 0
    assert times.total + 0.02 >= times.encode + times.retrieve + times.rerank
    assert (answer.reason is not None) == (answer.status == "uncertain")
    if answer.status != "answered":
        assert answer.answer is None
    else:
        assert answer.answer is not None
        first, cited = answer.passages[0], answer.answer.citation
        [highlight] = first.highlights
        assert answer.answer.text == first.text[highlight.start : highlight.end]
        assert (cited.start - first.citation.start, cited.end - first.citation.start) == (
            highlight.start,
            highlight.end,
        )
        assert cited.href == f"/documents/{cited.document_id}#char={cited.start},{cited.end}"
        assert dataclasses.replace(cited, start=0, end=0, href="") == dataclasses.replace(
            first.citation, start=0, end=0, href=""
        )


def places_of(answer: Answer) -> list[tuple[str, int, int]]:
    """Where the passages stand, and their duplicates."""
    cited = [citation for passage in answer.passages for citation in (passage.citation, *passage.also_found_in)]
    return [(citation.document_id, citation.start, citation.end) for citation in cited]


def assert_in_its_place(passage: AnsweringPassage, text: str, revision: str) -> None:
    citation = passage.citation
    assert text[citation.start : citation.end] == passage.text
    assert passage.text == passage.text.strip() != ""
    assert citation.revision == revision
    for highlight in passage.highlights:
        highlighted = passage.text[highlight.start : highlight.end]
        assert 0 <= highlight.start < highlight.end <= len(passage.text)
        assert highlighted == highlighted.strip()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: repr(question[:20]))
def test_every_answer_is_sound_whatever_is_asked(pipeline: Pipeline, question: str) -> None:
    for k in (1, 5, 1000):
        assert_sound(pipeline.ask(question, k=k), pipeline, question, k)


@given(question=st.text(st.characters(codec="utf-8"), min_size=1, max_size=100))
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_every_answer_is_sound_whatever_hypothesis_asks(pipeline: Pipeline, question: str) -> None:
    assert_sound(pipeline.ask(question, k=3), pipeline, question, 3)


@given(text=st.text(st.sampled_from("ab é🦜.?!#\n\t停“"), min_size=1, max_size=300).filter(str.strip))
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
def test_every_answer_is_sound_whatever_is_in_the_document(text: str, add: Add, open_pipeline: OpenPipeline) -> None:
    add("changing.md", text)
    pipeline = open_pipeline()

    assert_sound(pipeline.ask("a é 🦜?", k=1000), pipeline, "a é 🦜?", 1000)


def test_more_passages_than_there_are_gives_all_each_text_once(pipeline: Pipeline) -> None:
    with pipeline.library.snapshot() as snapshot:
        stored = snapshot.searcher.passages(local(snapshot).view.passage_keys())
        documents = snapshot.searcher.documents(passage.document_key for passage in stored)
        every = {(documents[p.document_key].id, p.start, p.end) for p in stored}

    answer = pipeline.ask("the truce", k=10_000)

    assert set(places_of(answer)) == every
    assert len(answer.passages) < len(every)
    texts = [passage.text for passage in answer.passages]
    assert len(set(texts)) == len(texts)


def test_more_passages_than_candidates_are_given_when_asked_for(
    add: Add, open_pipeline: OpenPipeline, settings: Settings
) -> None:
    for at in range(15):
        add(f"{at}.txt", f"Number {at}\n\nThe truce began in year {at}.")
    pipeline = Pipeline(open_pipeline().library, settings.model_copy(update={"candidates": 10}))

    assert len(pipeline.ask("truce", k=15).passages) == 15


def test_an_empty_store_finds_nothing(open_pipeline: OpenPipeline) -> None:
    answer = open_pipeline().ask("When did the truce begin?")

    assert (answer.status, answer.answer, list(answer.passages)) == ("not_found", None, [])
    assert (answer.confidence.level, answer.confidence.probability) == ("low", None)
    assert answer.generation == 0


def test_a_store_emptied_again_finds_nothing(add: Add, store: Store, open_pipeline: OpenPipeline) -> None:
    store.remove(add("truce.txt", "The truce began."))

    assert open_pipeline().ask("truce").status == "not_found"


def test_the_same_question_gets_the_same_answer(own_pipeline: Pipeline, open_pipeline: OpenPipeline) -> None:
    pipeline = own_pipeline
    first = content_of(pipeline.ask("When did the truce begin?", k=20))

    assert content_of(pipeline.ask("When did the truce begin?", k=20)) == first
    assert content_of(open_pipeline().ask("When did the truce begin?", k=20)) == first


@pytest.mark.parametrize("k", [1, 2, 5, 7])
def test_fewer_passages_asked_for_are_the_first_of_more(pipeline: Pipeline, k: int) -> None:
    more, fewer = (pipeline.ask("gang talks in prison", k=count).passages for count in (30, k))

    assert list(fewer) == list(more)[:k]


@pytest.fixture
def in_another_order(pipeline: Pipeline, tmp_path: Path, tiny_encoder: Encoder) -> Iterator[Pipeline]:
    """The same documents from the same files as `pipeline` has, ingested last to first after others from them."""
    folder = pipeline.settings.data.parent
    settings = pipeline.settings.model_copy(update={"data": tmp_path / "data"})
    once = dict.fromkeys(("truce.md", "short.txt"), "Once something else.")
    for _ in pipeline_over(once, folder, settings, tiny_encoder):
        pass
    yield from pipeline_over(dict(reversed(DOCUMENTS.items())), folder, settings, tiny_encoder)


def test_the_order_of_ingestion_changes_no_answer(pipeline: Pipeline, in_another_order: Pipeline) -> None:
    for question in QUESTIONS:
        for k in (1, 3, 50):
            one, other = (content_of(p.ask(question, k=k)) for p in (pipeline, in_another_order))
            assert dataclasses.replace(other, generation=0) == dataclasses.replace(one, generation=0)


def titled(publisher: str, at: int) -> str:
    front = (
        f"---\npublisher: {publisher}\nlanguage: {'es-SV' if at % 2 else 'en'}\npublished: 2017-01-{at + 1:02}\n---\n"
    )
    return f"{front}Title {at}\n\nThe truce began in year {at}."


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (filters_of(publishers=["rare"]), {"rare-0", "rare-1", "rare-2"}),
        (filters_of(document_ids=["rare-1", "common-7"]), {"rare-1", "common-7"}),
        (filters_of(publishers=["rare"], languages=["es"]), {"rare-1"}),
        (filters_of(published_from="2017-01-03", published_before="2017-01-04"), {"rare-2", "common-2"}),
        (filters_of(publishers=["nobody"]), set()),
    ],
    ids=["publisher", "document", "publisher and language", "date", "nothing"],
)
def test_filters_give_what_they_allow_and_all_of_it(
    add: Add, open_pipeline: OpenPipeline, settings: Settings, filters: Filters, wanted: set[str]
) -> None:
    for at in range(20):
        add(f"common-{at}.txt", titled("common", at))
    for at in range(3):
        add(f"rare-{at}.txt", titled("rare", at) + " Far from what is asked: zz qq.")
    opened = open_pipeline()
    pipeline = Pipeline(opened.library, settings.model_copy(update={"candidates": 10}))

    answer = pipeline.ask("When did the truce begin in year 7?", k=5, filters=filters)

    assert {passage.citation.document_id for passage in answer.passages} == wanted
    assert answer.status == ("answered" if wanted else "not_found")


def test_damaged_token_vectors_are_never_answered_from(own_pipeline: Pipeline, settings: Settings) -> None:
    damage(settings, "UPDATE token_vectors SET data = zeroblob(length(data))")
    own_pipeline.library.refresh()

    with pytest.raises(StoreCorruptError, match="footnote verify"):
        own_pipeline.ask("truce")


def test_missing_token_vectors_are_never_answered_from(own_pipeline: Pipeline, settings: Settings) -> None:
    damage(settings, "DELETE FROM token_vectors")
    own_pipeline.library.refresh()

    with pytest.raises(StoreCorruptError, match="footnote verify"):
        own_pipeline.ask("truce")


@pytest.mark.parametrize("change", ["text = CAST('x' || text AS BLOB)", "title = 'Another'", "publisher = 'X'"])
def test_a_damaged_document_is_never_answered_from(own_pipeline: Pipeline, settings: Settings, change: str) -> None:
    damage(settings, f"UPDATE documents SET {change} WHERE id = 'truce'")  # noqa: S608
    own_pipeline.library.refresh()

    with pytest.raises(StoreCorruptError, match="footnote verify"):
        own_pipeline.ask("truce", k=1000)


def damage(settings: Settings, statement: str) -> None:
    """Change the store behind its back, as a broken disk would, in a generation of its own."""
    connection = sqlite3.connect(settings.data / "footnote.db")
    with connection:
        assert connection.execute(statement).rowcount
        count_up(connection)
    connection.close()


def test_timings_are_what_the_clock_says(pipeline: Pipeline) -> None:
    ticks = iter([10.0, 10.001, 10.003, 10.007, 10.015, 10.031])
    timed = Pipeline(pipeline.library, pipeline.settings, clock=lambda: next(ticks))

    timing = timed.ask("truce").timing_ms

    assert timing == Timing(total=31, encode=1, retrieve=2, rerank=4, read=8)


EVERYDAY = {
    "bread": "Sourdough bread\n\nFeed the starter the evening before. Knead the dough for ten minutes and let it rise"
    " overnight in a cool place. Bake the loaf at 240 degrees for forty minutes.",
    "tides": "Tides\n\nThe gravity of the moon pulls the sea towards it. High tide comes about every twelve and a half"
    " hours. Spring tides happen at full moon and new moon.",
    "bicycle": "Mending a bicycle tyre\n\nTake the wheel off and pull out the inner tube. Find the hole by holding the"
    " tube under water and looking for bubbles. Roughen the rubber before gluing on the patch.",
    "library": "Town library\n\nThe library opens at nine on weekdays and stays closed on Sundays. Books may be kept"
    " for four weeks. A lost card costs five euros to replace.",
    "bees": "Keeping bees\n\nA hive holds one queen, who lays up to two thousand eggs a day. Drones have no sting."
    " Honey is harvested at the end of July.",
    "coffee": "Coffee\n\nCoffee was first drunk in Yemen in the fifteenth century. Beans are roasted until they crack"
    " for the first time. Arabica grows best above a thousand metres.",
    "train": "The night train\n\nThe night train to Vienna leaves Hamburg at half past eight in the evening. A bed in"
    " the sleeping car must be booked in advance. Breakfast is included.",
    "tomatoes": "Growing tomatoes\n\nTomatoes are sown indoors in March and planted out after the last frost. Remove"
    " the side shoots every week. Water the soil and never the leaves, or blight sets in.",
    "chess": "Castling in chess\n\nIn castling the king moves two squares towards a rook. It is not allowed when the"
    " king is in check or has moved before. The rook jumps over the king.",
    "violin": "The violin\n\nA violin has four strings tuned in fifths. The bow is strung with horsehair and rubbed"
    " with rosin. Antonio Stradivari built his instruments in Cremona.",
}
THERE = {
    "How hot should the oven be for baking a loaf of bread?": ("bread", "240 degrees"),
    "What does the gravity of the moon pull?": ("tides", "gravity of the moon"),
    "How do I find the hole in an inner tube?": ("bicycle", "under water"),
    "On which day is the library closed?": ("library", "Sundays"),
    "How many eggs does a queen bee lay?": ("bees", "two thousand eggs"),
    "Where was coffee first drunk?": ("coffee", "Yemen"),
    "When does the night train to Vienna leave?": ("train", "half past eight"),
    "When are tomatoes planted out?": ("tomatoes", "last frost"),
    "Is it allowed to castle when the king is in check?": ("chess", "in check"),
    "What is the bow of a violin rubbed with?": ("violin", "rosin"),
}
LEAST = 0.3
"""The score below which the tests refuse."""

NOT_THERE = [
    "Who won the football world cup in 1998?",
    "What is the boiling point of nitrogen?",
    "How do I file my income tax return?",
    "Which king built the palace of Versailles?",
    "How is penicillin made?",
]


@pytest.fixture(scope="module")
def everyday_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_for_long(data=tmp_path_factory.mktemp("everyday") / "data")


@pytest.fixture(scope="module")
def everyday(everyday_settings: Settings, default_encoder: Encoder) -> Iterator[Pipeline]:
    """Ten documents of everyday life with the encoder and the reader that Footnote comes with."""
    documents = {f"{name}.txt": text for name, text in EVERYDAY.items()}
    reader = load_reader("default")
    yield from pipeline_over(documents, everyday_settings.data.parent, everyday_settings, default_encoder, reader)


@pytest.mark.parametrize(("question", "document", "words"), [(q, *where) for q, where in THERE.items()])
def test_an_obvious_question_is_answered_by_its_document(
    everyday: Pipeline, question: str, document: str, words: str
) -> None:
    answer = everyday.ask(question, k=3)

    assert_sound(answer, everyday, question, 3)
    assert answer.status == "answered"
    assert answer.answer is not None
    assert answer.answer.citation.document_id == document
    assert words in answer.answer.text


@pytest.fixture(scope="module")
def refusing(everyday: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The same, with a calibration that refuses one answerable question in twenty."""
    path = write_calibration(tmp_path_factory.mktemp("calibration") / "own.json", everyday.encoder, LEAST)
    return Pipeline(everyday.library, everyday.settings.model_copy(update={"calibration": path}))


@pytest.mark.parametrize("question", NOT_THERE)
def test_a_question_about_something_else_is_not_found(refusing: Pipeline, question: str) -> None:
    answer = refusing.ask(question, k=3)

    assert answer.status == "not_found"
    assert answer.answer is None
    assert answer.confidence.probability is not None
    assert answer.confidence.probability < 0.5
    assert len(answer.passages) == 3  # so that a reader can judge


@pytest.mark.parametrize("question", THERE)
def test_a_question_that_the_documents_answer_is_not_refused(refusing: Pipeline, question: str) -> None:
    answer = refusing.ask(question, k=3)

    assert answer.status == "answered"
    assert answer.confidence.probability is not None
    assert answer.confidence.probability > 0.5


def test_refusing_can_be_switched_off_and_then_what_is_improbable_is_uncertain(
    refusing: Pipeline, tmp_path: Path
) -> None:
    path = write_calibration(tmp_path / "own.json", refusing.encoder, LEAST, claimed=-1.0)
    settings = refusing.settings.model_copy(update={"refused_answerable": 0.0, "calibration": path})
    always = Pipeline(refusing.library, settings)

    assert always.ask(NOT_THERE[0]).status == "uncertain"
    assert always.ask(NOT_THERE[0]).passages == refusing.ask(NOT_THERE[0]).passages


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: repr(question[:20]))
def test_the_default_encoder_answers_soundly_whatever_is_asked(everyday: Pipeline, question: str) -> None:
    assert_sound(everyday.ask(question, k=20), everyday, question, 20)


@pytest.mark.parametrize("title", ["X", "All that happened in the year of the flood", "Año 🦜 e\u0301 nuevo"])
def test_the_sentence_asked_for_is_highlighted_whatever_the_title(
    tmp_path: Path, default_encoder: Encoder, title: str
) -> None:
    sentences = ["The library closes at nine.", "Bees sleep in winter.", "Tomatoes need water."]
    document = f"---\ntitle: {title}\n---\n{' '.join(sentences)}"
    for pipeline in pipeline_over({"one.md": document}, tmp_path, Settings(data=tmp_path / "data"), default_encoder):
        first = [pipeline.ask(sentence).passages[0] for sentence in sentences]

    assert [one.text[one.highlights[-1].start : one.highlights[-1].end] for one in first] == sentences


def test_a_row_is_the_answer_and_is_highlighted_below_its_header(tmp_path: Path, default_encoder: Encoder) -> None:
    table = "# Wells\n\n| District | Wells |\n|---|---|\n| Northfield | 14 |\n| Eastmoor | 9 |\n| Westhay | 21 |"
    question = "How many wells are there in Eastmoor?"
    settings, reader = Settings(data=tmp_path / "data"), load_reader("default")
    for pipeline in pipeline_over({"one.md": table}, tmp_path, settings, default_encoder, reader):
        answer = pipeline.ask(question)

    [passage] = answer.passages
    shown = [passage.text[span.start : span.end] for span in passage.highlights]
    assert shown == ["| District | Wells |", "| Eastmoor | 9 |"]
    assert answer.answer is not None
    assert answer.answer.text == shown[-1]
    assert table[answer.answer.citation.start : answer.answer.citation.end] == shown[-1]


def ranking(answer: Answer) -> Sequence[str]:
    return [passage.citation.document_id for passage in answer.passages]


def test_a_question_of_five_hundred_words_finds_what_it_begins_with(everyday: Pipeline) -> None:
    answer = everyday.ask("How many eggs does a queen bee lay in a hive? " * 45, k=3)

    assert ranking(answer)[0] == "bees"
