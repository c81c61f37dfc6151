"""The other commands, their exit codes and their words."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.store.database import DATABASE_NAME
from corpus.store.write_lock import WRITER_NAME
from embeddings.encoder.encoder import Encoder
from service.answering.answer import Answer, Confidence, Interpretation, Reason
from service.answering.pipeline import Pipeline
from service.schemas.asking import AskRequest
from service.settings import PREFIX, Settings
from tests.corpus.samples import tamper
from tests.service.cli.conftest import Run
from tests.service.conftest import write_calibration

Write = Callable[..., Path]


TRUCE = "---\ntitle: The truce\npublished: 2017-01-19\n---\n# Start\n\nThe truce began in the year 2012.\n"


@pytest.fixture
def filled(footnote: Run, write: Write) -> Run:
    """The command, with one document ingested."""
    assert footnote("ingest", write("truce.md", TRUCE)).code == 0
    return footnote


def test_ask_prints_the_words_and_where_they_stand(filled: Run) -> None:
    ran = filled("ask", "When did the truce begin?")
    assert ran.code == 0
    assert "“The truce began in the year 2012.”" in ran.out
    assert "The truce, Start, 2017-01-19 (truce, characters 9–42)" in ran.out
    assert "  Confidence: medium, from ranks only\n" in ran.out
    assert "\n1. The truce, Start" in ran.out


def test_a_reply_is_shown_with_its_question_and_by_whom(footnote: Run, write: Write) -> None:
    text = "Ana Toll: Was the weir mended?\n\nOlaf Hask: No, never.\n\nAna Toll: Why?\n\nOlaf Hask: They had no oak."
    assert footnote("ingest", str(write("weir.md", text))).code == 0

    shown = footnote("ask", "Was it mended?").out

    assert re.match(
        r"Ana Toll: “(?:Was the weir mended|Why)\?”\n“(?:No, never|They had no oak)\.”\n"
        r"  — .*, said by Olaf Hask \(weir, ",
        shown,
    )


def test_ask_prints_the_contracts_object(filled: Run) -> None:
    answer = json.loads(filled("ask", "When did the truce begin?", "--json", "-k", "1").out)
    assert answer["status"] == "answered"
    assert answer["answer"]["text"] == "The truce began in the year 2012."
    assert answer["passages"][0]["citation"]["start"] == 0
    assert answer["generation"] == 1


HEADINGS = {
    "doubt": "No passage clearly answers this. These may bear on it:",
    "collection": "No single passage answers this. These bear on it:",
    "vague": "Ask a whole question: these words alone do not say what to look for. The nearest passages:",
}


@pytest.fixture
def doubt(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the pipeline answer as uncertain, for a reason, with other changes."""
    answered = Pipeline.ask

    def _doubt(reason: Reason, **changes: Any) -> None:
        def doubting(self: Pipeline, question: str, **more: Any) -> Answer:
            answer = answered(self, question, **more)
            uncertain: dict[str, Any] = {
                "status": "uncertain",
                "reason": reason,
                "answer": None,
                "interpretation": None,
            }
            return replace(answer, **(uncertain | changes))

        monkeypatch.setattr(Pipeline, "ask", doubting)

    return _doubt


@pytest.mark.parametrize("reason", ["doubt", "collection"])
def test_ask_prints_an_uncertain_answer_as_quotations_with_the_passages_around_them(
    filled: Run, doubt: Callable[..., None], reason: Reason
) -> None:
    doubt(reason)
    ran = filled("ask", "When did the truce begin?")
    assert ran.code == 0
    assert ran.out.startswith(f"{HEADINGS[reason]}\n\n1. The truce, Start, 2017-01-19 (truce, characters 0–42)")
    assert ran.out.endswith(
        "\n    “The truce began in the year 2012.”\n"
        "    The passage around it:\n"
        "        # Start\n\n        The truce began in the year 2012.\n"
    )
    assert "Confidence" not in ran.out


