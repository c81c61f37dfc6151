"""Files of mined records."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import SetError, TargetError
from eval.runs import load_set
from eval.training.mining import MinedPassage, Record
from eval.training.records import mined, read_records, set_sha256, write_records


def record(number: int, group: str) -> Record:
    passage = MinedPassage("A", "It began in March.", [(12, 17)])
    return Record("set", str(number), group, "When?", [passage] if number % 2 else [], [passage])


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    records, path = [record(number, "Café") for number in range(3)], tmp_path / "records.jsonl"

    write_records(records, path)

    assert read_records(path, hashlib.sha256(path.read_bytes()).hexdigest()) == records


def test_an_interrupted_mining_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write_records((record(1 // number, "A") for number in (1, 0)), tmp_path / "records.jsonl")

    assert not (tmp_path / "records.jsonl").exists()


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "mini"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text('{"_id": "d", "title": "Truce", "text": "It began in March."}\n')
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "When?", "metadata": {"answers": ["March"]}}\n')
    (folder / "qrels" / "test.tsv").write_text("q\td\t1\n")
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the sets that are mined, each to two records."""
    names: list[str] = []

    def mine(given: object, *_: object) -> list[Record]:
        del given
        names.append("mini")
        return [record(0, "A"), record(1, "A")]

    monkeypatch.setattr("eval.training.records.mine", mine)
    return names


def rewrite(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return change


def test_records_are_mined_once(beir: Path, tmp_path: Path, asked: list[str]) -> None:
    said: list[str] = []

    first = mined(load_set(beir), None, tmp_path / "records", said.append)
    again = mined(load_set(beir), None, tmp_path / "records", said.append)

    assert first == again
    assert asked == ["mini"]
    assert said == []


@pytest.mark.parametrize(
    "change",
    [
        rewrite("corpus.jsonl", "March", "May"),
        rewrite("queries.jsonl", "When", "Why"),
        rewrite("queries.jsonl", "March", "May"),
        rewrite("queries.jsonl", '"answers"', '"history": [{"role": "user", "text": "Hm?"}], "answers"'),
        rewrite("qrels/test.tsv", "1", "2"),
    ],
)
def test_a_set_that_has_changed_is_mined_again(
    beir: Path, tmp_path: Path, asked: list[str], change: Callable[[Path], None]
) -> None:
    said: list[str] = []
    mined(load_set(beir), None, tmp_path / "records", said.append)

    change(beir)
    mined(load_set(beir), None, tmp_path / "records", said.append)
    mined(load_set(beir), None, tmp_path / "records", said.append)

    assert asked == ["mini", "mini"]
    assert len(said) == 1
    assert "has changed. It is mined again." in said[0]


@pytest.mark.parametrize("origin", [None, "", "[]", "{}", '{"set_sha256": 1}'])
def test_records_of_an_unknown_set_are_mined_again(
    beir: Path, tmp_path: Path, asked: list[str], origin: str | None
) -> None:
    said: list[str] = []
    mined(load_set(beir), None, tmp_path / "records", said.append)
    path = tmp_path / "records" / "mini.origin.json"
    path.unlink() if origin is None else path.write_text(origin)

    mined(load_set(beir), None, tmp_path / "records", said.append)

    assert asked == ["mini", "mini"]
    assert len(said) == 1


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def shorten(path: Path) -> None:
    path.write_text(path.read_text().splitlines()[0] + "\n")


@pytest.mark.parametrize(
    "harm", [truncate, shorten, lambda path: path.write_text('{"a": 1}\n'), lambda path: path.write_bytes(b"\xff")]
)
def test_records_that_are_damaged_are_refused(
    beir: Path, tmp_path: Path, asked: list[str], harm: Callable[[Path], None]
) -> None:
    mined(load_set(beir), None, tmp_path / "records", print)
    harm(tmp_path / "records" / "mini.jsonl")

    with pytest.raises(SetError, match=r"are damaged or were changed\. Delete the file to mine them again\."):
        mined(load_set(beir), None, tmp_path / "records", print)


def test_records_that_cannot_be_read_are_refused(beir: Path, tmp_path: Path, asked: list[str]) -> None:
    mined(load_set(beir), None, tmp_path / "records", print)
    (tmp_path / "records" / "mini.jsonl").unlink()
    (tmp_path / "records" / "mini.jsonl").mkdir()

    with pytest.raises(SetError, match=r"mini\.jsonl cannot be read \(Is a directory\)\. Check the file\."):
        mined(load_set(beir), None, tmp_path / "records", print)


def test_records_that_cannot_be_written_are_reported(beir: Path, tmp_path: Path, asked: list[str]) -> None:
    (tmp_path / "records").write_text("")

    with pytest.raises(TargetError, match=r"records cannot be written \(.*\)\. Choose another folder\."):
        mined(load_set(beir), None, tmp_path / "records", print)


def test_a_copy_of_a_set_has_its_digest(beir: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(beir, tmp_path / "copy" / "mini"))

    assert set_sha256(load_set(copy)) == set_sha256(load_set(beir))
