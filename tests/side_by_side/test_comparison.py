"""The comparison with other systems, with the tiny encoder; each system runs in its own process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import cast

import pytest
from click.testing import CliRunner

from corpus.store.store import Store
from corpus.store.view import View
from corpus.text.titles import title_prefix
from embeddings.encoder.encoder import Encoder
from eval.errors import SetError
from eval.runs.asking import run_questions
from eval.runs.target import local_target
from eval.sets.beir import BeirFolder, load_beir
from eval.sets.beir_store import document_ids, fill_store, gold_of
from service.runtime.progress import NoProgress
from service.settings import Settings
from tests.side_by_side.__main__ import main
from tests.side_by_side.comparison import compare_systems, passage_texts
from tests.side_by_side.registry import SYSTEMS, SystemEntry
from tests.side_by_side.result import SystemResult, as_markdown

TOPICS = {
    "truce": "The truce began in that year, and homicides went down.",
    "prison": "The prison was full. " * 12,
    "talks": "Who began the talks? The gang did, and when the year ended they did too.",
    "bread": "Flour, water and salt.",
}
DEPTH, DEEP = 10, 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> BeirFolder:
    """Four documents, of which one is cut to several passages; three questions, one without an answer."""
    path = tmp_path_factory.mktemp("beir") / "topics"
    (path / "qrels").mkdir(parents=True)
    corpus = [{"_id": name, "title": name.title(), "text": text} for name, text in TOPICS.items()]
    corpus.append({"_id": "blank", "title": "Blank", "text": " \n"})
    queries = [{"_id": f"q-{name}", "text": f"What about the {name}?"} for name in ("truce", "prison", "talks", "moon")]
    for name, lines in (("corpus", corpus), ("queries", queries)):
        (path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    rows = "".join(f"q-{name}\t{name}\t1\n" for name in ("truce", "prison", "talks"))
    (path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + rows)
    (path / "unanswerable.tsv").write_text("q-moon\n")
    return load_beir(path)


@pytest.fixture(scope="module")
def environment(tiny_model: Path) -> Iterator[None]:
    """Settings for the tiny encoder, as a user would give them; one thread, because two wait for each other."""
    names = {"FOOTNOTE_ENCODER": str(tiny_model), "FOOTNOTE_PASSAGE_TOKENS": "40", "FOOTNOTE_TITLE_TOKENS": "8"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**names, "OMP_NUM_THREADS": "1"}.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def ours_and_plain(folder: BeirFolder, environment: None) -> dict[str, SystemResult]:
    """Footnote and the plain recipe over the folder."""
    results = compare_systems(folder, ["footnote", "plain"], NoProgress())
    return {result.name: result for result in results}


@pytest.fixture
def tiny_settings(monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> None:
    """The tiny encoder for one test."""
    for name, value in (("ENCODER", str(tiny_model)), ("PASSAGE_TOKENS", "40"), ("TITLE_TOKENS", "8")):
        monkeypatch.setenv(f"FOOTNOTE_{name}", value)


def broken(monkeypatch: pytest.MonkeyPatch, name: str, *packages: str) -> str:
    """Register one of the systems that fail; return its name."""
    entry = SystemEntry(f"{name}, for a test", f"tests.side_by_side.broken:{name}", packages)
    monkeypatch.setitem(cast(dict[str, SystemEntry], SYSTEMS), name, entry)
    return name


# What is measured


@pytest.mark.parametrize("name", ["footnote", "plain"])
def test_every_figure_of_a_system_is_measured(ours_and_plain: dict[str, SystemResult], name: str) -> None:
    result = ours_and_plain[name]

    assert (result.status, result.note, result.questions) == ("measured", "", 3)
    assert set(result.measures) == {"nDCG@10", "hit@1", "hit@5", "recall@100", "nDCG@10_of_100"}
    assert all(0 <= value <= 1 for value in result.measures.values())
    assert result.measures["recall@100"] == 1.0
    assert 0 < result.latency["latency_p50_ms"] <= result.latency["latency_p95_ms"] <= result.latency["latency_p99_ms"]
    assert result.latency["cpu_p50_ms"] > 0
    for rate in (result.ingest_passages_per_s, result.ingest_passages_per_cpu_s):
        assert rate is not None
        assert rate > 0
    assert result.versions["sentence-transformers"]


def test_memory_is_that_of_the_systems_own_process(ours_and_plain: dict[str, SystemResult]) -> None:
    program = "from tests.side_by_side.worker import peak_mib; print(peak_mib())"
    held = bytearray(300 * 2**20)  # what this process holds is not what its child does
    held[:: 2**12] = b"x" * len(held[:: 2**12])
    path = os.pathsep.join(sys.path)
    bare = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path}, capture_output=True, check=True
    )

    assert 5 < float(bare.stdout) < 200
    for result in ours_and_plain.values():
        assert result.peak_mib is not None
        assert result.peak_mib > float(bare.stdout)


def test_every_system_is_given_the_passages_that_footnote_stores(
    folder: BeirFolder, tiny_encoder: Encoder, settings: Settings, ours_and_plain: dict[str, SystemResult]
) -> None:
    with Store(settings.data, create=True) as store:
        fill_store(store, list(folder.documents()), tiny_encoder, settings, NoProgress())
    stored = []
    with View(settings.data) as view:
        names = {theirs: ours for ours, theirs in document_ids(view).items()}
        for document in view.documents():
            prefix = title_prefix(document.metadata.title, tiny_encoder, settings.title_tokens)
            for passage in view.passages(view.document_passages(document)):
                stored.append((names[document.id], prefix + passage.text))

    given = [(text.document, text.text) for text in passage_texts(folder, tiny_encoder, settings)]
    assert sorted(given) == sorted(stored)
    assert len({document for document, _ in given}) == len(TOPICS) < len(given)
    assert {result.passages for result in ours_and_plain.values()} == {len(given)}


def test_the_gold_and_the_measures_are_those_of_a_run(
    folder: BeirFolder, tiny_encoder: Encoder, settings: Settings, ours_and_plain: dict[str, SystemResult]
) -> None:
    with Store(settings.data, create=True) as store:
        fill_store(store, list(folder.documents()), tiny_encoder, settings, NoProgress())
    with View(settings.data) as view:
        gold = gold_of(folder, document_ids(view).get, lambda document: "")
    given = settings.model_dump(include={"encoder", "passage_tokens", "title_tokens"})
    with local_target(settings.data, **given) as target:
        near, deep = (
            run_questions(folder.questions, gold, target, NoProgress(), k=k, overlap=0.5).measures
            for k in (DEPTH, DEEP)
        )

    expected = {name: near[name] for name in ("nDCG@10", "hit@1", "hit@5")}
    expected |= {"recall@100": deep["recall@100"], "nDCG@10_of_100": deep["nDCG@10"]}
    assert ours_and_plain["footnote"].measures == pytest.approx(expected)


@pytest.mark.parametrize("name", ["txtai-dense", "txtai-hybrid", "haystack-dense", "haystack-hybrid"])
def test_another_system_is_measured_where_it_is_installed(
    folder: BeirFolder, tiny_settings: None, name: str, ours_and_plain: dict[str, SystemResult]
) -> None:
    try:
        SYSTEMS[name].versions()
    except PackageNotFoundError as error:
        pytest.skip(f"{error.name} is not installed; tests/side_by_side/requirements.txt has it")
    (result,) = compare_systems(folder, [name], NoProgress())

    assert (result.status, result.note) == ("measured", "")
    assert (result.passages, result.questions) == (ours_and_plain["plain"].passages, 3)
    assert result.measures["recall@100"] == 1.0
    if name.endswith("dense"):  # exact search with the same vectors finds the same
        assert result.measures == pytest.approx(ours_and_plain["plain"].measures)


# What is asked


def test_only_questions_with_gold_are_asked_and_a_sample_is_drawn_again_with_its_seed(
    monkeypatch: pytest.MonkeyPatch, tiny_settings: None, folder: BeirFolder
) -> None:
    name = broken(monkeypatch, "Perfect")

    (whole,) = compare_systems(folder, [name], NoProgress())
    (sample,) = compare_systems(folder, [name], NoProgress(), questions=2, seed=7)
    (more,) = compare_systems(folder, [name], NoProgress(), questions=900)

    assert (whole.questions, sample.questions, more.questions) == (3, 2, 3)
    assert whole.measures == sample.measures == dict.fromkeys(whole.measures, 1.0)


# What goes wrong


def test_a_folder_without_text_is_refused(tmp_path: Path, tiny_settings: None, folder: BeirFolder) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"_id": "a", "text": " "}\n')

    with pytest.raises(SetError, match="has no text"):
        compare_systems(BeirFolder(tmp_path, folder.questions, folder.grades, folder.strings), ["plain"], NoProgress())


def test_a_system_that_is_not_installed_is_reported_with_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tiny_settings: None, folder: BeirFolder
) -> None:
    name = broken(monkeypatch, "Perfect", "no-such-package-as-this")

    (result,) = compare_systems(folder, [name], NoProgress())

    assert (result.status, result.measures, result.peak_mib) == ("not installed", {}, None)
    assert "pip install -r tests/side_by_side/requirements.txt" in result.note
    assert "no-such-package-as-this" in result.note


def test_a_system_that_crashes_is_reported_with_its_last_output_and_the_others_are_measured(
    monkeypatch: pytest.MonkeyPatch, tiny_settings: None, folder: BeirFolder
) -> None:
    names = [broken(monkeypatch, name) for name in ("Crashing", "Killed", "Perfect")]

    crashed, killed, healthy = compare_systems(folder, names, NoProgress())

    assert (crashed.status, killed.status, healthy.status) == ("failed", "failed", "measured")
    assert crashed.note.startswith("Its process ended with code 1. Its last output: RuntimeError: cannot search ")
    assert killed.note == "Its process ended with code 9."


def test_a_system_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tiny_settings: None, folder: BeirFolder) -> None:
    (result,) = compare_systems(folder, [broken(monkeypatch, "Hanging")], NoProgress(), limit_s=15)

    assert result.status == "failed"
    assert result.note == "It exceeded the time limit of 15 seconds. Its last output: It begins."


# How it is shown


class RecordedProgress(NoProgress):
    """Records the reports."""

    def __init__(self) -> None:
        self.reports: list[str] = []
        self.done = 0

    def start(self, total: int, unit: str = "documents") -> None:
        self.reports.append(f"{total} {unit}")

    def advance(self) -> None:
        self.done += 1

    def finish(self) -> None:
        self.reports.append(f"{self.done} done")


def test_progress_counts_the_ingest_and_each_question_of_both_rounds(
    monkeypatch: pytest.MonkeyPatch, tiny_settings: None, folder: BeirFolder
) -> None:
    progress = RecordedProgress()

    compare_systems(folder, [broken(monkeypatch, "Perfect")], progress)

    assert progress.reports == ["7 steps of Perfect", "7 done"]


def result(name: str, p50: float, note: str = "") -> SystemResult:
    measures = {"nDCG@10": 0.5, "hit@1": 0.25, "hit@5": 0.75, "recall@100": 1.0}
    latency = {"latency_p50_ms": p50, "latency_p95_ms": 2 * p50, "latency_p99_ms": 3 * p50, "cpu_p50_ms": p50 / 2}
    versions = {"package": "1.2"}
    rates = (2000.0, 800.0, 512.0)
    return SystemResult(name, f"what {name} is", "measured", versions, 10, 4, measures, latency, *rates, note)


def test_the_table_gives_each_cost_as_a_multiple_of_the_plain_recipes() -> None:
    missing = SystemResult("third", "what third is", "not installed", note="Install it with: pip install third")

    lines = as_markdown([result("footnote", 30.0), result("plain", 12.0), missing]).splitlines()

    assert lines[2] == (
        "| footnote | 0.500 | 0.250 | 0.750 | 1.000 | 30.0 (×2.50) | 60.0 (×2.50) | 90.0 (×2.50) "
        "| 15.0 (×2.50) | 2,000 (×1.00) | 800 (×1.00) | 512 (×1.00) |"
    )
    assert lines[4] == "| third | not installed |  |  |  |  |  |  |  |  |  |  |"
    assert "- **plain**: what plain is (package 1.2)." in lines
    assert "  Not installed: Install it with: pip install third" in lines
    assert {line.count("|") for line in lines[:5]} == {13}


def test_without_the_plain_recipe_there_are_no_multiples() -> None:
    assert "×" not in as_markdown([result("footnote", 30.0)])
    assert "30.0" in as_markdown([result("footnote", 30.0)])


# The command


def test_the_command_prints_the_table_and_writes_the_results(
    monkeypatch: pytest.MonkeyPatch, tiny_settings: None, folder: BeirFolder, tmp_path: Path
) -> None:
    name, out = broken(monkeypatch, "Perfect"), tmp_path / "results.json"

    ran = CliRunner().invoke(
        main, ["--set", str(folder.path), "--systems", f"{name}, {name}", "--questions", "2", "--out", str(out)]
    )

    assert ran.exit_code == 0, ran.output
    assert "| Perfect | 1.000 | 1.000 |" in ran.output
    (row,) = json.loads(out.read_text())
    assert SystemResult(**row).questions == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--systems", "plain,elastic"], 2, "There is no system 'elastic'. Choose from: footnote, plain, txtai-dense"),
        ([], 1, "nowhere has no qrels/*.tsv."),
    ],
)
def test_a_mistake_gets_one_clear_message(tmp_path: Path, arguments: list[str], code: int, message: str) -> None:
    ran = CliRunner().invoke(main, ["--set", str(tmp_path / "nowhere"), *arguments])

    assert ran.exit_code == code
    assert message in " ".join(ran.output.split())


def test_every_system_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "side-by-side.md").read_text(encoding="utf-8")
    assert [name for name in SYSTEMS if f"| `{name}` | " not in text] == []
