"""Which reference belongs to which file, and the text of HTML."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.errors import FolderError
from eval.reading.references import find_pairs, reference_text, text_of_html
from eval.reading.words import words

Write = Callable[..., Path]


def test_a_reference_is_found_by_its_name(write: Write, tmp_path: Path) -> None:
    for name in (
        "lease.docx", "lease.docx.txt", "lease.pdf", "lease.txt",
        "page.html", "page.expected.html", "deep/log.txt", "deep/log.txt.txt",
    ):  # fmt: skip
        write(f"set/{name}", "x")
    found = find_pairs(tmp_path / "files" / "set")
    names = [(pair.file.name, pair.reference.name) for pair in found.pairs]
    assert names == [
        ("log.txt", "log.txt.txt"),
        ("lease.docx", "lease.docx.txt"),
        ("lease.pdf", "lease.txt"),
        ("page.html", "page.expected.html"),
    ]
    assert found.without == []


def test_files_without_a_reference_are_found_and_hidden_files_and_sidecars_are_not(
    write: Write, tmp_path: Path
) -> None:
    for name in ("a.html", "a.txt", "b.odp", "c.txt", ".d.html", ".git/e.html", "a.html.meta.yaml"):
        write(f"set/{name}", "x")
    found = find_pairs(tmp_path / "files" / "set")
    assert [pair.file.name for pair in found.pairs] == ["a.html"]
    assert [path.name for path in found.without] == ["b.odp", "c.txt"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["a.pdf", "b.pdf"], "No file in {} has a reference. Put its text beside it, such as a.pdf.txt."),
        (
            ["a.expected.html"],
            "No file in {} has a reference. Put its text beside it, such as report.docx.txt beside report.docx.",
        ),
        ([".hidden"], "{} is empty. Give a folder of files with a reference beside each."),
        ([], "{} does not exist. Give a folder of files with a reference beside each."),
    ],
)
def test_a_folder_without_references_is_refused(write: Write, tmp_path: Path, files: list[str], message: str) -> None:
    folder = tmp_path / "files" / "set"
    for name in files:
        write(f"set/{name}", "x")
    with pytest.raises(FolderError) as error:
        find_pairs(folder)
    assert str(error.value) == message.format(folder)


def test_a_file_is_no_folder(write: Write) -> None:
    with pytest.raises(FolderError, match=r"a\.pdf is a file\. Give the folder of files with a reference"):
        find_pairs(write("a.pdf", "x"))


def test_a_reference_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf.txt"
    path.write_bytes("Köln".encode("latin-1"))
    with pytest.raises(FolderError, match=r"a\.pdf\.txt is not UTF-8\. Save it as UTF-8\."):
        reference_text(path)


def test_the_text_of_html_is_what_it_shows() -> None:
    html = (
        "<!doctype html><title>Not this</title><style>p { color: red }</style><script>let x = '<p>no</p>'</script>"
        "<h1>Ferry&nbsp;times</h1><p>The <b>No</b>rth <a href=x>pier</a>&rsquo;s boat<br>sails<!-- never --> at 7.</p>"
        "<table><tr><td>Mon</td><td>8</td></tr></table><ul><li>One<li>Two</ul>"
    )
    expected = "ferry times the north pier's boat sails at 7 mon 8 one two"
    assert " ".join(words(text_of_html(html))) == expected
