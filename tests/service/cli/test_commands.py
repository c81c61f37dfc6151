"""The other commands, their exit codes and their words."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.store.database import DATABASE_NAME
from service.schemas.asking import AskRequest
from service.settings import PREFIX, Settings
from tests.corpus.samples import tamper
from tests.service.cli.conftest import Run, damage

Write = Callable[..., Path]


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
    assert refused.err.endswith(
        "Use a later Footnote, or ingest the documents again into an empty folder, named with --data.\n"
    )


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
