"""A folder and its documents: what is moved, deleted, doubled, or holds several documents."""

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from corpus.documents.document import SourceDocument
from corpus.documents.fields import Metadata
from corpus.errors import SourceError, StoreError
from corpus.files.source import SourceBytes
from corpus.readers.record_problems import SourceProblem
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.ingest.dry_run import preview
from service.ingest.ingester import Ingester
from service.ingest.outcomes import Action
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.corpus.readers.files import attachment, mail, mailbox, parts
from tests.corpus.samples import tamper
from tests.service.conftest import Write
from tests.service.ingest.checks import assert_sound, everything_in, no_encoder

TEXT = "The truce\n\nThe truce began in the year 2012. Who began it? The gang did.\n"


def by_source(store: Store) -> dict[str, str]:
    """Name of each file to the id of its document."""
    with store.view() as view:
        return {Path(each.source).name: each.id for each in view.sources()}


@pytest.fixture
def frozen(store: Store, settings: Settings) -> Ingester:
    """An ingester that must encode nothing."""
    return Ingester(store, no_encoder, settings)


# Damage


def test_a_damaged_record_that_names_another_file_is_not_removed_with_that_file(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    """The document is ingested again from its own file, and the other file does not remove it."""
    first, second = write("a/one.txt", TEXT), write("a/two.txt", TEXT + "It ended in 2014.\n")
    folder = first.parent
    ingester.ingest([folder], quiet)
    for damaged, named in ((first, second), (second, first)):
        tamper(store.folder, f"UPDATE documents SET file = '{named}' WHERE source = '{damaged}'")  # noqa: S608 - of this test's own

        summary = ingester.ingest([folder], quiet, prune=[folder])

        assert summary.removed in ([], [str(damaged)])
        assert by_source(store) == {"one.txt": "one", "two.txt": "two"}
        assert_sound(store)
        with store.view() as view:
            assert view.is_intact("one")
            assert view.is_intact("two")


# Moves


def test_a_moved_file_keeps_its_document_and_is_not_encoded_again(
    ingester: Ingester, frozen: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    old = write("a/one.txt", TEXT)
    folder = old.parent.parent
    ingester.ingest([folder], quiet)
    before = everything_in(store)["one"]
    new = folder / "b" / "another-name.txt"
    new.parent.mkdir()
    old.rename(new)

    summary = frozen.ingest([folder], quiet, prune=[folder])

    assert (summary.moved, summary.added, summary.removed) == ([(str(old), str(new))], [], [])
    assert by_source(store) == {"another-name.txt": "one"}
    assert everything_in(store)["one"][1:] == before[1:]  # type: ignore[index]
    assert_sound(store)


def test_a_moved_folder_keeps_all_its_documents(
    ingester: Ingester, frozen: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    folder = write("a/one.txt", TEXT).parent
    write("a/below/two.txt", f"{TEXT} Two.")
    ingester.ingest([folder], quiet)
    moved = folder.rename(folder.with_name("c"))

    summary = frozen.ingest([moved], quiet)

    assert len(summary.moved) == 2
    assert by_source(store) == {"one.txt": "one", "two.txt": "two"}


def test_a_moved_file_whose_title_was_its_name_is_encoded_again_and_keeps_its_id(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    text = "The truce began in the year 2012, and many words later, " * 6
    old = write("old-name.txt", text)
    ingester.ingest([old], quiet)
    new = old.rename(old.with_name("new-name.txt"))

    summary = ingester.ingest([new], quiet)

    assert summary.moved == [(str(old), str(new))]
    assert summary.passages > 0
    with store.view() as view:
        [document] = view.documents()
    assert (document.id, document.metadata.title) == ("old-name", "new-name")
    assert_sound(store)


def test_a_copy_is_a_document_of_its_own_and_is_said_to_be_one(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    one = write("one.txt", TEXT)
    ingester.ingest([one], quiet)
    two, three = write("two.txt", TEXT), write("three.txt", TEXT)

    summary = ingester.ingest([one, two, three], quiet)

    assert summary.same == [(str(two), str(one)), (str(three), str(one))]
    assert by_source(store) == {"one.txt": "one", "two.txt": "two", "three.txt": "three"}


def test_a_file_moved_onto_another_replaces_that_ones_document(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    one, two = write("one.txt", TEXT), write("two.txt", "Something else.")
    ingester.ingest([one, two], quiet)
    one.rename(two)

    summary = ingester.ingest([two.parent], quiet, prune=[two.parent])

    assert (summary.replaced, summary.removed, summary.moved) == ([str(two)], [str(one)], [])
    assert by_source(store) == {"two.txt": "two"}


# Pruning


def test_what_is_gone_is_removed_only_with_prune_and_only_under_the_paths(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    folder = write("docs/one.txt", TEXT).parent
    write("docs/two.txt", f"{TEXT} Two.")
    elsewhere = write("docs-elsewhere/three.txt", f"{TEXT} Three.").parent
    ingester.ingest([folder, elsewhere], quiet)
    (folder / "one.txt").unlink()
    (elsewhere / "three.txt").unlink()

    assert ingester.ingest([folder], quiet).removed == []
    summary = ingester.ingest([folder], quiet, prune=[folder])

    assert summary.removed == [str(folder / "one.txt")]
    assert set(by_source(store)) == {"two.txt", "three.txt"}
    assert_sound(store)


@pytest.mark.parametrize("how", ["emptied", "missing"])
def test_a_folder_without_its_files_prunes_nothing_unless_that_is_meant(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress, how: str
) -> None:
    folder = write("docs/one.txt", TEXT).parent
    ingester.ingest([folder], quiet)
    before = everything_in(store)
    shutil.rmtree(folder)
    if how == "emptied":
        folder.mkdir()

    refused = ingester.ingest([folder], quiet, prune=[folder])

    assert everything_in(store) == before
    assert "the files of 1 of its 1 documents are gone" in refused.refused[-1][1]
    assert "--prune --force" in refused.refused[-1][1]
    meant = ingester.ingest([folder], quiet, prune=[folder], force=True)
    assert (meant.removed, meant.refused) == ([str(folder / "one.txt")], [])
    assert by_source(store) == {}


def test_most_of_a_large_folder_is_not_pruned_unless_that_is_meant(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    for at in range(20):
        folder = write(f"docs/{'there' if at < 9 else 'disk'}/{at}.txt", f"{TEXT} {at}").parent.parent
    ingester.ingest([folder], quiet)
    shutil.rmtree(folder / "disk")

    refused = ingester.ingest([folder], quiet, prune=[folder])

    assert refused.removed == []
    assert "11 of its 20 documents" in refused.refused[0][1]
    assert len(ingester.ingest([folder], quiet, prune=[folder], force=True).removed) == 11


def test_a_file_that_turned_bad_is_not_pruned(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    folder = write("one.txt", TEXT).parent
    write("two.txt", f"{TEXT} Two.")
    ingester.ingest([folder], quiet)
    write("one.txt", b"\0")

    summary = ingester.ingest([folder], quiet, prune=[folder])

    assert len(summary.refused) == 1
    assert set(by_source(store)) == {"one.txt", "two.txt"}


# Files of several documents


def read_lines(file: SourceBytes) -> Iterator[SourceDocument | SourceProblem]:
    """A document a line, `id text`."""
    for line in file.data.decode().splitlines():
        identifier, _, text = line.partition(" ")
        source = f"{file.source}#{identifier}"
        if identifier == "!":
            raise SourceError("the rest cannot be read")
        if not text:
            yield SourceProblem(source, "it has no text")
            continue
        digest = hashlib.sha256(line.encode()).hexdigest()
        yield SourceDocument(source, digest, "text/plain", text, Metadata(title=identifier), file=file.source)


@pytest.fixture
def lines(store: Store, tiny_encoder: Encoder, settings: Settings) -> Callable[[], Ingester]:
    return lambda: Ingester(store, lambda: tiny_encoder, settings, read=read_lines)


def test_of_a_file_of_several_documents_only_what_changed_is_encoded(
    lines: Callable[[], Ingester], write: Write, store: Store, quiet: NoProgress
) -> None:
    path = write("all.txt", "a The truce.\nb The talks.\nc The year.\n")
    assert len(lines().ingest([path], quiet).added) == 3
    write("all.txt", "a The truce.\nb The prison.\nd The gang.\n")

    summary = lines().ingest([path], quiet)

    assert summary.unchanged == [f"{path}#a"]
    assert (summary.replaced, summary.added) == ([f"{path}#b"], [f"{path}#d"])
    assert (summary.removed, summary.passages) == ([f"{path}#c"], 2)
    assert set(by_source(store)) == {"all.txt#a", "all.txt#b", "all.txt#d"}
    assert_sound(store)


def test_a_moved_file_of_several_documents_keeps_them(
    lines: Callable[[], Ingester], write: Write, store: Store, quiet: NoProgress
) -> None:
    path = write("all.txt", "a The truce.\nb The talks.\n")
    lines().ingest([path], quiet)
    ids = set(by_source(store).values())
    new = path.rename(path.with_name("everything.txt"))

    summary = lines().ingest([new], quiet)

    assert summary.moved == [(f"{path}#a", f"{new}#a"), (f"{path}#b", f"{new}#b")]
    assert summary.passages == 0
    assert set(by_source(store).values()) == ids


@pytest.mark.parametrize("bad", ["a The truce.\nb\n", "a The truce.\n!\n", "a The truce.\nb The talks.\nb More.\n"])
def test_a_document_that_turned_bad_inside_a_file_is_kept(
    lines: Callable[[], Ingester], write: Write, store: Store, quiet: NoProgress, bad: str
) -> None:
    path = write("all.txt", "a The truce.\nb The talks.\n")
    lines().ingest([path], quiet)
    before = everything_in(store)
    write("all.txt", bad)

    summary = lines().ingest([path], quiet)

    assert len(summary.refused) == 1
    assert everything_in(store) == before


# One after the other, or all at once


def test_documents_encoded_together_are_as_those_encoded_alone(
    ingester: Ingester, write: Write, store: Store, settings: Settings, tiny_encoder: Encoder, quiet: NoProgress
) -> None:
    for at in range(12):
        folder = write(f"{at:02}.txt", "Title\n\n" + f"The talks of year {at}. " * (3 * at + 1)).parent
    ingester.ingest([folder], quiet)
    alone = settings.model_copy(update={"data": settings.data.with_name("alone")})

    with Store(alone.data, create=True) as second:
        for path in sorted(folder.iterdir()):
            Ingester(second, lambda: tiny_encoder, alone).ingest([path], quiet)
        together, apart = everything_in(store), everything_in(second)

    assert together.keys() == apart.keys()
    for name in together.keys() - {"encoder"}:
        for one, other in zip(together[name][4], apart[name][4], strict=True):  # type: ignore[index]
            assert one[:3] == other[:3]
            np.testing.assert_allclose(np.frombuffer(one[3], "<f4"), np.frombuffer(other[3], "<f4"), atol=1e-6)
            assert len(one[4]) == len(other[4])


def test_a_stop_keeps_the_finished_documents_and_the_next_run_continues(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    for at in range(6):
        folder = write(f"{at}.txt", f"{TEXT} {at}").parent
    stop = threading.Event()

    class Stopping(NoProgress):
        def advance(self) -> None:
            stop.set()

    stopped = ingester.ingest([folder], Stopping(), stop=stop)

    assert stopped.stopped
    assert len(by_source(store)) == len(stopped.added)
    assert ingester.ingest([folder], quiet).stopped is False
    assert len(by_source(store)) == 6


def test_a_store_that_cannot_be_written_ends_the_run_with_its_error(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    path = write("one.txt", TEXT)
    store.close()

    with pytest.raises(StoreError, match="used wrongly"):
        ingester.ingest([path], quiet)


# Dry run


def test_a_plan_says_what_an_ingest_would_do_and_changes_nothing(
    ingester: Ingester, write: Write, store: Store, settings: Settings, tiny_encoder: Encoder, quiet: NoProgress
) -> None:
    folder = write("same.txt", TEXT).parent
    write("changing.md", "# Before\n\nThe truce began.")
    write("going.txt", f"{TEXT} Going.")
    moving = write("moving.txt", f"{TEXT} Moving.")
    ingester.ingest([folder], quiet)
    write("changing.md", "# After\n\nThe truce ended.")
    write("empty.txt", " \n")
    write("new.txt", TEXT)
    (folder / "going.txt").unlink()
    moving.rename(folder / "moved.txt")
    before = everything_in(store)

    planned = list(preview(settings, lambda: tiny_encoder, [folder], quiet, prune=[folder]))

    assert everything_in(store) == before
    assert {Path(step.source).name: step.action for step in planned} == {
        "changing.md": Action.REPLACED,
        "empty.txt": Action.REFUSED,
        "moved.txt": Action.MOVED,
        "new.txt": Action.ADDED,
        "same.txt": Action.UNCHANGED,
        "going.txt": Action.REMOVED,
    }
    [changing] = [step for step in planned if step.action is Action.REPLACED]
    assert changing.title == "After"
    assert [(p.section, p.begins) for p in changing.passages] == [("After", "# After The truce ended.")]
    [new] = [step for step in planned if step.action is Action.ADDED]
    assert new.same_as == str(folder / "same.txt")
    done = ingester.ingest([folder], quiet, prune=[folder])
    assert done.passages == sum(len(step.passages) for step in planned)


def test_a_plan_without_a_store_makes_none(
    write: Write, settings: Settings, tiny_encoder: Encoder, quiet: NoProgress
) -> None:
    path = write("one.txt", TEXT)
    [step] = preview(settings, lambda: tiny_encoder, [path], quiet)
    assert step.action is Action.ADDED
    assert not settings.data.exists()


# Records that cannot be read


RECORDS = """{"id": "b6", "text": "The wheel turns."}
{"id": "b7", "text": "The saw cuts."}
{"id": "b8", "text": "It rests."}
"""


@pytest.mark.parametrize(
    ("later", "left"),
    [
        (RECORDS.replace('cuts."}', 'cuts."'), 3),
        (RECORDS[:60], 3),
        (RECORDS.replace('"b7"', "[7]"), 3),
        (RECORDS.replace('"The saw cuts."', "7"), 3),
        (RECORDS.replace('"The saw cuts."', "7").split("\n", 1)[1], 2),
        (RECORDS.split("\n", 1)[0], 1),
    ],
)
def test_only_records_that_a_readable_file_no_longer_has_are_removed(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress, later: str, left: int
) -> None:
    path = write("mill.jsonl", RECORDS)
    ingester.ingest([path], quiet)
    write("mill.jsonl", later)
    summary = ingester.ingest([path], quiet)
    assert len(by_source(store)) == left
    assert len(summary.removed) == 3 - left
    assert_sound(store)


def test_a_stray_quote_removes_no_stored_row(ingester: Ingester, write: Write, store: Store, quiet: NoProgress) -> None:
    rows = "id,text\nb6,The wheel turns.\nb7,The saw cuts.\nb8,It rests.\n"
    path = write("mill.csv", rows)
    ingester.ingest([path], quiet)
    write("mill.csv", rows.replace("The saw", '"The saw').replace("b8,It", "b9,It"))
    summary = ingester.ingest([path], quiet)
    assert sorted(by_source(store)) == [f"mill.csv#b{digit}" for digit in (6, 7, 8, 9)]
    [(_, reason)] = summary.refused
    assert reason.startswith("line 3 is not valid CSV; check its quotes; until then, no stored record")


def test_a_message_removed_from_a_mailbox_is_removed_and_one_that_cannot_be_read_is_kept(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    one, two, three = (mail(f"Ship {at} sails.", message_id=f"{at}@x") for at in (1, 2, 3))
    path = write("a.mbox", "")
    path.write_bytes(mailbox(one, two, three))
    ingester.ingest([path], quiet)
    assert set(by_source(store)) == {"a.mbox#1@x", "a.mbox#2@x", "a.mbox#3@x"}

    path.write_bytes(mailbox(two.replace(b"Ship 2", b"Ship \xff"), three))
    summary = ingester.ingest([path], quiet)

    assert (summary.unchanged, summary.removed) == ([f"{path}#3@x"], [f"{path}#1@x"])
    assert [source for source, _ in summary.refused] == [f"{path}#2@x"]
    assert set(by_source(store)) == {"a.mbox#2@x", "a.mbox#3@x"}
    assert_sound(store)


def test_attachments_are_stored_with_their_message_and_go_with_it(
    ingester: Ingester, write: Write, store: Store, quiet: NoProgress
) -> None:
    table = attachment(b"id,text\nb1,The buoy is red.\nb2,The buoy is green.\n", "buoys.csv")
    body, kind = parts("\nSee the files.", attachment(b"The tide turns.", "tide.txt"), table)
    path = write("a.eml", "")
    path.write_bytes(mail(body, kind))
    assert len(ingester.ingest([path], quiet).added) == 4
    assert len(ingester.ingest([path], quiet).unchanged) == 4

    broken = attachment(b"id,name\nb1,b", "buoys.csv")
    body, kind = parts("\nSee the files.", broken)
    path.write_bytes(mail(body, kind))
    summary = ingester.ingest([path], quiet)

    assert (summary.replaced, summary.removed) == ([f"{path}"], [f"{path}#tide.txt"])
    assert [source for source, _ in summary.refused] == [f"{path}#buoys.csv"]
    assert set(by_source(store)) == {"a.eml", "a.eml#buoys.csv#b1", "a.eml#buoys.csv#b2"}
    moved = path.rename(path.with_name("b.eml"))
    assert ingester.ingest([moved], quiet, prune=[path.parent]).moved == [(f"{path}", f"{moved}")]
    assert_sound(store)


def test_the_summary_says_how_much_of_a_text_is_left_out(ingester: Ingester, write: Write, quiet: NoProgress) -> None:
    picture = "![wheel](data:image/png;base64," + "iVBORw0KGgo" * 30 + ")"
    path = write("mill.md", f"# The mill\n\n{picture}\n\n{'The wheel is of oak. ' * 5}\n")
    [(_, note)] = ingester.ingest([path], quiet).notes
    assert "of its text is left out of passages (embedded data)" in note
