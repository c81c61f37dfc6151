"""Ingesting files into the store."""

import importlib.resources
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from corpus.errors import EncoderMismatchError
from corpus.store.store import Store
from corpus.text.titles import title_prefix
from embeddings.encoder.encoder import Encoder
from service.ingest.ingester import Ingester
from service.ingest.sources import starter_files
from service.retrieval.fingerprints import fingerprint
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.conftest import make_tiny_model
from tests.service.conftest import Write, document_from
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


def names(sources: Sequence[str]) -> list[str]:
    return [Path(source).name for source in sources]


def test_the_summary_has_the_outcome_of_each_source(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    write("same.txt", TEXT)
    write("changing.md", "# Before\n\nThe truce began.")
    folder = write("data.zip", "a,b").parent

    first = ingester.ingest([folder], quiet)
    write("changing.md", "# After\n\nThe truce ended.")
    write("empty.txt", " \n")
    write("new.txt", "The talks.")
    second = ingester.ingest([folder, folder / "missing.txt"], quiet)

    assert first.refused == []
    assert (names(first.added), first.replaced, first.unchanged) == (["changing.md", "same.txt"], [], [])
    assert first.passages == sum(document.passages for document in documents_of(store) if document.id != "new")
    assert (names(second.added), names(second.replaced), names(second.unchanged)) == (
        ["new.txt"],
        ["changing.md"],
        ["same.txt"],
    )
    assert [(Path(source).name, reason) for source, reason in second.refused] == [
        ("empty.txt", "it has no text"),
        ("missing.txt", "there is no such file or folder; check the path"),
    ]
    assert first.skipped == second.skipped == {".zip": 1}
    assert not first.stopped
    assert not second.stopped
    assert_sound(store)


def test_an_unchanged_folder_loads_no_encoder(
    ingester: Ingester, write: Write, store: Store, settings: Settings, quiet: NoProgress
) -> None:
    folder = write("one.txt", TEXT).parent
    write("two.md", TEXT)
    ingester.ingest([folder], quiet)
    with store.view() as view:
        generation = view.generation

    again = Ingester(store, no_encoder, settings).ingest([folder], quiet)

    assert names(again.unchanged) == ["one.txt", "two.md"]
    assert again.passages == 0
    with store.view() as view:
        assert view.generation == generation


def test_a_refused_file_loads_no_encoder(store: Store, settings: Settings, write: Write, quiet: NoProgress) -> None:
    summary = Ingester(store, no_encoder, settings).ingest([write("empty.txt", "")], quiet)

    assert len(summary.refused) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\x00", "UTF-16"),
        (b"caf\xe9 au lait", "UTF-8"),
        (b"", "no text"),
    ],
)
def test_one_bad_file_costs_only_itself(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress, content: bytes, reason: str
) -> None:
    folder = write("1-good.txt", TEXT).parent
    write("2-bad.txt", content)
    write("3-good.txt", TEXT)

    summary = ingester.ingest([folder], quiet)

    assert names(summary.added) == ["1-good.txt", "3-good.txt"]
    [(source, why)] = summary.refused
    assert Path(source).name == "2-bad.txt"
    assert reason in why
    assert_sound(store)


