"""`footnote-eval reading` and `references`, on small files."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval.cli import main
from tests.service.cli.conftest import Ran, command

Write = Callable[..., Path]
Run = Callable[..., Ran]


@pytest.fixture
def footnote_eval(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return command("footnote-eval", main, monkeypatch, capsys)


@pytest.fixture
def folder(write: Write) -> Path:
    """A text that is read as it is, a page that loses a sentence, a refused file, and files without a reference."""
    files = {
        "log.md": "The bridge opened in 1931.\n",
        "log.md.txt": "The bridge opened in 1931.\n",
        "page.html": "<main><p>The harbour board raised the fee to 40 crowns.</p></main>",
        "page.expected.html": "<p>The harbour board raised the fee to 40 crowns.</p>"
        "<p>Nobody objected <b>in 1932</b>.</p>",
        "slides.xyz": "neither text nor a format that is read",
        "slides.xyz.txt": "Four words of slides",
        "notes.md": "No reference.",
        "scan.md": "Read, but its reference is empty.",
        "scan.md.txt": "\n",
    }
    paths = [write(f"set/{name}", text) for name, text in files.items()]
    return paths[0].parent


def test_files_are_measured_against_their_references_worst_first(footnote_eval: Run, folder: Path) -> None:
    ran = footnote_eval("reading", folder)
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0] == "set: 3 files with a reference"
    assert lines[1].split() == ["measure", "all", "html", "md", "xyz"]
    assert lines[2].split() == ["files", "3", "1", "1", "1"]
    assert "2 files without a reference or with an empty one: notes.md, scan.md" in lines
    shown = [line for line in lines if line.startswith(("log", "page", "slides"))]
    assert shown == [
        "slides.xyz: refused: its format is not supported; if it is plain text, name it .txt",
        "page.html: recall 0.692, precision 1.000, order 1.000 (13 words)",
        "log.md: recall 1.000, precision 1.000, order 1.000 (5 words)",
    ]
    assert "missing (4): nobody objected in 1932" in ran.out
    assert "numbers missing (1): 1932" in ran.out


def test_json_has_the_measures_and_every_file(footnote_eval: Run, folder: Path) -> None:
    found = json.loads(footnote_eval("reading", folder, "--json").out)
    assert found["measures"]["word_recall_median"] == pytest.approx(9 / 13)
    assert found["measures"]["word_recall_worst_decile"] == 0
    assert found["measures"]["refused_files"] == 1
    assert found["formats"]["md"]["word_recall_median"] == 1
    assert [file["path"] for file in found["files"]] == ["slides.xyz", "page.html", "log.md"]
    assert found["files"][1]["fidelity"]["missing"] == {"count": 4, "examples": ["nobody objected in 1932"]}
    assert found["without_reference"] == ["notes.md", "scan.md"]


def test_requirements_decide_the_exit_code_also_by_format(footnote_eval: Run, folder: Path) -> None:
    met = footnote_eval("reading", folder, "--require", "word_recall_median@md>=1", "--require", "glued_words<=0")
    assert met.code == 0
    assert "ok   glued_words<=0: glued_words is 0" in met.out
    missed = footnote_eval("reading", folder, "--require", "word_recall_worst_decile>=0.95")
    assert missed.code == 1
    assert "FAIL word_recall_worst_decile>=0.95: word_recall_worst_decile is 0.0000" in missed.out


@pytest.mark.parametrize("measure", ["nDCG@10", "word_recall_median@pdf", "word_recall"])
def test_an_unknown_measure_is_refused(footnote_eval: Run, folder: Path, measure: str) -> None:
    ran = footnote_eval("reading", folder, "--require", f"{measure}>=0.9")
    assert ran.code == 1
    assert f"There is no measure '{measure}'. Known are: word_recall_median, word_recall_worst_decile" in ran.err
    assert "refused_files; of one format, with @" in ran.err


def test_the_report_has_a_page_and_a_reading_to_compare_with(
    footnote_eval: Run, folder: Path, write: Write, tmp_path: Path
) -> None:
    report = tmp_path / "report"
    write("set/log.md.txt", "The <i>bridge</i> opened & closed in 1931.")
    ran = footnote_eval("reading", folder, "--report", report, "--require", "refused_files<=0")
    assert ran.code == 1
    assert f"The report is in {report / 'index.html'}." in ran.out
    page = (report / "index.html").read_text()
    assert "default-src 'none'" in page
    assert "nobody objected in 1932" in page
    assert "its format is not supported" in page
    assert "word_recall_median" in page
    assert "<td>refused_files is 1</td>" in page
    suite = ElementTree.parse(report / "junit.xml").getroot().find("testsuite")  # noqa: S314 - written just now
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")

    stored = report / "reading.json"
    same = footnote_eval("reading", folder, "--baseline", stored, "--no-regression")
    assert same.code == 0, same.err
    assert "ok   no regression of word_recall" in same.out
    write("set/page.html", "<main><p>The harbour board raised the fee.</p></main>")
    worse = footnote_eval("reading", folder, "--baseline", stored, "--report", tmp_path / "second")
    assert "word_recall" in worse.out
    assert "  A  recall 0.692, precision 1.000, order 1.000 (13 words)\n  B  recall 0.462" in worse.out
    assert "Against the baseline" in (tmp_path / "second" / "index.html").read_text()


def test_a_measure_that_is_significantly_worse_fails(footnote_eval: Run, write: Write, tmp_path: Path) -> None:
    for n in range(12):
        write(f"many/{n}.md", f"Item {n} was paid in full.")
        write(f"many/{n}.md.txt", f"Item {n} was paid in full.")
    footnote_eval("reading", tmp_path / "files" / "many", "--report", tmp_path / "report")
    for n in range(12):
        write(f"many/{n}.md", f"Item {n} was paid.")
    ran = footnote_eval(
        "reading", tmp_path / "files" / "many", "--baseline", tmp_path / "report" / "reading.json", "--no-regression"
    )
    assert ran.code == 1
    assert "FAIL no regression of word_recall: 1.0000 before, 0.6667 now" in ran.out
    assert "ok   no regression of word_precision" in ran.out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read (No such file or directory). Check the path."),
        ("{}", "is not a stored reading. Make one with: footnote-eval reading FOLDER --report DIR"),
        (
            '{"format": 0, "name": "", "started": "", "files": [], "without_reference": []}',
            "has format 0; this footnote-eval reads 1. Make it again.",
        ),
    ],
)
def test_a_baseline_that_is_no_reading_is_refused(
    footnote_eval: Run, folder: Path, tmp_path: Path, content: str | None, message: str
) -> None:
    path = tmp_path / "reading.json"
    if content is not None:
        path.write_text(content)
    ran = footnote_eval("reading", folder, "--baseline", path)
    assert ran.code == 1
    assert message in ran.err


def test_mistakes_get_one_sentence(footnote_eval: Run, folder: Path, tmp_path: Path) -> None:
    missing = footnote_eval("reading", tmp_path / "none")
    assert (missing.code, missing.err) == (
        1,
        f"Error: {tmp_path / 'none'} does not exist. Give a folder of files with a reference beside each.\n",
    )
    (tmp_path / "empty").mkdir()
    assert "empty is empty. Give a folder" in footnote_eval("reading", tmp_path / "empty").err
    assert footnote_eval("reading", folder, "--no-regression").code == 2
    assert "Name the stored reading in it" in footnote_eval("reading", folder, "--baseline", folder).err


def tool(folder: Path, name: str, script: str) -> None:
    """Put a program in a folder."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_references_are_written_beside_files_without_one(
    footnote_eval: Run, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("has.pdf", "has.pdf.txt", "scan.pdf", "broken.docx", "page.html"):
        write(f"set/{name}", "x")
    programs = tmp_path / "bin"
    programs.mkdir()
    tool(programs, "pdftotext", 'for last; do :; done; echo "words of a PDF" > "$last"')
    tool(programs, "pandoc", "echo 'not a docx' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    ran = footnote_eval("references", tmp_path / "files" / "set")
    assert ran.code == 1
    assert ran.out == "1 reference written.\n"
    assert (
        f"No reference for {tmp_path / 'files' / 'set' / 'broken.docx'}: pandoc could not read it (not a docx)."
        in ran.err
    )
    assert (tmp_path / "files" / "set" / "scan.pdf.txt").read_text() == "words of a PDF\n"
    assert (tmp_path / "files" / "set" / "has.pdf.txt").read_text() == "x"
    assert not (tmp_path / "files" / "set" / "broken.docx.txt").exists()


def test_a_program_that_is_not_installed_is_named(
    footnote_eval: Run, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("set/scan.pdf", "x")
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = footnote_eval("references", tmp_path / "files" / "set")
    assert (ran.code, "pdftotext is not installed. Install it with: apt-get install poppler-utils" in ran.err) == (
        1,
        True,
    )
