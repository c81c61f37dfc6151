"""Stored documents whose reader has changed since they were read."""

import dataclasses
import json
import shutil
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from corpus.documents.document import SourceDocument
from corpus.errors import SourceError
from corpus.files.source import SourceBytes
from corpus.readers.formats import reader_version
from corpus.readers.reading import read_documents
from corpus.readers.record_problems import SourceProblem
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.ingest.dry_run import preview
from service.ingest.ingester import Ingester
from service.ingest.outcomes import Action
from service.ingest.sources import ReadFile, starter_sources
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.corpus.samples import signature, tamper
from tests.service.conftest import Write
from tests.service.ingest.checks import (
    CountingEncoder,
    Interrupted,
    assert_sound,
    documents_of,
    everything_in,
    no_encoder,
)

TEXT = "The bakery\n\nThe bakery opened in the year 1931. Who opened it? Two sisters did.\n"

Earlier = Callable[..., Ingester]

NOW = reader_version("text/plain")
"""Version of the reader of texts."""


def read_earlier(**changes: object) -> ReadFile:
    """A reader of version 1, which makes other documents than the present one."""

    def read(file: SourceBytes) -> Iterator[SourceDocument | SourceProblem]:
        for item in read_documents(file):
            assert isinstance(item, SourceDocument)
            yield dataclasses.replace(item, reader_version=1, **changes)  # type: ignore[arg-type]

    return read


@pytest.fixture
def earlier(store: Store, tiny_encoder: Encoder, settings: Settings) -> Earlier:
    """Makes an ingester with readers of version 1."""
    return lambda **changes: Ingester(store, lambda: tiny_encoder, settings, read=read_earlier(**changes))


@pytest.fixture
def frozen(store: Store, settings: Settings) -> Ingester:
    """An ingester that must encode nothing."""
    return Ingester(store, no_encoder, settings)


def versions_in(store: Store) -> set[int]:
    with store.view() as view:
        assert {each.source: each.reader_version for each in view.sources()} == {
            each.source: each.reader_version for each in view.documents()
        }
        return {each.reader_version for each in view.sources()}


def passages_of(store: Store) -> list[tuple[str, bytes, bytes]]:
    """Id, vector and token vectors of each passage."""
    with store.view() as view:
        keys = view.passage_keys()
        vectors, tokens = dict(view.vectors(keys)), view.token_vectors(keys)
        return [(each.id, vectors[each.key], tokens[each.key]) for each in view.passages(keys)]


def read_documents_never(file: SourceBytes) -> Iterator[SourceDocument | SourceProblem]:
    raise AssertionError(f"{file.path} was read")


def test_a_file_is_read_again_when_its_reader_has_changed_and_then_not_any_more(
    earlier: Earlier, ingester: Ingester, store: Store, settings: Settings, write: Write, quiet: NoProgress
) -> None:
    path = write("bakery.txt", TEXT)
    earlier(text=TEXT.replace("1931", "1 931")).ingest([path], quiet)
    [before] = documents_of(store)

    summary = ingester.ingest([path], quiet)

    assert (summary.replaced, summary.read_again, summary.unchanged) == ([str(path)], [str(path)], [])
    [after] = documents_of(store)
    assert (before.reader_version, after.reader_version) == (1, NOW)
    assert after.id == before.id
    assert after.revision != before.revision
    with store.view() as view:
        assert view.text(after) == TEXT
    assert_sound(store)
    again = Ingester(store, no_encoder, settings, read=read_documents_never).ingest([path], quiet)
    assert (again.unchanged, again.read_again) == ([str(path)], [])


def test_an_equal_text_keeps_its_revision_and_is_not_encoded_again(
    earlier: Earlier, frozen: Ingester, store: Store, write: Write, quiet: NoProgress
) -> None:
    path = write("bakery.txt", TEXT)
    earlier().ingest([path], quiet)
    [before], stored = documents_of(store), everything_in(store)

    summary = frozen.ingest([path], quiet)

    assert (summary.unchanged, summary.read_again, summary.replaced) == ([str(path)], [str(path)], [])
    assert summary.passages == 0
    assert documents_of(store) == [dataclasses.replace(before, reader_version=NOW)]
    assert everything_in(store) == stored
    assert_sound(store)
    assert frozen.ingest([path], quiet).read_again == []


