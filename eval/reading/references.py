"""Reference texts: which file belongs to which document, and the text in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from corpus.files import SIDECAR_SUFFIX
from eval.errors import FolderError

EXPECTED_SUFFIX = ".expected.html"

_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb ruby s samp small span"
    " strike strong sub sup time tt u var wbr".split()
)
"""Elements that do not separate words. All others do."""

_UNSEEN = frozenset({"noscript", "script", "style", "template", "title"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A file and its reference."""

    file: Path
    reference: Path


@dataclass(frozen=True, slots=True)
class Pairs:
    """The files of a folder: those with a reference, and those without."""

    pairs: Sequence[Pair]
    without: Sequence[Path]


def find_pairs(folder: Path) -> Pairs:
    """Find the files of a folder and below it, each with its reference.

    The reference of `report.docx` is `report.docx.txt`, else `report.expected.html`, else `report.txt`. Hidden files
    and sidecars are left out.

    Raises:
        FolderError: There is no such folder, it is empty, or no file in it has a reference.
    """
    beside = {path: reference_of(path) for path in files_of(folder) if not path.name.endswith(EXPECTED_SUFFIX)}
    references = set(beside.values())
    found = Pairs(
        pairs=[Pair(path, reference) for path, reference in beside.items() if reference and path not in references],
        without=[path for path, reference in beside.items() if not reference and path not in references],
    )
    if not found.pairs:
        example = f"{found.without[0].name}.txt" if found.without else "report.docx.txt beside report.docx"
        raise FolderError(f"No file in {folder} has a reference. Put its text beside it, such as {example}.")
    return found


def files_of(folder: Path) -> list[Path]:
    """Return the files of a folder and below it, without hidden files and sidecars.

    Raises:
        FolderError: There is no such folder, or it is empty.
    """
    if not folder.is_dir():
        what = "is a file. Give the folder" if folder.exists() else "does not exist. Give a folder"
        raise FolderError(f"{folder} {what} of files with a reference beside each.")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not _left_out(path.relative_to(folder))]
    if not files:
        raise FolderError(f"{folder} is empty. Give a folder of files with a reference beside each.")
    return files


def _left_out(path: Path) -> bool:
    return path.name.endswith(SIDECAR_SUFFIX) or any(part.startswith(".") for part in path.parts)


def reference_of(path: Path) -> Path | None:
    """Return the reference beside a file, or None."""
    names = (f"{path.name}.txt", f"{path.stem}{EXPECTED_SUFFIX}", f"{path.stem}.txt")
    return next((path.with_name(name) for name in names if name != path.name and path.with_name(name).is_file()), None)


def reference_text(path: Path) -> str:
    """Return the text of a reference.

    Raises:
        FolderError: It cannot be read, or is not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FolderError(f"The reference {path} cannot be read ({error.strerror}). Check its permissions.") from error
    except UnicodeDecodeError as error:
        raise FolderError(f"The reference {path} is not UTF-8. Save it as UTF-8.") from error
    return text_of_html(text) if path.name.endswith(EXPECTED_SUFFIX) else text


def text_of_html(html: str) -> str:
    """Return the text of HTML: the character data outside of scripts and styles.

    Inline elements (`<b>`, `<a>`) do not separate words; all others do. It shares no code with the readers, so that the
    reference does not have their faults.
    """
    parser = _TextParser()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts)


class _TextParser(HTMLParser):
    """Collects the text of HTML in `parts`."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        self._separate(tag)

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self._separate(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self._separate(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)

    def _separate(self, tag: str) -> None:
        if tag not in _INLINE:
            self.parts.append("\n")