def test_ask_quotes_nothing_that_is_near_a_vague_question(filled: Run, doubt: Callable[..., None]) -> None:
    doubt("vague")
    out = filled("ask", "truce").out
    assert out.startswith(f"{HEADINGS['vague']}\n\n1. The truce, Start, 2017-01-19 (truce, characters 0–42)")
    assert out.endswith("\n    # Start\n\n    The truce began in the year 2012.\n")
    assert "“" not in out


def test_ask_prints_a_passage_that_is_quoted_whole_once(
    footnote: Run, write: Write, doubt: Callable[..., None]
) -> None:
    assert footnote("ingest", write("short.md", "The truce began in the year 2012.\n")).code == 0
    doubt("collection")
    out = footnote("ask", "When did the truce begin?").out
    assert out.endswith("]\n    “The truce began in the year 2012.”\n")


@pytest.mark.parametrize(("reason", "heading"), HEADINGS.items())
def test_ask_announces_no_passages_of_an_uncertain_answer_that_has_none(
    filled: Run, doubt: Callable[..., None], reason: Reason, heading: str
) -> None:
    doubt(reason, passages=[])
    out = filled("ask", "When did the truce begin?").out
    assert out.count("\n") == 1
    assert heading.startswith(out.rstrip("\n"))
    assert not out.rstrip().endswith(":")


@pytest.mark.parametrize(
    ("reason", "end"),
    [("doubt", "\n\nChance that the words quoted first answer: 20%\n"), ("collection", ""), ("vague", "")],
)
def test_ask_gives_the_chance_of_the_quoted_words_where_they_are_in_doubt_and_no_other(
    filled: Run, doubt: Callable[..., None], reason: Reason, end: str
) -> None:
    doubt(reason, confidence=Confidence("low", 0.2, 0.814))
    out = filled("ask", "When did the truce begin?").out
    assert out.endswith(end)
    assert ("Chance" in out, "81" in out) == (bool(end), False)


def test_ask_gives_no_chance_that_has_not_been_measured(filled: Run, doubt: Callable[..., None]) -> None:
    doubt("doubt", confidence=Confidence("low", None))
    assert "Chance" not in filled("ask", "When did the truce begin?").out


def test_ask_says_how_a_question_was_spelt(filled: Run, doubt: Callable[..., None]) -> None:
    out = filled("ask", "When did the truce begin?").out
    assert out.startswith("Showing results for “When did the truce began?”\n\n“The truce began in the year 2012.”\n")
    assert "Showing results for" not in filled("ask", "When was the truce?").out
    doubt("doubt", interpretation=Interpretation((0,), None))
    assert "Showing results for" not in filled("ask", "When did the truce begin?").out


def test_ask_cites_as_the_pages_do(footnote: Run, write: Write) -> None:
    head = "---\ntitle: The weir\nauthors: [Ana Toll, Juan Soto, Eva Lund]\npublisher: The Press\n---\n"
    text = "Ana Toll: Was it mended?\n\nOlaf Hask: No, never.\n\nAna Toll: Why?\n\nOlaf Hask: They had no oak."
    assert footnote("ingest", write("weir.md", head + text)).code == 0
    out = footnote("ask", "Was it mended?").out
    assert "\n  — Ana Toll, Juan Soto and Eva Lund, The weir, said by Olaf Hask, The Press (weir, characters " in out