def test_other_metadata_of_an_equal_text_are_stored_and_nothing_is_encoded(
    earlier: Earlier, store: Store, settings: Settings, tiny_model: Path, write: Write, quiet: NoProgress
) -> None:
    path = write("bakery.md", f"---\npublisher: Town News\n---\n{TEXT}")
    [document] = read_documents(SourceBytes(path, path.read_bytes()))
    assert isinstance(document, SourceDocument)
    earlier(metadata=dataclasses.replace(document.metadata, publisher=None)).ingest([path], quiet)
    before = passages_of(store)
    counting = CountingEncoder(str(tiny_model))

    summary = Ingester(store, lambda: counting, settings).ingest([path], quiet)

    assert (summary.replaced, summary.read_again) == ([str(path)], [str(path)])
    assert (counting.encoded, summary.passages) == (0, 0)
    [after] = documents_of(store)
    assert (after.metadata.publisher, after.reader_version) == ("Town News", NOW)
    assert passages_of(store) == before
    assert_sound(store)


def test_another_title_is_encoded_again(
    earlier: Earlier, store: Store, settings: Settings, tiny_model: Path, write: Write, quiet: NoProgress
) -> None:
    path = write("bakery.txt", TEXT)
    [document] = read_documents(SourceBytes(path, path.read_bytes()))
    assert isinstance(document, SourceDocument)
    earlier(metadata=dataclasses.replace(document.metadata, title="Two sisters")).ingest([path], quiet)
    counting = CountingEncoder(str(tiny_model))

    summary = Ingester(store, lambda: counting, settings).ingest([path], quiet)

    assert counting.encoded == summary.passages > 0
    assert documents_of(store)[0].metadata.title == "The bakery"


def test_an_interrupted_ingest_goes_on_where_it_stopped(
    earlier: Earlier, ingester: Ingester, store: Store, write: Write, quiet: NoProgress
) -> None:
    paths = [write(f"{number}.txt", f"{TEXT * 40} Shop {number}.\n") for number in range(16)]
    earlier(text="The bakery closed.").ingest(paths, quiet)

    first = ingester.ingest(paths, Interrupted(after=4))
    assert first.stopped
    assert 0 < len(first.read_again) < len(paths)
    assert_sound(store)
    second = ingester.ingest(paths, quiet)

    assert sorted(first.read_again + second.read_again) == sorted(map(str, paths))
    assert versions_in(store) == {NOW}
    assert_sound(store)


def test_a_file_that_its_reader_refuses_now_keeps_its_document(
    earlier: Earlier, frozen: Ingester, store: Store, write: Write, quiet: NoProgress
) -> None:
    path = write("bakery.txt", TEXT)
    earlier().ingest([path], quiet)
    stored = everything_in(store)

    def refuse(file: SourceBytes) -> Iterator[SourceDocument | SourceProblem]:
        raise SourceError("it is a damaged file; get a new copy")

    frozen._read = refuse
    for _ in range(2):
        summary = frozen.ingest([path], quiet, prune=[path])
        [(source, reason)] = summary.refused
        assert source == str(path)
        assert reason.startswith("it is a damaged file; get a new copy; what is stored of it stays")
        assert summary.removed == []
    assert everything_in(store) == stored
    assert versions_in(store) == {1}


