"""A small store, damaged a few hundred times: no answer comes from damaged bytes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.corruption import Tally, chosen, prepare, run
from tests.reliability.damage import Case

SEED = 20
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, exports: Path) -> Path:
    folder = tmp_path_factory.mktemp("corruption")
    (folder / "model").symlink_to(tiny_model)
    (folder / "exports").symlink_to(exports)
    prepare(folder, documents=24, seed=SEED)
    return folder


@pytest.fixture(scope="module")
def tally(work: Path) -> Tally:
    cases = chosen(work / "new", SEED, flip=90, head=40, page=20, cut=20, cell=30)
    return run(work, cases, workers=2)


def test_no_damage_gives_a_wrong_answer_or_a_crash(tally: Tally) -> None:
    assert tally.violations == []


def test_every_way_of_finding_and_mending_damage_occurs(tally: Tally) -> None:
    found = {name for _, name in tally.found}
    assert {"harmless", "on open", "on read", "by verify", "indexes only"} <= found
    assert {"repaired", "ingested again", "restore"} <= {name for _, name in tally.outcomes}


def test_most_damage_is_made_good_without_a_backup(tally: Tally) -> None:
    counts = {
        name: sum(n for (_, outcome), n in tally.outcomes.items() if outcome == name) for _, name in tally.outcomes
    }
    assert counts["restore"] < (counts["repaired"] + counts["ingested again"]) / 4


def test_a_process_that_dies_is_a_violation(work: Path) -> None:
    [violation] = run(work, [Case("no such damage", "no such file")], workers=1).violations
    assert "the process died" in violation


def sources() -> Iterator[Path]:
    for room in ("corpus", "embeddings", "service", "eval"):
        yield from (ROOT / room).rglob("*.py")


def test_nothing_that_is_read_can_be_a_pickle() -> None:
    """Unpickling executes its input; numpy's format is read only with pickles refused."""
    for path in sources():
        text = path.read_text()
        assert not re.search(
            r"\b(pickle|cPickle|marshal|shelve|dill|joblib)\b(?!s)(?!=)", text.replace("allow_pickle", "")
        ), path
        for call in re.findall(r"(?:np\.load|read_array|torch\.load)\((.*)", text):
            assert "allow_pickle=False" in call or "weights_only=True" in call, f"{path}: {call}"