def test_ask_prints_the_object_of_an_uncertain_answer(filled: Run, doubt: Callable[..., None]) -> None:
    doubt("collection")
    answer = json.loads(filled("ask", "When did the truce begin?", "--json").out)
    assert (answer["status"], answer["reason"], answer["answer"]) == ("uncertain", "collection", None)
    assert answer["passages"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("ask", ""), "Error: question: This text is empty; it needs at least 1 character.\n"),
        (("ask", "  "), "Error: question: The question is empty: ask something.\n"),
        (("ask", "x" * 100_000), "Error: question: This text is too long; at most 2,000 characters are allowed.\n"),
        (("ask", "q", "-k", "0"), "Error: k: This must be at least 1.\n"),
        (("ask", "q", "-k", "10000"), "Error: k: This must be at most 100.\n"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(filled: Run, arguments: tuple[str, ...], sentence: str) -> None:
    ran = filled(*arguments)
    assert (ran.code, ran.err) == (1, sentence)


@pytest.mark.parametrize(
    "question",
    [
        "the of and",
        "x",
        "?!",
        "停戦はいつ",
        "ზავი",
        "quetzal",
        "truce " * 300,
        "\x01\x07\x1b[31m",
        'text:* AND "',
        "--",
    ],
    ids=lambda question: repr(question[:12]),
)
def test_odd_questions_get_an_answer_like_any_other(filled: Run, question: str) -> None:
    ran = filled("ask", "--json", "--", question)
    assert ran.code == 0
    assert re.fullmatch(r"Warning: No calibration fits .*\n", ran.err)
    [passage] = json.loads(ran.out)["passages"]
    assert passage["citation"]["document_id"] == "truce"
    assert "\x1b" not in filled("ask", "--", question).out


def lose_index(index: Path) -> None:
    shutil.rmtree(index)


def lose_files(index: Path) -> None:
    for path in [path for path in index.rglob("*") if path.is_file() and path.suffix != ".json"]:
        path.unlink()


def lose_manifests(index: Path) -> None:
    for path in index.rglob("manifest.json"):
        path.unlink()


def cut_short(index: Path) -> None:
    for path in [path for path in index.rglob("*") if path.is_file()]:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zero(index: Path) -> None:
    for path in [path for path in index.rglob("*") if path.is_file()]:
        path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize("damage", [lose_index, lose_files, lose_manifests, cut_short, zero], ids=lambda d: d.__name__)
def test_missing_or_damaged_indexes_are_rebuilt_and_the_answer_is_the_same(
    filled: Run, data: Path, write: Write, damage: Callable[[Path], None]
) -> None:
    assert filled("ingest", write("prison.txt", "The prison\n\nThe prison was full in that year."), "--json").code == 0

    def answered() -> object:
        return {**json.loads(filled("ask", "When did the truce begin?", "--json").out), "timing_ms": None}

    before = answered()
    damage(data / "index")
    assert answered() == before
    again = filled("verify")
    assert (again.code, "rebuilt" in again.out + again.err) == (0, False)


def test_a_folder_without_a_store_says_how_to_begin(footnote: Run, data: Path) -> None:
    for arguments in (("ask", "q"), ("documents", "list"), ("documents", "remove", "a"), ("verify",), ("reindex",)):
        ran = footnote(*arguments)
        assert ran.code == 3
        assert (
            ran.err
            == f"Error: There are no documents in {data} yet. Add some with: footnote ingest PATH --data {data}\n"
        )


def test_a_file_that_is_no_store_is_left_alone(footnote: Run, data: Path) -> None:
    data.mkdir()
    (data / DATABASE_NAME).write_bytes(b"a diary, not a database" * 100)
    ran = footnote("documents", "list")
    assert ran.code == 3
    assert "Traceback" not in ran.err
    assert (data / DATABASE_NAME).read_bytes().startswith(b"a diary")


def test_documents_are_listed_shown_and_removed(filled: Run) -> None:
    assert "The truce" in filled("documents", "list").out
    assert "1 document, 1 passage." in filled("documents", "list").out
    assert "1 passages" not in filled("documents", "list").out
    shown = filled("documents", "show", "truce").out
    assert "The truce began in the year 2012." in shown
    assert "published    2017-01-19" in shown
    removed = filled("documents", "remove", "truce")
    assert removed.out == "Removed truce (The truce).\n"
    assert "0 documents, 0 passages." in filled("documents", "list").out


def test_other_keys_are_shown_as_they_are_filtered_on(footnote: Run, write: Write) -> None:
    front = f'year: 2014\nregion: [north, "7"]\n"a\\nb": "c\\nd"\nlarge: {"9" * 40}'
    footnote("ingest", write("truce.md", f"---\n{front}\n---\nThe truce began.\n"))
    shown = footnote("documents", "show", "truce").out
    for line in (
        "extra.year   2014",
        'extra.region ["north", "7"]',
        r'extra.a?b    "c\nd"',
        f"extra.large  {'9' * 40}",
    ):
        assert f"\n{line}\n" in shown


def test_documents_can_be_read_by_a_program(filled: Run) -> None:
    listed = json.loads(filled("documents", "list", "--json").out)
    assert [document["id"] for document in listed["documents"]] == ["truce"]
    shown = json.loads(filled("documents", "show", "truce", "--json").out)
    assert shown["passages"][0]["text"].startswith("# Start")
    assert json.loads(filled("documents", "remove", "truce", "--json").out)["removed"] == ["truce"]


@pytest.mark.parametrize("command", ["show", "remove"])
def test_an_unknown_document_is_the_users_mistake(filled: Run, command: str) -> None:
    ran = filled("documents", command, "nobody")
    assert ran.code == 1
    assert ran.err == "Error: There is no document 'nobody'. List them with: footnote documents list\n"


def test_removing_is_all_or_nothing(filled: Run) -> None:
    assert filled("documents", "remove", "truce", "nobody").code == 1
    assert "1 document, 1 passage." in filled("documents", "list").out


def test_verify_finds_a_good_store_good(filled: Run) -> None:
    ran = filled("verify")
    assert ran.code == 0
    assert ran.out == "Checked 1 document and 1 passage, vector index exact: everything is intact.\n"


def damage(data: Path, statement: str) -> None:
    connection = sqlite3.connect(data / DATABASE_NAME, isolation_level=None)
    connection.execute(statement)
    connection.close()


def test_verify_encodes_a_document_again_whose_vectors_are_damaged(filled: Run, data: Path) -> None:
    before = filled("ask", "Who began the truce?", "--json").out
    damage(data, "UPDATE passages SET vector = zeroblob(length(vector))")

    checked = filled("verify", "--check")
    assert checked.code == 3
    assert checked.err.startswith("truce (from ")
    assert "1 problem found. Nothing was changed." in checked.out
    assert filled("verify", "--check").err == checked.err

    repaired = filled("verify")
    assert repaired.code == 0
    assert "is damaged; it has been repaired." in repaired.out
    assert "index on disk" not in repaired.out  # the repair made it stale
    assert filled("verify", "--check").code == 0
    passages = [json.loads(told)["passages"] for told in (before, filled("ask", "Who began the truce?", "--json").out)]
    assert passages[0] == passages[1]


def test_verify_names_a_document_that_it_cannot_repair_and_ingest_replaces_it(filled: Run, data: Path) -> None:
    whole = json.loads(filled("documents", "show", "truce", "--json").out)
    damage(data, "UPDATE documents SET title = 'Another'")

    ran = filled("verify")
    assert ran.code == 3
    assert ran.err == f"truce (from {whole['source']}): The record of document 'truce' is damaged\n"
    assert f"1 problem left. Ingest these files again with: footnote ingest FILE --data {data}" in ran.out
    assert json.loads(filled("verify", "--json").out)["problems"][0]["source"] == whole["source"]

    assert "1 replaced" in filled("ingest", whole["source"]).out
    assert filled("verify", "--check").code == 0
    assert json.loads(filled("documents", "show", "truce", "--json").out)["title"] == whole["title"]


def test_a_damaged_document_can_be_removed(filled: Run, data: Path) -> None:
    damage(data, "UPDATE documents SET title = 'Another'")
    assert filled("documents", "remove", "truce").out == "Removed truce (damaged).\n"
    assert filled("verify", "--check").code == 0


def test_a_check_tells_of_a_damaged_index_and_leaves_it(filled: Run, data: Path) -> None:
    manifest = data / "index" / "vectors" / "manifest.json"
    manifest.write_text("{}")
    ran = filled("verify", "--check")
    assert (ran.code, manifest.read_text()) == (3, "{}")
    assert "The vector index on disk is missing or damaged.\n" in ran.out


@pytest.mark.parametrize("content", ["truncated", "foreign"])
def test_verify_names_the_remedy_for_a_store_that_cannot_be_opened(filled: Run, data: Path, content: str) -> None:
    database = data / DATABASE_NAME
    database.write_bytes(database.read_bytes()[:5000] if content == "truncated" else b"Something else. " * 4096)
    ran = filled("verify")
    assert ran.code == 3
    assert ran.err.endswith(
        f". Restore a backup with: footnote restore FILE --data {data}, or ingest all files into another folder.\n"
    )
    assert "footnote verify" not in ran.err


def test_advice_names_the_data_folder_that_was_given(filled: Run, data: Path, tmp_path: Path) -> None:
    folder = data.rename(tmp_path / "my data")
    shown = f"--data '{folder}'\n"
    assert filled("documents", "show", "x", "--data", folder).err.endswith(f"with: footnote documents list {shown}")
    damage(folder, "UPDATE passages SET section = 'x'")
    assert filled("documents", "show", "truce", "--data", folder).err.endswith(f"Run: footnote verify {shown}")
    folder.rename(data)
    assert filled("documents", "show", "x").err.endswith("with: footnote documents list\n")


@pytest.mark.parametrize(
    "arguments",
    [("documents", "list", "--data", ""), ("backup", ""), ("restore", ""), ("feedback", "export", "--out", "")],
)
def test_an_empty_path_is_refused(footnote: Run, arguments: tuple[str, ...]) -> None:
    ran = footnote(*arguments)
    assert ran.code == 2
    assert "A path is empty." in ran.err


def test_a_damaged_page_is_repaired_by_rewriting_the_database(filled: Run, data: Path) -> None:
    connection = sqlite3.connect(data / DATABASE_NAME)
    [page] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'token_vectors'").fetchone()
    connection.close()
    with (data / DATABASE_NAME).open("r+b") as file:
        file.seek(4096 * (page - 1))
        file.write(bytes(4096))

    assert filled("ask", "Who began the truce?").code == 3
    assert filled("verify").code == 0
    assert filled("ask", "Who began the truce?").code == 0
    assert sorted(path.name for path in data.iterdir()) == [DATABASE_NAME, "index", WRITER_NAME]


def test_verify_rebuilds_a_damaged_index(filled: Run, data: Path) -> None:
    manifest = json.loads((data / "index" / "vectors" / "manifest.json").read_bytes())
    index = data / "index" / "vectors" / manifest["files"][0]
    index.write_bytes(index.read_bytes()[:-1])
    ran = filled("verify")
    assert ran.code == 0
    assert "The vector index on disk is missing or damaged; it has been rebuilt." in ran.out
    assert filled("verify").out == "Checked 1 document and 1 passage, vector index exact: everything is intact.\n"


def test_verify_rebuilds_a_damaged_lexical_index(filled: Run, data: Path) -> None:
    (data / "index" / "lexical" / "manifest.json").write_text("{")
    assert json.loads(filled("verify", "--json").out)["rebuilt"] == {"lexical": "is missing or damaged"}
    assert filled("verify").out == "Checked 1 document and 1 passage, vector index exact: everything is intact.\n"
    (data / "index" / "lexical" / "manifest.json").unlink()
    assert filled("verify").code == 0
    assert (data / "index" / "lexical" / "manifest.json").is_file()


def test_config_shows_every_setting_and_its_origin(footnote: Run, data: Path) -> None:
    shown = {row["name"]: row for row in json.loads(footnote("config", "--json").out)}
    assert set(shown) == {PREFIX + name.upper() for name in Settings.model_fields}
    assert shown["FOOTNOTE_DATA"]["value"] == str(data)
    assert shown["FOOTNOTE_DATA"]["from"] == "environment"
    assert shown["FOOTNOTE_PORT"]["from"] == "default"
    assert "FOOTNOTE_PORT=8000  (default)" in footnote("config").out


def test_config_shows_no_key(footnote: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FOOTNOTE_ADMIN_KEYS", "FOOTNOTE_ASK_KEYS"):
        monkeypatch.setenv(name, "secret-key-of-the-operator,second-secret-key-of-theirs")
    for ran in (footnote("config"), footnote("config", "--json")):
        assert ran.code == 0
        assert "secret" not in ran.out + ran.err
        assert "FOOTNOTE_ASK_KEYS" in ran.out


def test_serve_refuses_a_file_of_keys_that_others_may_read_before_anything_is_loaded(
    footnote: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "access.toml"
    file.write_text('admin_keys = ["secret-key-of-the-operator"]')
    file.chmod(0o644)
    monkeypatch.setenv("FOOTNOTE_ACCESS", str(file))
    ran = footnote("serve")
    assert ran.code == 1
    assert ran.err == (
        f"Error: FOOTNOTE_ACCESS is not usable: {file} may be read or written by others than its owner; "
        f"run: chmod 600 {file}. See docs/settings.md\n"
    )


def test_an_unknown_setting_is_refused(footnote: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_DATTA", "x")
    ran = footnote("config")
    assert ran.code == 1
    assert "There is no setting FOOTNOTE_DATTA." in ran.err


@pytest.mark.parametrize("value", ["31", "many", "1e9"])
def test_a_setting_out_of_bounds_is_refused(footnote: Run, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FOOTNOTE_PASSAGE_TOKENS", value)
    ran = footnote("config")
    assert ran.code == 1
    assert ran.err.startswith("Error: FOOTNOTE_PASSAGE_TOKENS is not usable: ")


def test_an_encoder_that_is_not_there_is_named(filled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_ENCODER", "./nowhere")
    ran = filled("ask", "q")
    assert ran.code == 1
    assert ran.err == (
        "Error: There is no folder ./nowhere. Set FOOTNOTE_ENCODER to a sentence-transformers folder or name.\n"
    )


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("ask",), ("ingest",), ("documents", "list", "--nope")])
def test_wrong_usage_exits_with_two(footnote: Run, arguments: tuple[str, ...]) -> None:
    ran = footnote(*arguments)
    assert ran.code == 2
    assert "Usage: footnote" in ran.err


def test_serve_says_when_its_address_is_taken(footnote: Run) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = footnote("serve", "--port", port)
    assert ran.code == 1
    assert f"Cannot listen on 127.0.0.1, port {port}" in ran.err
    assert "give another port with --port." in ran.err


@pytest.mark.parametrize("host", ["nosuch.invalid", "192.0.2.1"])
def test_serve_says_when_its_host_is_not_on_this_machine(footnote: Run, host: str) -> None:
    ran = footnote("serve", "--host", host, "--port", "0")
    assert ran.code == 1
    assert ran.err.endswith("Give an address of this machine with --host.\n")


def test_a_message_names_the_option_that_was_given(footnote: Run) -> None:
    ran = footnote("serve", "--port", "99999")
    assert ran.err.startswith("Error: --port is not usable: it must be at most 65535.")


def test_a_file_is_not_a_data_folder(footnote: Run, write: Write) -> None:
    path = write("file", "")
    ran = footnote("ask", "What?", "--data", path)
    assert (ran.code, ran.err) == (
        3,
        f"Error: The data folder {path} cannot be used (it is a file). Choose another with --data.\n",
    )


@pytest.mark.parametrize("kind", ["a folder", "a broken link"])
@pytest.mark.parametrize("command", ["ask", "ingest"])
def test_a_database_that_is_no_file_is_named(footnote: Run, write: Write, data: Path, kind: str, command: str) -> None:
    data.mkdir()
    if kind == "a folder":
        (data / DATABASE_NAME).mkdir()
    else:
        (data / DATABASE_NAME).symlink_to(data / "nowhere")
    ran = footnote(command, write("truce.md", "The truce began."))
    assert ran.code == 3
    assert ran.err.startswith(f"Error: {data / DATABASE_NAME} is a folder or a broken link, not a database.")


def test_verify_says_when_the_folder_of_indexes_is_a_file(filled: Run, data: Path) -> None:
    shutil.rmtree(data / "index")
    (data / "index").write_text("in the way")
    assert f"cannot be rebuilt: {data / 'index'} is a file. Move it elsewhere." in filled("verify").err


def test_ask_says_how_sure_it_is_where_that_has_been_measured(
    filled: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_encoder: Encoder
) -> None:
    monkeypatch.setenv("FOOTNOTE_READER", "off")
    monkeypatch.setenv("FOOTNOTE_CALIBRATION", str(write_calibration(tmp_path / "c.json", tiny_encoder, least=-0.9)))
    assert re.search(r"\n  Confidence: (very high|high|medium|low) \(\d+%\)\n", filled("ask", "When did it begin?").out)


def test_ask_warns_once_where_everything_or_nothing_is_claimed(
    filled: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_encoder: Encoder
) -> None:
    monkeypatch.setenv("FOOTNOTE_READER", "off")
    everything = filled("ask", "When did it begin?", "--json")
    assert everything.err.count("Warning: No calibration fits this encoder, so whatever is found is claimed") == 1
    assert json.loads(everything.out)["status"] == "answered"
    path = write_calibration(tmp_path / "c.json", tiny_encoder, least=-0.9)
    path.write_text(json.dumps({**json.loads(path.read_text()), "claims": [[0.4, -0.9]]}))
    monkeypatch.setenv("FOOTNOTE_CALIBRATION", str(path))
    nothing = filled("ask", "When did it begin?", "--json")
    assert nothing.err.count(f"Warning: No answer will be claimed, because the calibration {path} has no border") == 1
    assert json.loads(nothing.out)["status"] == "uncertain"
    monkeypatch.setenv("FOOTNOTE_WRONG_ANSWERS", "0.4")
    assert "Warning" not in filled("ask", "When did it begin?").err


COPIED = "The truce held until the spring, when the talks came to an end.\n\nWas this content helpful?\n"


def test_documents_show_removed_lists_what_cleaning_took_out_and_why(footnote: Run, write: Write) -> None:
    assert footnote("ingest", write("copied.txt", COPIED)).code == 0
    ran = footnote("documents", "show", "copied", "--removed")
    assert ran.code == 0
    assert "[65–90]  line 3 of its text: feedback question\n    Was this content helpful?" in ran.out
    assert "1 span removed, 25 of 91 characters." in ran.out
    shown = json.loads(footnote("documents", "show", "copied", "--removed", "--json").out)
    assert shown["removed"] == [
        {"start": 65, "end": 90, "reason": "feedback question", "text": "Was this content helpful?"}
    ]


def test_documents_show_removed_says_that_nothing_was(filled: Run) -> None:
    ran = filled("documents", "show", "truce", "--removed")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "0 spans removed, 0 of 43 characters.")
    assert filled("documents", "show", "nothing", "--removed").code == 1


def test_a_store_of_another_format_version_is_refused(filled: Run, data: Path) -> None:
    tamper(data, "PRAGMA user_version = 3")
    refused = filled("ask", "What?")
    assert refused.code == 3
    assert refused.err.endswith("Ingest the documents again into an empty folder, named with --data.\n")


def test_ctrl_c_while_the_command_loads_is_one_line() -> None:
    program = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'click':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from service.cli import main\n"
        "main()\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (130, "Stopped.\n")


def test_help_shows_the_defaults_of_settings_and_of_the_api(footnote: Run) -> None:
    served = footnote("serve", "--help").out
    assert f"[default: {Settings.model_fields['port'].default}]" in served
    assert f"[default: {Settings.model_fields['host'].default}]" in served
    assert f"[default: {AskRequest.model_fields['k'].default}]" in footnote("ask", "--help").out


def test_a_wrong_path_alone_is_not_reported_as_documents(footnote: Run, tmp_path: Path) -> None:
    ran = footnote("ingest", tmp_path / "nowhere")
    assert (ran.code, ran.out) == (1, "Nothing was ingested.\n")


def test_asking_imports_neither_langchain_nor_a_server() -> None:
    script = (
        "import sys\n"
        "import service.cli.ask, service.opening\n"
        "heavy = {'langchain_text_splitters', 'langchain_core', 'fastapi', 'torch', 'transformers'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
