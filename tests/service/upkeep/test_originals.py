"""Originals in verification, backup and restore."""

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.errors import BackupError
from corpus.store.originals import Originals
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from service.settings import Settings
from service.upkeep.backup import back_up, restore
from service.upkeep.repair import Verified, verified
from tests.corpus.readers.files import pdf
from tests.service.conftest import Write

QUIET = NoProgress()
Verify = Callable[..., Verified]


@pytest.fixture
def originals(store: Store, settings: Settings, tiny_encoder: Encoder, write: Write) -> Originals:
    """Of two reports, one of which has a sidecar."""
    write("first.pdf", pdf([["The truce began that year."]]))
    write("second.pdf.meta.yaml", "title: The second report")
    folder = write("second.pdf", pdf([["The truce ended that year."]])).parent
    keeping = settings.model_copy(update={"originals": True})
    assert len(Ingester(store, lambda: tiny_encoder, keeping).ingest([folder], QUIET).added) == 2
    return Originals(settings.data)


@pytest.fixture
def verify(settings: Settings, tiny_encoder: Encoder) -> Verify:
    def _verify(*, check: bool = False) -> Verified:
        return verified(settings, lambda: tiny_encoder, QUIET, check=check)

    return _verify


def damage(originals: Originals) -> str:
    """Change a byte of the original of the first report; return its digest."""
    digest = next(name for name in originals.digests() if b"began" in (originals.read(name) or b""))
    path = originals.folder / digest
    path.write_bytes(path.read_bytes().replace(b"began", b"begun"))
    return digest


def test_intact_originals_are_counted(originals: Originals, verify: Verify) -> None:
    assert verify().originals.intact == 2


def test_a_damaged_original_is_found_and_removed(originals: Originals, verify: Verify) -> None:
    digest = damage(originals)
    checked = verify(check=True).originals
    assert (checked.intact, list(checked.damaged), list(checked.removed)) == (1, ["first"], [])
    assert originals.has(digest)
    repaired = verify().originals
    assert (repaired.intact, list(repaired.damaged), list(repaired.removed)) == (1, [], ["first"])
    assert not originals.has(digest)
    assert verify().originals.damaged == []


def test_a_backup_and_its_restore_have_the_originals(originals: Originals, settings: Settings, tmp_path: Path) -> None:
    about, _ = back_up(settings.data, tmp_path / "b.tar", QUIET)
    assert about.originals == 2
    kept = {digest: originals.read(digest) for digest in originals.digests()}
    restore(tmp_path / "b.tar", tmp_path / "other", QUIET)
    restored = Originals(tmp_path / "other")
    assert {digest: restored.read(digest) for digest in restored.digests()} == kept
    assert {path.stat().st_mode & 0o777 for path in restored.folder.iterdir()} == {0o600}


def test_a_restore_removes_the_originals_of_later_documents(
    originals: Originals, store: Store, settings: Settings, tmp_path: Path
) -> None:
    store.remove("first")
    back_up(settings.data, tmp_path / "b.tar", QUIET)
    later = tmp_path / "later"
    restore(tmp_path / "b.tar", later, QUIET)
    Originals(later).folder.joinpath("0" * 64).write_bytes(b"%PDF")
    restore(tmp_path / "b.tar", later, QUIET, force=True)
    assert Originals(later).digests() == originals.digests()


def test_a_damaged_original_is_not_backed_up(originals: Originals, settings: Settings, tmp_path: Path) -> None:
    damage(originals)
    about, _ = back_up(settings.data, tmp_path / "b.tar", QUIET)
    assert about.originals == 1


def test_a_backup_with_a_changed_original_is_refused(originals: Originals, settings: Settings, tmp_path: Path) -> None:
    back_up(settings.data, tmp_path / "b.tar", QUIET)
    data = (tmp_path / "b.tar").read_bytes()
    (tmp_path / "b.tar").write_bytes(data.replace(b"(The truce began", b"(The truce begun"))
    with pytest.raises(BackupError, match=r"is damaged \(an original\)\. Nothing was changed\."):
        restore(tmp_path / "b.tar", tmp_path / "other", QUIET)
    assert Originals(tmp_path / "other").digests() == []


def test_members_with_other_names_are_not_unpacked(originals: Originals, settings: Settings, tmp_path: Path) -> None:
    back_up(settings.data, tmp_path / "b.tar", QUIET)
    with tarfile.open(tmp_path / "b.tar", "a") as archive:
        for name in ("originals/../../escaped", "originals/x", f"originals/{'0' * 63}"):
            archive.add(__file__, name)
    restore(tmp_path / "b.tar", tmp_path / "other", QUIET)
    assert Originals(tmp_path / "other").digests() == originals.digests()
    assert not list(tmp_path.rglob("escaped"))
