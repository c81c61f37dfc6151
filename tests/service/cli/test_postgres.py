"""The commands on a store in PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

from tests.corpus.samples import is_sentences


def test_commands_use_the_store_that_the_setting_names(tmp_path: Path, postgres_uri: str, exports: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("# Truce\n\nThe truce began in March 2012 in two prisons. Homicides fell.\n")
    environment = {**os.environ, "FOOTNOTE_STORE": postgres_uri, "FOOTNOTE_EXPORTS": str(exports)}
    environment["FOOTNOTE_DATA"] = str(tmp_path / "data")

    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-c", "from service.cli import main; main()", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    code, said = run("ask", "When did the truce begin?")
    assert (code, "There are no documents at" in said) == (3, True)
    assert run("ingest", str(note))[0] == 0
    code, said = run("ask", "When did the truce begin?", "-k", "1")
    assert (code, "The truce began in March 2012" in said) == (0, True)
    assert "1 document, 1 passage." in run("documents", "list")[1]
    assert run("documents", "remove", "note")[0] == 0
    for refused in (("verify",), ("backup", str(tmp_path / "backup"))):
        code, said = run(*refused)
        assert (code, is_sentences(said.strip().removeprefix("Error: "))) == (1, True)
    assert not (tmp_path / "data" / "footnote.db").exists()
