"""Documents into the store, one by one, and all of them encoded anew."""

import importlib.resources
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from corpus.errors import EncoderError, EncoderMismatchError, SourceError
from corpus.store.store import Store
from corpus.store.view import View
from corpus.text.titles import title_prefix
from embeddings.encoder.encoder import Encoder, PassageEncoding
from service.ingest.ingester import Ingester
from service.ingest.sources import starter_files
from service.retrieval.fingerprints import fingerprint
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.upkeep.verify import problems
from tests.conftest import make_tiny_model
from tests.service.conftest import Write, document_from

TEXT = "The truce\n\nThe truce began in the year 2012. Who began it? The gang did.\n"


class Recorder(NoProgress):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def start(self, total: int, unit: str = "documents") -> None:
        self.told.append(f"start {total}")

    def doing(self, name: str) -> None:
        self.told.append(f"doing {Path(name).name}")

    def advance(self) -> None:
        self.told.append("advance")

    def finish(self) -> None:
        self.told.append("finish")


class Interrupted(Recorder):
    """Ctrl-C is pressed when so many documents are done."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def advance(self) -> None:
        super().advance()
        self._left -= 1
        if not self._left:
            raise KeyboardInterrupt


class CountingEncoder(Encoder):
    """A real encoder that counts what it encodes, and fails where it is told to."""

    encoded = 0
    fails_after: int | None = None

    def encode_passages(self, texts: Sequence[str]) -> Iterator[PassageEncoding]:
        for encoding in super().encode_passages(texts):
            if self.fails_after is not None and self.encoded >= self.fails_after:
                raise EncoderError("it broke")
            self.encoded += 1
            yield encoding


@pytest.fixture
def counting(tiny_model: Path) -> CountingEncoder:
    return CountingEncoder(str(tiny_model))


def no_encoder() -> Encoder:
    raise AssertionError("there was nothing to encode")


def names(sources: Sequence[str]) -> list[str]:
    return [Path(source).name for source in sources]


def everything_in(store: Store) -> dict[str, object]:
    """All that is stored, by document, keys and times aside."""
    with store.view() as view:
        return {
            document.id: (
                document.source,
                document.revision,
                view.text(document),
                document.metadata,
                [
                    (passage.id, passage.start, passage.end, vector, signs)
                    for passage, vector, signs in zip(
                        view.passages(view.document_passages(document)),
                        dict(view.vectors(view.document_passages(document))).values(),
                        view.token_vectors(view.document_passages(document)).values(),
                        strict=True,
                    )
                ],
            )
            for document in view.documents()
        } | {"encoder": view.fingerprint}


def assert_sound(store: Store) -> None:
    with store.view() as view:
        assert list(problems(view, NoProgress())) == []


def test_what_became_of_each_source_is_told(ingester: Ingester, write: Write, store: Store, quiet: NoProgress) -> None:
    write("same.txt", TEXT)
    write("changing.md", "# Before\n\nThe truce began.")
    folder = write("data.zip", "a,b").parent

    first = ingester.ingest([folder], quiet)
    write("changing.md", "# After\n\nThe truce ended.")
    write("empty.txt", " \n")
    write("new.txt", "The talks.")
    second = ingester.ingest([folder, folder / "missing.txt"], quiet)

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


def documents_of(store: Store) -> list:  # type: ignore[type-arg]
    with store.view() as view:
        return view.documents()


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
        (b"---\ntitle: [\n---\ntext", "YAML"),
        (b"---\npublished: soon\n---\ntext", "'published'"),
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
    assert progress.told[-1] == "finish"
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


def test_progress_is_told_of_every_source(ingester: Ingester, write: Write) -> None:
    folder = write("one.txt", TEXT).parent
    write("two.txt", "")
    progress = Recorder()

    ingester.ingest([folder], progress)

    assert (progress.told[0], progress.told[-1]) == ("start 2", "finish")
    told = [tuple(progress.told[at : at + 2]) for at in (1, 3)]
    assert sorted(told) == [("doing one.txt", "advance"), ("doing two.txt", "advance")]


def test_nothing_to_do_is_told_too(ingester: Ingester, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    progress = Recorder()

    summary = ingester.ingest([tmp_path / "nothing"], progress)

    assert progress.told == ["start 0", "finish"]
    assert len(summary.refused) == 1


@pytest.mark.parametrize("change", [{"passage_tokens": 32}, {"title_tokens": 4}])
def test_other_sizes_are_refused_before_anything_is_encoded(
    ingester: Ingester,
    write: Write,
    store: Store,
    settings: Settings,
    counting: CountingEncoder,
    quiet: NoProgress,
    change: dict[str, int],
) -> None:
    ingester.ingest([write("one.txt", TEXT)], quiet)
    before = everything_in(store)
    other = Ingester(store, lambda: counting, settings.model_copy(update=change))

    with pytest.raises(EncoderMismatchError, match="footnote reindex"):
        other.ingest([write("two.txt", TEXT)], quiet)

    assert counting.encoded == 0
    assert everything_in(store) == before


def test_another_encoder_is_refused_and_the_progress_ended(
    ingester: Ingester, write: Write, store: Store, settings: Settings, tmp_path: Path, quiet: NoProgress
) -> None:
    other = Encoder(str(make_tiny_model(tmp_path / "other", seed=2)))
    ingester.ingest([write("one.txt", TEXT)], quiet)
    progress = Recorder()

    with pytest.raises(EncoderMismatchError):
        Ingester(store, lambda: other, settings).ingest([write("two.txt", TEXT)], progress)

    assert progress.told == ["start 1", "finish"]


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


def test_the_fingerprint_names_every_size_that_cuts_texts(tiny_encoder: Encoder, settings: Settings) -> None:
    parts = json.loads(fingerprint(tiny_encoder, settings))

    assert (parts["passage_tokens"], parts["title_tokens"]) == (40, 8)
    assert parts["dimension"] == tiny_encoder.dimension
    others = [settings.model_copy(update=change) for change in ({"passage_tokens": 41}, {"title_tokens": 9})]
    assert len({fingerprint(tiny_encoder, each) for each in (settings, *others)}) == 3
    assert fingerprint(tiny_encoder, settings.model_copy(update={"candidates": 50})) == fingerprint(
        tiny_encoder, settings
    )


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


@pytest.fixture
def filled(ingester: Ingester, write: Write, store: Store, quiet: NoProgress) -> Store:
    write("one.md", "# One\n\n" + "The truce began. Who did it? " * 12)
    write("two.txt", "Café 🦜\n\n" + "Él llegó. " * 12)
    write("three.md", f"---\ntitle: {'the truce ' * 30}\n---\n" + "More talks. " * 12)
    ingester.ingest([write("four.txt", TEXT).parent], quiet)
    return store


def test_encoding_anew_keeps_ids_and_texts_and_changes_the_fingerprint(
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
    assert progress.told[0] == "start 4"
    assert progress.told.count("advance") == 4
    assert progress.told[-1] == "finish"


def test_encoding_anew_equals_ingesting_anew(
    filled: Store, tiny_model: Path, exports: Path, settings: Settings, write: Write, tmp_path: Path, quiet: NoProgress
) -> None:
    encoder = Encoder(str(tiny_model), "float32", exports)  # each text by itself, so that vectors are the same
    other = settings.model_copy(update={"passage_tokens": 32, "data": tmp_path / "fresh"})
    Ingester(filled, lambda: encoder, other).reindex(quiet)

    folder = write("other.csv", "").parent
    with Store(other.data, create=True) as fresh:
        Ingester(fresh, lambda: encoder, other).ingest([folder], quiet)
        assert everything_in(fresh) == everything_in(filled)


def test_encoding_an_empty_store_anew_does_nothing(ingester: Ingester, store: Store, quiet: NoProgress) -> None:
    assert ingester.reindex(quiet) == 0
    assert documents_of(store) == []


@pytest.mark.parametrize("failure", ["an encoder that breaks", "a title that leaves no room", "an interruption"])
def test_a_failed_encoding_anew_leaves_all_as_it_was(
    filled: Store, counting: CountingEncoder, settings: Settings, failure: str, write: Write, quiet: NoProgress
) -> None:
    before = everything_in(filled)
    other = settings.model_copy(update={"passage_tokens": 32})
    progress = Recorder()
    expected: type[BaseException] = EncoderError
    if failure == "an encoder that breaks":
        counting.fails_after = 5
    elif failure == "a title that leaves no room":
        other, expected = other.model_copy(update={"title_tokens": 128}), SourceError
    else:
        progress, expected = Interrupted(after=2), KeyboardInterrupt

    with pytest.raises(expected):
        Ingester(filled, lambda: counting, other).reindex(progress)

    assert counting.encoded > 0
    assert progress.told[-1] == "finish"
    assert everything_in(filled) == before
    assert_sound(filled)
    unchanged = Ingester(filled, no_encoder, settings).ingest([write("four.txt", TEXT).parent], quiet).unchanged
    assert len(unchanged) == 4


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


def test_a_copied_data_folder_is_a_store_like_the_first(filled: Store, settings: Settings, tmp_path: Path) -> None:
    expected = everything_in(filled)
    filled.close()
    shutil.copytree(settings.data, tmp_path / "copy")

    with Store(tmp_path / "copy") as copy:
        assert everything_in(copy) == expected
    with View(tmp_path / "copy") as view:
        assert list(problems(view, NoProgress())) == []


# Cleaning

COPIED = """HomeNewsAnalysisThe Truce Is Over

The Truce Is Over

The truce held until the spring, when the talks about it came to an end.

Was this content helpful?
"""


def words_of(store: Store) -> str:
    with store.view() as view:
        [document] = view.documents()
        return " ".join(passage.text for passage in view.passages(view.document_passages(document)))


def test_what_was_copied_along_is_in_no_passage_and_stays_in_the_text(
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


def test_a_stored_document_that_can_no_longer_be_cut_is_named_and_nothing_changes(
    filled: Store, tiny_encoder: Encoder, settings: Settings, quiet: NoProgress
) -> None:
    before = everything_in(filled)
    other = settings.model_copy(update={"title_tokens": 128})
    with pytest.raises(SourceError, match=r"^The document 'three' cannot be indexed again: its title leaves .+\.$"):
        Ingester(filled, lambda: tiny_encoder, other).reindex(quiet)
    assert everything_in(filled) == before
