"""Synthetic stores: exact size, valid, made of real sentences, reproducible."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from corpus.store.store import Store
from corpus.store.view import View
from embeddings.encoder.encoder import Encoder
from eval.bench.sources import BaseDocument
from eval.bench.stores import StoreBuilder
from eval.bench.synthesis import DOCUMENT_PASSAGES, Recombiner, source_passages
from eval.errors import SetError
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.upkeep.verify import problems

SEED = 7


@pytest.fixture
def builder(base: list[BaseDocument], tiny_encoder: Encoder, settings: Settings, tmp_path: Path) -> StoreBuilder:
    return StoreBuilder(base, tiny_encoder, settings, tmp_path / "work", SEED)


def contents(folder: Path) -> list[tuple[str, str, bytes, bytes]]:
    """Return id, text, vector and token vectors of every passage."""
    with View(folder) as view:
        keys = view.passage_keys()
        vectors, token_vectors = dict(view.vectors(keys)), view.token_vectors(keys)
        return sorted((p.id, p.text, vectors[p.key], token_vectors[p.key]) for p in view.passages(keys))


def real_passages(base: Sequence[BaseDocument]) -> int:
    return sum(len(document.passages) for document in base)


@pytest.mark.parametrize("passages", [1, 2, 45, 100])
def test_a_store_has_exactly_so_many_passages_and_verify_finds_nothing_wrong(
    builder: StoreBuilder, passages: int
) -> None:
    built = builder.store(passages, NoProgress())
    assert built.passages == passages
    assert not built.kept
    assert built.index_bytes > 0
    assert built.database_bytes > 0
    with View(built.folder) as view:
        assert view.counts() == (built.documents, passages)
        assert view.generation == built.generation == built.documents
        assert list(problems(view, NoProgress())) == []


def test_real_documents_come_first_and_whole(builder: StoreBuilder, base: list[BaseDocument]) -> None:
    real = real_passages(base)
    assert builder.store(len(base[0].passages), NoProgress()).real_passages == len(base[0].passages)
    assert builder.store(real, NoProgress()).real_passages == real
    built = builder.store(real + 30, NoProgress())
    assert built.real_passages == real
    with View(built.folder) as view:
        texts = {document.metadata.tags: view.text(document) for document in view.documents()}
        stored = {view.text(document) for document in view.documents()}
    assert {document.document.text for document in base} <= stored
    assert ("synthetic",) in texts
    assert built.documents == len(base) + -(-30 // DOCUMENT_PASSAGES)


def test_synthetic_passages_are_made_of_real_sentences_only(
    base: list[BaseDocument], tiny_encoder: Encoder, settings: Settings
) -> None:
    originals = source_passages(base, tiny_encoder, settings.title_tokens)
    sentences = {sentence.text for original in originals for sentence in original.sentences}
    assert all(any(sentence in document.document.text for document in base) for sentence in sentences)
    texts = set()
    for document, passages in Recombiner(originals, tiny_encoder.max_tokens, SEED).documents(50):
        assert document.metadata.tags == ("synthetic",)
        for encoded in passages:
            left = document.text[encoded.passage.start : encoded.passage.end]
            texts.add(left)
            while left:
                sentence = max((sentence for sentence in sentences if left.startswith(sentence)), key=len, default=None)
                assert sentence is not None, left
                left = left.removeprefix(sentence).removeprefix(" ")
    assert len(texts) > 3 * len(originals)


def test_a_sentence_has_as_many_token_vectors_as_its_own_tokens(
    base: list[BaseDocument], tiny_encoder: Encoder, settings: Settings
) -> None:
    for original in source_passages(base, tiny_encoder, settings.title_tokens):
        for sentence in original.sentences:
            assert len(sentence.signs) == tiny_encoder.count_tokens(sentence.text)
        assert len(original.tail) == 1
        assert 1 < len(original.head) <= 1 + settings.title_tokens + 2


def test_the_same_seed_gives_the_same_store_and_another_one_another(
    base: list[BaseDocument], tiny_encoder: Encoder, settings: Settings, tmp_path: Path
) -> None:
    def built(work: str, seed: int) -> list[tuple[str, str, bytes, bytes]]:
        builder = StoreBuilder(base, tiny_encoder, settings, tmp_path / work, seed)
        return contents(builder.store(60, NoProgress()).folder)

    first, again, other = built("a", 1), built("b", 1), built("c", 2)
    assert first == again
    assert first != other


def test_no_two_vectors_are_the_same(builder: StoreBuilder) -> None:
    vectors = [vector for _, _, vector, _ in contents(builder.store(100, NoProgress()).folder)]
    assert len(set(vectors)) == len(vectors)
    norms = [float(np.linalg.norm(np.frombuffer(vector, dtype="<f4"))) for vector in vectors]
    assert norms == pytest.approx([1.0] * len(norms), abs=1e-5)


def test_a_store_that_is_kept_is_not_made_again(builder: StoreBuilder) -> None:
    first = builder.store(40, NoProgress())
    before = contents(first.folder)
    again = builder.store(40, NoProgress())
    assert again.kept
    assert again.build_s is None
    assert again.folder == first.folder
    assert contents(again.folder) == before


def test_what_an_interruption_left_is_not_taken_for_a_store(builder: StoreBuilder) -> None:
    folder = builder.store(40, NoProgress()).folder
    folder.rename(folder.with_name(folder.name + ".partial"))
    built = builder.store(40, NoProgress())
    assert not built.kept
    assert built.passages == 40


def test_other_settings_make_another_store(
    base: list[BaseDocument], tiny_encoder: Encoder, settings: Settings, tmp_path: Path
) -> None:
    folders = {
        StoreBuilder(base, tiny_encoder, changed, tmp_path / "work", seed).store(10, NoProgress()).folder
        for changed, seed in ((settings, 1), (settings, 2), (settings.model_copy(update={"passage_tokens": 41}), 1))
    }
    assert len(folders) == 3


def test_documents_without_a_sentence_are_refused(tiny_encoder: Encoder, settings: Settings) -> None:
    with pytest.raises(SetError, match=r"have no sentences .* --set\.$"):
        source_passages([], tiny_encoder, settings.title_tokens)


def test_making_a_store_tells_how_far_it_is(builder: StoreBuilder) -> None:
    class Counting(NoProgress):
        def __init__(self) -> None:
            self.total = self.done = 0

        def start(self, total: int, unit: str = "documents") -> None:
            self.total = total

        def advance(self) -> None:
            self.done += 1

    progress = Counting()
    builder.store(33, progress)
    assert (progress.total, progress.done) == (33, 33)


def test_the_real_documents_of_a_store_keep_their_vectors(store: Store, base: list[BaseDocument]) -> None:
    with store.view() as view:
        assert sorted(v for _, v in view.vectors(view.passage_keys())) == sorted(
            passage.vector for document in base for passage in document.passages
        )
