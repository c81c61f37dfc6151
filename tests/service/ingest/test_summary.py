"""The summary of an ingest."""

from pathlib import Path

import pytest

from service.ingest.summary import GivenNames, IngestSummary


@pytest.mark.parametrize(
    ("given", "below", "name"),
    [
        ("notes", "a.txt", "notes/a.txt"),
        ("notes", "2014/a#b.txt", "notes/2014/a#b.txt"),
        ("notes", "rows.csv#7", "notes/rows.csv#7"),
        ("rows.csv", "#7", "rows.csv#7"),
        ("rows#1.csv", "#2", "rows#1.csv#2"),
        (".", "a.txt", "a.txt"),
        ("..", "a.txt", "../a.txt"),
    ],
)
def test_a_source_is_named_as_its_path_was_given(
    given: str, below: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = tmp_path.parent if given == ".." else tmp_path / given
    source = f"{whole}{below}" if below.startswith("#") else str(whole / below)
    assert GivenNames([Path("other"), Path(given)]).of(source) == name


def test_the_nearest_of_several_paths_names_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = GivenNames([Path(), Path("notes"), Path("notes/../notes/2014")])
    assert names.of(str(tmp_path / "notes" / "a.txt")) == "notes/a.txt"
    assert names.of(str(tmp_path / "b.txt")) == "b.txt"


def test_other_sources_keep_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = GivenNames([Path("notes"), tmp_path / "whole"])
    for source in (f"{tmp_path}/notes.txt", f"{tmp_path}/whole/a.txt", "upload:a.txt"):
        assert names.of(source) == source


def test_every_list_of_a_summary_is_named_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    at = str(tmp_path / "notes" / "a.txt")
    summary = IngestSummary(added=[at], gone=[at], moved=[(at, at)], refused=[(at, "it is empty")])
    summary.name_as_given([Path("notes")])
    assert (summary.added, summary.gone) == (["notes/a.txt"], ["notes/a.txt"])
    assert (summary.moved, summary.refused) == ([("notes/a.txt",) * 2], [("notes/a.txt", "it is empty")])
