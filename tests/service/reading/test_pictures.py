"""Pictures of pages: drawn in the reading process, and kept in memory for a while."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus.errors import SourceError
from corpus.files.source import SourceBytes
from corpus.store.originals import Originals
from service.reading import pictures as module
from service.reading.pictures import PagePictures
from service.reading.process import SandboxLimits
from service.reading.reply_checks import checked_picture
from service.reading.sandbox import Sandbox
from tests.corpus.readers.files import pdf

FILE = SourceBytes(Path("/a.pdf"), pdf([["Words of the first page."], ["Others."]]))
TEXT = "Words of the first page."
LIMITS = SandboxLimits(seconds=240)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with closing(Sandbox(LIMITS)) as sandbox:
        yield sandbox


@pytest.fixture
def pictures(folder: Path) -> PagePictures:
    Originals(folder).keep(FILE)
    return PagePictures(Originals(folder), LIMITS, 0.01)


def test_a_page_is_drawn_in_the_reading_process_between_other_requests(sandbox: Sandbox) -> None:
    list(sandbox.read(FILE))
    plain = sandbox.draw(FILE.data, 0, TEXT, 0, 0)
    marked = sandbox.draw(FILE.data, 0, TEXT, 0, 5)
    assert plain.startswith(b"\x89PNG")
    assert marked != plain
    with pytest.raises(SourceError, match="cannot be drawn"):
        sandbox.draw(b"%PDF-1.4", 0, TEXT, 0, 5)
    assert sandbox.draw(FILE.data, 0, TEXT, 0, 5) == marked
    assert len(list(sandbox.read(FILE))) == 1


def test_a_picture_is_kept_in_memory(pictures: PagePictures, folder: Path) -> None:
    picture = pictures.picture(FILE.sha256, "sha256:1", 0, TEXT, 0, 5)
    Originals(folder).remove(FILE.sha256)
    assert pictures.picture(FILE.sha256, "sha256:1", 0, TEXT, 0, 5) == picture
    with pytest.raises(SourceError, match="not kept"):
        pictures.picture(FILE.sha256, "sha256:1", 0, TEXT, 0, 4)


def test_the_oldest_pictures_are_forgotten(
    pictures: PagePictures, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(pictures.picture(FILE.sha256, "sha256:1", 0, TEXT, 0, 5))
    monkeypatch.setattr(module, "CACHE_BYTES", 2 * size + 200)
    for end in (6, 7, 8):
        pictures.picture(FILE.sha256, "sha256:1", 0, TEXT, 0, end)
    Originals(folder).remove(FILE.sha256)
    assert pictures.picture(FILE.sha256, "sha256:1", 0, TEXT, 0, 8)
    with pytest.raises(SourceError):
        pictures.picture(FILE.sha256, "sha256:1", 0, TEXT, 0, 5)


def test_a_page_that_would_wait_too_long_is_not_drawn(pictures: PagePictures) -> None:
    for _ in range(module.TURNS):
        pictures._turns.acquire()
    with pytest.raises(TimeoutError):
        pictures.picture(FILE.sha256, "sha256:1", 0, TEXT, 0, 5)
    pictures._turns.release()
    assert pictures.picture(FILE.sha256, "sha256:1", 0, TEXT, 0, 5)


@pytest.mark.parametrize("reply", [b"", b"<svg onload='x'>", b"\x89PNG\r\n\x1a\n" + bytes(17 * 1024 * 1024)])
def test_a_reply_that_is_no_picture_is_refused(reply: bytes) -> None:
    with pytest.raises(ValueError, match="no PNG, or too large"):
        checked_picture(reply)
