"""Reindexing stored documents with other settings, with and without cleaning."""

import shutil
from pathlib import Path

import pytest

from corpus.errors import EncoderError, EncoderMismatchError, SourceError
from corpus.store.store import Store
from corpus.store.view import View
from embeddings.encoder.encoder import Encoder
from service.ingest.ingester import Ingester
from service.retrieval.fingerprints import fingerprint
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.upkeep.verify import problems
from tests.service.conftest import Write
from tests.service.ingest.checks import (
    CountingEncoder,
    Interrupted,
    Recorder,
    assert_sound,
    documents_of,
    everything_in,
    no_encoder,
)

TEXT = "The truce\n\nThe truce began in the year 2012. Who began it? The gang did.\n"


@pytest.fixture
def counting(tiny_model: Path) -> CountingEncoder:
    return CountingEncoder(str(tiny_model))


@pytest.fixture
def filled(ingester: Ingester, write: Write, store: Store, quiet: NoProgress) -> Store:
    write("one.md", "# One\n\n" + "The truce began. Who did it? " * 12)
    write("two.txt", "Café 🦜\n\n" + "Él llegó. " * 12)
    write("three.md", f"---\ntitle: {'the truce ' * 30}\n---\n" + "More talks. " * 12)
    ingester.ingest([write("four.txt", TEXT).parent], quiet)
    return store


def test_reindexing_keeps_ids_and_texts_and_changes_the_fingerprint(
    filled: Store, tiny_encoder: Encoder, settings: Settings
) -> None:
    before = {document.id: document for document in documents_of(filled)}
    stored = everything_in(filled)
    other = settings.model_copy(update={"passage_tokens": 32, "title_tokens": 4})
    progress = Recorder()

    count = Ingester(filled, lambda: tiny_encoder, other).reindex(progress)

    assert count == 4
    after = {document.id: document for document in documents_of(filled)}
    assert after.keys() == before.keys()
    for name, document in after.items():
        assert (document.revision, document.source, document.metadata, document.ingested_at) == (
            before[name].revision,
            before[name].source,
            before[name].metadata,
            before[name].ingested_at,
        )
    assert all(everything_in(filled)[name] != stored[name] for name in ("one", "three", "encoder"))
    with filled.view() as view:
        assert view.fingerprint == fingerprint(tiny_encoder, other)
    assert_sound(filled)
    assert progress.reported[0] == "start 4"
    assert progress.reported.count("advance") == 4
    assert progress.reported[-1] == "finish"


def test_reindexing_equals_a_new_ingest(
    filled: Store, tiny_model: Path, exports: Path, settings: Settings, write: Write, tmp_path: Path, quiet: NoProgress
) -> None:
    encoder = Encoder(str(tiny_model), "float32", exports)  # each text by itself, so that vectors are the same
    other = settings.model_copy(update={"passage_tokens": 32, "data": tmp_path / "fresh"})
    Ingester(filled, lambda: encoder, other).reindex(quiet)

    folder = write("other.csv", "").parent
    with Store(other.data, create=True) as fresh:
        Ingester(fresh, lambda: encoder, other).ingest([folder], quiet)
        assert everything_in(fresh) == everything_in(filled)


def test_reindexing_an_empty_store_does_nothing(ingester: Ingester, store: Store, quiet: NoProgress) -> None:
    assert ingester.reindex(quiet) == 0
    assert documents_of(store) == []


@pytest.mark.parametrize("failure", ["an encoder that breaks", "a title that leaves no room", "an interruption"])
def test_a_failed_reindex_changes_nothing(
    filled: Store, counting: CountingEncoder, settings: Settings, failure: str, write: Write, quiet: NoProgress
) -> None:
    before = everything_in(filled)
    other = settings.model_copy(update={"passage_tokens": 32})
    progress = Recorder()
    expected: type[BaseException] = EncoderError
    message: str | None = None
    if failure == "an encoder that breaks":
        counting.fails_after = 5
    elif failure == "a title that leaves no room":
        other, expected = other.model_copy(update={"title_tokens": 128}), SourceError
        message = r"^The document 'three' cannot be indexed again: its title leaves .+\.$"
    else:
        progress, expected = Interrupted(after=2), KeyboardInterrupt

    with pytest.raises(expected, match=message):
        Ingester(filled, lambda: counting, other).reindex(progress)

    assert counting.encoded > 0
    assert progress.reported[-1] == "finish"
    assert everything_in(filled) == before
    assert_sound(filled)
    unchanged = Ingester(filled, no_encoder, settings).ingest([write("four.txt", TEXT).parent], quiet).unchanged
    assert len(unchanged) == 4


def test_a_copied_data_folder_is_a_store_like_the_first(filled: Store, settings: Settings, tmp_path: Path) -> None:
    expected = everything_in(filled)
    filled.close()
    shutil.copytree(settings.data, tmp_path / "copy")

    with Store(tmp_path / "copy") as copy:
        assert everything_in(copy) == expected
    with View(tmp_path / "copy") as view:
        assert list(problems(view, NoProgress())) == []


COPIED = """HomeNewsAnalysisThe Truce Is Over

The Truce Is Over

The truce held until the spring, when the talks about it came to an end.

Was this content helpful?
"""


def words_of(store: Store) -> str:
    with store.view() as view:
        [document] = view.documents()
        return " ".join(passage.text for passage in view.passages(view.document_passages(document)))


def test_page_furniture_is_in_no_passage_and_stays_in_the_text(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    ingester.ingest([write("truce.txt", COPIED)], quiet)
    [document] = documents_of(store)
    assert document.metadata.title == "The Truce Is Over"
    assert [span.reason for span in document.removed_spans] == ["breadcrumb", "feedback question"]
    assert document.characters == len(COPIED)
    assert "Home" not in words_of(store)
    assert "helpful" not in words_of(store)
    assert "The Truce Is Over The truce held" in " ".join(words_of(store).split())
    assert_sound(store)


def test_with_cleaning_off_nothing_is_removed(
    store: Store, tiny_encoder: Encoder, settings: Settings, write: Write, quiet: NoProgress
) -> None:
    keeping = settings.model_copy(update={"cleaning": False})
    Ingester(store, lambda: tiny_encoder, keeping).ingest([write("truce.txt", COPIED)], quiet)
    assert "helpful" in words_of(store)
    assert_sound(store)


def test_documents_cleaned_and_not_cleaned_are_never_mixed(
    ingester: Ingester, store: Store, tiny_encoder: Encoder, settings: Settings, write: Write, quiet: NoProgress
) -> None:
    ingester.ingest([write("truce.txt", COPIED)], quiet)
    keeping = Ingester(store, lambda: tiny_encoder, settings.model_copy(update={"cleaning": False}))
    with pytest.raises(EncoderMismatchError, match="footnote reindex"):
        keeping.ingest([write("other.txt", COPIED)], quiet)

    keeping.reindex(quiet)
    assert "helpful" in words_of(store)
    assert [list(document.removed_spans) for document in documents_of(store)] == [[]]
    assert_sound(store)

    ingester.reindex(quiet)
    assert "helpful" not in words_of(store)
    assert len(documents_of(store)[0].removed_spans) == 2
    assert_sound(store)
