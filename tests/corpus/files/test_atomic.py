"""Folders of a process's own: deleted at the end, and where the process was killed, by the next one."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.files.atomic import temporary_folder

HOLD = """
import sys
from pathlib import Path
from corpus.files.atomic import temporary_folder
with temporary_folder(Path(sys.argv[1])) as folder:
    (folder / "large").write_text("x")
    print("ready", flush=True)
    sys.stdin.read()
"""


def holder(parent: Path) -> subprocess.Popen[str]:
    """A process that holds a folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_temporary_folder_is_private_and_removed_afterwards(tmp_path: Path) -> None:
    with temporary_folder(tmp_path) as folder:
        (folder / "file").write_text("x")
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_deleted_by_the_next_and_what_one_uses_is_not(tmp_path: Path) -> None:
    with holder(tmp_path) as killed, holder(tmp_path) as alive:
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert len(list(tmp_path.iterdir())) == 2
        with temporary_folder(tmp_path) as mine:
            [other] = set(tmp_path.iterdir()) - {mine}
            assert (other / "large").read_text() == "x"
        assert list(tmp_path.iterdir()) == [other]
        alive.communicate()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["footnote-data", "footnote-abcdefgh", "footnote-abcdefgh.temporary.bak"])
def test_folders_of_other_names_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with temporary_folder(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_link_of_such_a_name_is_not_followed(tmp_path: Path) -> None:
    target, place = tmp_path / "target", tmp_path / "place"
    target.mkdir()
    place.mkdir()
    (target / "file").write_text("x")
    (place / "footnote-abcdefgh.temporary").symlink_to(target)
    with temporary_folder(place):
        pass
    assert (target / "file").read_text() == "x"