def test_a_file_turned_bad_keeps_what_was_stored(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    path = write("one.txt", TEXT)
    ingester.ingest([path], quiet)
    before = everything_in(store)
    write("one.txt", b"\0")

    assert len(ingester.ingest([path], quiet).refused) == 1
    assert everything_in(store) == before


def test_a_replacement_keeps_the_id(ingester: Ingester, write: Write, store: Store, quiet: NoProgress) -> None:
    path = write("one.txt", TEXT)
    write("elsewhere/one.txt", TEXT)
    ingester.ingest([path.parent], quiet)
    [before] = [document for document in documents_of(store) if document.source == str(path)]
    write("one.txt", "Something else altogether.")

    ingester.ingest([path], quiet)

    with store.view() as view:
        after = document_from(view, str(path))
        assert after.id == before.id
        assert after.revision != before.revision
        assert view.text(after) == "Something else altogether."
        assert view.counts()[0] == 2
    assert_sound(store)


def test_an_edit_taken_back_gives_the_same_passages_again(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    path = write("one.txt", TEXT)
    ingester.ingest([path], quiet)
    before = everything_in(store)
    for content in ("Something else.", TEXT):
        write("one.txt", content)
        ingester.ingest([path], quiet)

    assert everything_in(store) == before


def test_an_interruption_keeps_what_was_done(
    ingester: Ingester, write: Write, store: Store, settings: Settings, tiny_encoder: Encoder, quiet: NoProgress
) -> None:
    for at in range(5):
        folder = write(f"{at}.txt", f"{TEXT} {at}").parent
    progress = Interrupted(after=2)

    stopped = ingester.ingest([folder], progress)

    assert stopped.stopped
    assert names(stopped.added)[:2] == ["0.txt", "1.txt"]
    assert progress.reported[-1] == "finish"
    assert [f"{document.id}.txt" for document in documents_of(store)] == names(stopped.added)
    assert_sound(store)
    rest = ingester.ingest([folder], quiet)
    assert names(rest.unchanged + rest.added) == [f"{at}.txt" for at in range(5)]
    assert rest.unchanged == stopped.added
    assert len(documents_of(store)) == 5


def test_an_interruption_within_a_document_leaves_nothing_of_it(
    store: Store, settings: Settings, write: Write, tiny_encoder: Encoder, quiet: NoProgress
) -> None:
    path = write("one.txt", TEXT)

    def interrupted() -> Encoder:
        raise KeyboardInterrupt

    summary = Ingester(store, interrupted, settings).ingest([path], quiet)

    assert summary.stopped
    assert documents_of(store) == []


def test_progress_reports_every_source(ingester: Ingester, write: Write) -> None:
    folder = write("one.txt", TEXT).parent
    write("two.txt", "")
    progress = Recorder()

    ingester.ingest([folder], progress)

    assert (progress.reported[0], progress.reported[-1]) == ("start 2", "finish")
    reported = [tuple(progress.reported[at : at + 2]) for at in (1, 3)]
    assert sorted(reported) == [("doing one.txt", "advance"), ("doing two.txt", "advance")]


def test_progress_reports_that_there_is_nothing_to_do(ingester: Ingester, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    progress = Recorder()

    summary = ingester.ingest([tmp_path / "nothing"], progress)

    assert progress.reported == ["start 0", "finish"]
    assert len(summary.refused) == 1


@pytest.mark.parametrize("change", [{"passage_tokens": 32}, {"title_tokens": 4}, {"encoder": "another"}])
def test_another_encoder_or_size_is_refused_before_anything_is_encoded(
    ingester: Ingester,
    write: Write,
    store: Store,
    settings: Settings,
    tiny_model: Path,
    tmp_path: Path,
    quiet: NoProgress,
    change: dict[str, object],
) -> None:
    ingester.ingest([write("one.txt", TEXT)], quiet)
    before, progress = everything_in(store), Recorder()
    model = make_tiny_model(tmp_path / "other", seed=2) if "encoder" in change else tiny_model
    encoder = CountingEncoder(str(model))
    other = Ingester(store, lambda: encoder, settings.model_copy(update=change))

    with pytest.raises(EncoderMismatchError, match="footnote reindex"):
        other.ingest([write("two.txt", TEXT)], progress)

    assert encoder.encoded == 0
    assert everything_in(store) == before
    assert progress.reported == ["start 1", "finish"]


def test_an_emptied_store_takes_any_encoder(
    ingester: Ingester, write: Write, store: Store, settings: Settings, tmp_path: Path, quiet: NoProgress
) -> None:
    other = Encoder(str(make_tiny_model(tmp_path / "other", seed=2)))
    ingester.ingest([write("one.txt", TEXT)], quiet)
    store.remove("one")

    Ingester(store, lambda: other, settings).ingest([write("two.txt", TEXT)], quiet)

    with store.view() as view:
        assert view.fingerprint == fingerprint(other, settings)
    assert_sound(store)


@pytest.mark.parametrize("title", ["truce " * 160, "é🦜" * 400, "x" * 1000, "\u200b", "a. b. c."])
def test_a_title_of_any_kind_leaves_room_for_the_text(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress, title: str
) -> None:
    front = f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n"
    summary = ingester.ingest([write("one.md", front + TEXT * 9)], quiet)

    assert names(summary.added) == ["one.md"]
    assert_sound(store)


def test_a_title_that_leaves_no_room_costs_only_its_document(
    store: Store, settings: Settings, tiny_encoder: Encoder, write: Write, quiet: NoProgress
) -> None:
    folder = write("long.md", f"---\ntitle: {'z ' * 100}\n---\n{TEXT}").parent
    write("short.md", f"---\ntitle: Short\n---\n{TEXT}")

    summary = Ingester(store, lambda: tiny_encoder, settings.model_copy(update={"title_tokens": 128})).ingest(
        [folder], quiet
    )

    assert names(summary.added) == ["short.md"]
    assert "FOOTNOTE_TITLE_TOKENS" in summary.refused[0][1]


def test_the_title_is_encoded_with_each_passage_and_is_no_part_of_it(
    ingester: Ingester, write: Write, store: Store, tiny_encoder: Encoder, quiet: NoProgress
) -> None:
    ingester.ingest(
        [write("one.md", "---\ntitle: The prison gang talks of the year when it began\n---\nWho did it?")], quiet
    )

    assert title_prefix("The prison gang talks of the year when it began", tiny_encoder, 3) == "The prison gang. "
    assert title_prefix("The prison", tiny_encoder, 0) == ""
    [encoding] = tiny_encoder.encode_passages(["The prison gang talks of the year. Who did it?"])
    with store.view() as view:
        [key] = view.passage_keys()
        [passage] = view.passages([key])
        [(_, vector)] = view.vectors([key])
    assert passage.text == "Who did it?"
    np.testing.assert_allclose(np.frombuffer(vector, dtype="<f4"), encoding.vector, atol=1e-6)


def test_every_passage_has_as_many_token_vectors_as_tokens(
    ingester: Ingester, write: Write, store: Store, tiny_encoder: Encoder, settings: Settings, quiet: NoProgress
) -> None:
    ingester.ingest([write("one.md", "# Café 🦜\n\n" + "Él llegó 🦜. The truce! " * 40)], quiet)

    with store.view() as view:
        [document] = view.documents()
        prefix = title_prefix(document.metadata.title, tiny_encoder, settings.title_tokens)
        passages = view.passages(view.passage_keys())
        signs = view.token_vectors(view.passage_keys())
    assert len(passages) > 5
    for passage in passages:
        rows, rest = divmod(len(signs[passage.key]), tiny_encoder.dimension // 8)
        assert (rows, rest) == (len(tiny_encoder.token_spans(prefix + passage.text)), 0)


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=400))
@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_any_text_is_stored_soundly_or_refused(
    text: str, ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    ingester.ingest([write("changing.md", text)], quiet)

    assert_sound(store)


def test_starter_files_have_the_same_names_wherever_footnote_is_installed() -> None:
    files = starter_files()

    assert len(files) > 5
    for file in files:
        assert file.source == f"footnote:starter/{file.path.name}"
        assert file.data == (importlib.resources.files("corpus") / "starter" / file.path.name).read_bytes()
    assert [file.source for file in files] == sorted(file.source for file in files)


def test_starter_documents_are_ingested_once(
    ingester: Ingester, store: Store, settings: Settings, quiet: NoProgress
) -> None:
    first = ingester.ingest_starter(quiet)
    again = Ingester(store, no_encoder, settings).ingest_starter(quiet)

    assert first.refused == again.refused == []
    assert first.added == again.unchanged == [file.source for file in starter_files()]
    assert_sound(store)


def test_two_ingests_of_one_folder_agree(
    ingester: Ingester, store: Store, write: Write, settings: Settings, tiny_encoder: Encoder, tmp_path: Path
) -> None:
    folder = write("b/one.txt", TEXT).parent.parent
    write("a/two.md", "# Two\n\nThe talks.")
    other = settings.model_copy(update={"data": tmp_path / "other"})

    ingester.ingest([folder], NoProgress())
    with Store(other.data, create=True) as second:
        Ingester(second, lambda: tiny_encoder, other).ingest([folder], NoProgress())
        assert everything_in(second) == everything_in(store)