def test_a_record_that_its_reader_refuses_now_keeps_its_document(
    earlier: Earlier, ingester: Ingester, store: Store, write: Write, quiet: NoProgress
) -> None:
    path = write("shops.jsonl", '{"id": "mill", "text": "It opened."}\n{"id": "forge", "text": "It closed."}')
    earlier().ingest([path], quiet)
    path.write_text('{"id": "mill", "text": 7}\n{"id": "forge", "text": "It closed."}')

    summary = ingester.ingest([path], quiet)

    [(source, reason)] = summary.refused
    assert source == f"{path}#mill"
    assert "what is stored of it stays" in reason
    assert summary.read_again == summary.unchanged == [f"{path}#forge"]
    with store.view() as view:
        assert {each.source: each.reader_version for each in view.sources()} == {f"{path}#forge": 2, f"{path}#mill": 1}


def test_a_file_attached_to_a_message_is_read_again_by_its_own_format(
    earlier: Earlier, frozen: Ingester, write: Write, quiet: NoProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.ingest.change_detection.reader_version", lambda kind: 2 if kind == "text/plain" else 1)
    message = EmailMessage()
    message["From"], message["Subject"] = "ana@example.org", "The bakery"
    message.set_content("The plan is attached.")
    message.add_attachment(TEXT, filename="plan.txt")
    path = write("bakery.eml", bytes(message))
    earlier().ingest([path], quiet)

    summary = frozen.ingest([path], quiet)

    assert summary.read_again == [f"{path}#plan.txt"]
    assert sorted(summary.unchanged) == [str(path), f"{path}#plan.txt"]


def test_records_of_a_file_that_its_reader_refuses_now_stay(
    earlier: Earlier, frozen: Ingester, store: Store, write: Write, quiet: NoProgress
) -> None:
    path = write("shops.csv", "id,text\nmill,It opened.\nforge,It closed.\n")
    earlier().ingest([path], quiet)
    path.write_text("id,words\nmill,It opened.\n")

    [(source, reason)] = frozen.ingest([path], quiet).refused

    assert source == str(path)
    assert "what is stored of it stays" in reason
    assert len(documents_of(store)) == 2


def test_a_dry_run_says_what_is_read_again_and_changes_nothing(
    earlier: Earlier, tiny_encoder: Encoder, settings: Settings, store: Store, write: Write, quiet: NoProgress
) -> None:
    path = write("bakery.txt", TEXT)
    other = write("mill.txt", "The mill\n\nThe mill closed in 1950.")
    earlier().ingest([path], quiet)
    earlier(text="The mill").ingest([other], quiet)
    before = signature(settings.data)

    outcomes = list(preview(settings, lambda: tiny_encoder, [path, other], quiet))

    assert [(each.action, each.read_again) for each in outcomes] == [(Action.UNCHANGED, True), (Action.REPLACED, True)]
    assert signature(settings.data) == before


def test_a_moved_file_of_an_earlier_reader_keeps_its_document_and_is_not_encoded_again(
    earlier: Earlier, frozen: Ingester, store: Store, write: Write, quiet: NoProgress
) -> None:
    old = write("bakery.txt", TEXT)
    earlier().ingest([old], quiet)
    new = old.rename(old.with_name("shop.txt"))

    summary = frozen.ingest([new], quiet)

    assert (summary.moved, summary.read_again) == ([(str(old), str(new))], [])
    assert [each.id for each in documents_of(store)] == ["bakery"]
    assert versions_in(store) == {NOW}


def test_a_changed_sidecar_that_leaves_text_and_title_encodes_nothing(
    ingester: Ingester, store: Store, settings: Settings, tiny_model: Path, write: Write, quiet: NoProgress
) -> None:
    path = write("bakery.txt", TEXT)
    ingester.ingest([path], quiet)
    before = passages_of(store)
    write("bakery.txt.meta.yaml", "publisher: Town News\n")
    counting = CountingEncoder(str(tiny_model))

    summary = Ingester(store, lambda: counting, settings).ingest([path], quiet)

    assert (summary.replaced, summary.read_again, counting.encoded) == ([str(path)], [], 0)
    assert documents_of(store)[0].metadata.publisher == "Town News"
    assert passages_of(store) == before
    assert_sound(store)


def test_damaged_vectors_are_not_taken_over(
    ingester: Ingester, store: Store, settings: Settings, tiny_model: Path, write: Write, quiet: NoProgress
) -> None:
    path = write("bakery.txt", TEXT)
    ingester.ingest([path], quiet)
    tamper(store.folder, "UPDATE passages SET vector = zeroblob(4)")
    write("bakery.txt.meta.yaml", "publisher: Town News\n")
    counting = CountingEncoder(str(tiny_model))

    Ingester(store, lambda: counting, settings).ingest([path], quiet)

    assert counting.encoded > 0
    assert_sound(store)


def test_many_equal_texts_are_committed_in_parts(
    earlier: Earlier, frozen: Ingester, store: Store, write: Write, quiet: NoProgress
) -> None:
    """Nothing is encoded, so only their number ends a transaction; an interruption loses no more than one."""
    path = write("shops.jsonl", "\n".join(json.dumps({"id": f"s{at}", "text": f"Shop {at}."}) for at in range(600)))
    earlier().ingest([path], quiet)
    with store.view() as view:
        before = view.generation

    assert len(frozen.ingest([path], quiet).read_again) == 600

    with store.view() as view:
        assert view.generation > before + 1
    assert versions_in(store) == {2}


# The files of stored documents


def test_all_stored_files_are_read_again_and_documents_without_one_stay(
    earlier: Earlier, ingester: Ingester, store: Store, write: Write, quiet: NoProgress
) -> None:
    kept, lost = write("a/bakery.txt", TEXT), write("b/mill.txt", f"{TEXT} The mill.")
    old = earlier(text="It opened.\n")
    old.ingest([kept, lost], quiet)
    uploaded = SourceBytes(Path("forge.txt"), TEXT.encode(), source="upload:forge.txt")
    source = dataclasses.replace(starter_sources()[0], name="forge.txt", read=lambda: uploaded)
    old.ingest_sources([source, starter_sources()[0]], quiet)
    lost.unlink()
    stored = everything_in(store)

    summary = ingester.read_again([], quiet)

    assert summary.gone == [str(lost), "upload:forge.txt"]
    assert summary.read_again == summary.replaced
    assert sorted(summary.read_again) == sorted([str(kept), starter_sources()[0].name])
    assert (summary.removed, summary.refused) == ([], [])
    after = everything_in(store)
    assert {name for name in stored if after[name] == stored[name]} == {"mill", "forge", "encoder"}
    assert_sound(store)


def test_only_files_below_a_path_are_read_again(
    earlier: Earlier, frozen: Ingester, store: Store, write: Write, quiet: NoProgress
) -> None:
    first, second = write("a/bakery.txt", TEXT), write("b/mill.txt", f"{TEXT} The mill.")
    earlier().ingest([first, second], quiet)

    assert frozen.read_again([first.parent], quiet).read_again == [str(first)]
    assert versions_in(store) == {1, NOW}
    nowhere = frozen.read_again([first.parent.parent / "c"], quiet)
    assert nowhere.refused == [
        (str(first.parent.parent / "c"), "no stored document is from there; check the path"),
    ]


def test_a_link_put_in_the_place_of_a_file_is_refused(
    earlier: Earlier, frozen: Ingester, store: Store, write: Write, tmp_path: Path, quiet: NoProgress
) -> None:
    path = write("bakery.txt", TEXT)
    earlier().ingest([path], quiet)
    elsewhere = tmp_path / "private.txt"
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)

    summary = frozen.read_again([], quiet)

    assert [source for source, _ in summary.refused] == [str(path)]
    assert summary.read_again == []


def test_a_file_whose_name_is_not_utf_8_is_found(
    earlier: Earlier, frozen: Ingester, store: Store, write: Write, quiet: NoProgress
) -> None:
    path = write("bakery.txt", TEXT)
    try:
        named = path.rename(path.with_name("b\udce4ckerei.txt"))
    except OSError:
        pytest.skip("this file system has names in UTF-8 only")
    earlier().ingest([named], quiet)

    summary = frozen.read_again([], quiet)

    assert (len(summary.read_again), summary.gone) == (1, [])
