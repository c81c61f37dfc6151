"""`footnote-eval calibrate`, on small sets with the tiny encoder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from eval.cli import main
from service.answering.calibration import load_calibration
from service.answering.ranking.maxsim import SCORING_VERSION
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from tests.service.cli.conftest import Ran
from tests.service.conftest import settings_for_long

Write = Callable[..., Path]
Run = Callable[..., Ran]

NAMES = "ana bela carla dora elsa flor gina hilda ines juana karla luz maria nora olga paz rosa sara tita vera".split()
TEXTS = {name: f"The truce of {name} began in year {at}{at}{at}." for at, name in enumerate(NAMES, start=10)}
SIZES = {"passage_tokens": 40, "title_tokens": 8}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, tiny_encoder: Encoder) -> Path:
    """Return a data folder with one document per name."""
    folder = tmp_path_factory.mktemp("calibrate")
    settings = settings_for_long(data=folder / "data", encoder=str(tiny_model), **SIZES)
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text)
    with Store(settings.data, create=True) as store:
        Ingester(store, lambda: tiny_encoder, settings).ingest(sorted(folder.glob("*.txt")), NoProgress())
    return settings.data


@pytest.fixture
def footnote_eval(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> Run:
    for name, value in {"DATA": data, "ENCODER": tiny_model, **SIZES}.items():
        monkeypatch.setenv(f"FOOTNOTE_{name.upper()}", str(value))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr("sys.argv", ["footnote-eval", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            main()
        printed = capsys.readouterr()
        assert isinstance(exit_.value.code, int)
        return Ran(exit_.value.code, printed.out, printed.err)

    return run


@pytest.fixture
def mine(write: Write) -> Path:
    """Write JSON Lines: a question in the words of each document, and as many unrelated questions."""
    lines: list[dict[str, Any]] = [
        {"id": name, "question": f"When did the truce of {name} begin?", "answers": [{"document": name, "quote": text}]}
        for name, text in TEXTS.items()
    ]
    lines[0]["history"] = [{"role": "user", "content": "Which truces were there?"}]
    lines += [
        {"id": f"no-{name}", "question": f"Why is {name[::-1]} baking bread?", "answerable": False} for name in NAMES
    ]
    return write("mine.jsonl", "\n".join(map(json.dumps, lines)))


@pytest.fixture
def theirs(write: Write) -> Path:
    """Write a BEIR folder of the same documents, each in two parts with one title."""
    parts = [(f"{name}-{part}", name, text) for name, text in TEXTS.items() for part in (1, 2)]
    write(
        "theirs/corpus.jsonl",
        "\n".join(json.dumps({"_id": i, "title": title, "text": f"{text} {i[-1]}"}) for i, title, text in parts),
    )
    questions = (json.dumps({"_id": name, "text": f"When did the truce of {name} begin?"}) for name in NAMES)
    write("theirs/queries.jsonl", "\n".join(questions))
    rows = "".join(f"{name}\t{name}-{part}\t1\n" for name in NAMES for part in (1, 2))
    return write("theirs/qrels/test.tsv", rows).parent.parent


def test_a_calibration_is_fitted_written_and_can_be_used(
    footnote_eval: Run, mine: Path, theirs: Path, tmp_path: Path, tiny_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "new" / "calibration.json"
    monkeypatch.setenv("FOOTNOTE_READER", "off")
    ran = footnote_eval("calibrate", "--set", mine, "--set", theirs, "--leave-out", theirs, "--out", out)
    assert ran.code == 0, ran.err
    assert "mine: 20 answerable, 20 unanswerable\n  1 follow-up among them, asked after their earlier turns" in ran.out
    assert "theirs: 20 answerable, 20 left out\n  20 of 20 answerable questions have no words of the answer" in ran.out
    assert ran.out.count("have no words") == 1
    assert "\n*         0.300 " in ran.out
    rows = [line.split()[:2] for line in ran.out.splitlines() if line.startswith(("mine ", "theirs "))]
    assert rows == [[name, on] for on in ("all", "others", "itself") for name in ("mine", "theirs")]
    calibration = load_calibration(out, tiny_encoder.weights_sha256, SCORING_VERSION)
    assert calibration is not None
    counts = [(given.name, given.answerable, given.unanswerable, given.left_out) for given in calibration.sets]
    assert counts == [("mine", 20, 20, 0), ("theirs", 20, 0, 20)]
    assert calibration.refusals[0][0] == 0
    assert list(out.parent.iterdir()) == [out]
    for word in ("truce", "rosa", str(tmp_path)):
        assert word not in out.read_text()
    monkeypatch.setenv("FOOTNOTE_CALIBRATION", str(out))
    measured = footnote_eval("run", "--set", mine, "--json", "--require", "ECE<=0.5")
    assert measured.code == 0, measured.out


def test_a_question_is_asked_without_all_parts_of_the_article_that_answers(
    footnote_eval: Run, theirs: Path, tmp_path: Path
) -> None:
    given = ("calibrate", "--set", theirs, "--leave-out", theirs, "--json")
    ran = footnote_eval(*given, "--out", tmp_path / "whole.json")
    assert ran.code == 0, ran.err
    whole = json.loads(ran.out)["figures"][0]
    qrels = theirs / "qrels" / "test.tsv"
    first_parts = [line for line in qrels.read_text().splitlines() if "-1\t" in line]
    qrels.write_text("\n".join(first_parts))
    ran = footnote_eval(*given, "--out", tmp_path / "part.json")
    assert ran.code == 0, ran.err
    # the second part, which nobody judged, is left out with the first, and so does not score as high as it
    assert json.loads(ran.out)["figures"][0]["auroc_left_out"] == whole["auroc_left_out"] > 0.9


def test_the_same_sets_give_the_same_file(footnote_eval: Run, mine: Path, tmp_path: Path) -> None:
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    for out in files:
        assert footnote_eval("calibrate", "--set", mine, "--out", out).code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_an_old_calibration_does_not_stand_in_the_way_of_a_new_one(
    footnote_eval: Run, mine: Path, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_CALIBRATION", str(write("old.json", "{}")))
    assert footnote_eval("run", "--set", mine).code == 1
    assert footnote_eval("calibrate", "--set", mine, "--out", tmp_path / "new.json").code == 0


def test_an_existing_file_is_replaced_only_by_force(footnote_eval: Run, mine: Path, write: Write) -> None:
    out = write("out.json", "precious")
    ran = footnote_eval("calibrate", "--set", mine, "--out", out)
    assert (ran.code, out.read_text()) == (1, "precious")
    assert ran.err == f"Error: {out} exists already. Choose another name, or replace it with --force.\n"
    assert footnote_eval("calibrate", "--set", mine, "--out", out, "--force").code == 0
    assert json.loads(out.read_text())["format"] == 2


def test_a_set_is_never_written_over(footnote_eval: Run, mine: Path) -> None:
    before = mine.read_bytes()
    ran = footnote_eval("calibrate", "--set", mine, "--out", mine.parent / "." / mine.name, "--force")
    assert ran.code == 1
    assert "is one of the sets and would be overwritten. Choose another name." in ran.err
    assert mine.read_bytes() == before


def test_where_nothing_may_be_refused_nothing_is(
    footnote_eval: Run, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_REFUSED_ANSWERABLE", "0")
    ran = footnote_eval("calibrate", "--set", mine, "--out", tmp_path / "out.json")
    assert ran.code == 0, ran.err
    assert "never not_found, because no answerable question may be refused\n" in ran.out
    assert ran.out.count(" 0.000      -  0.000 ") == 2


def test_what_cannot_be_written_is_said_before_anything_is_asked(footnote_eval: Run, mine: Path, write: Write) -> None:
    below = write("file", "") / "out.json"
    for out, complaint in ((below, f"The calibration cannot be written to {below} ("), (mine.parent, "is a folder.")):
        ran = footnote_eval("calibrate", "--set", mine, "--out", out, "--force", "--data", "nowhere")
        assert ran.code == 1
        assert complaint in ran.err


def test_a_set_that_cannot_be_used_leaves_nothing_behind(footnote_eval: Run, write: Write, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out.json"
    ran = footnote_eval("calibrate", "--set", write("mine.jsonl", "{}"), "--out", out)
    assert ran.code == 1
    assert "mine.jsonl, line 1: id: field required." in ran.err
    assert not out.parent.exists()


def test_leaving_out_names_one_of_the_sets(footnote_eval: Run, mine: Path, tmp_path: Path) -> None:
    ran = footnote_eval("calibrate", "--set", mine, "--leave-out", "other", "--out", tmp_path / "out.json")
    assert ran.code == 2
    assert "--leave-out other is not one of the sets. Give it with --set too." in ran.err


def test_a_store_that_is_not_there_is_the_stores_mistake(footnote_eval: Run, mine: Path, tmp_path: Path) -> None:
    ran = footnote_eval("calibrate", "--set", mine, "--data", tmp_path / "none", "--out", tmp_path / "out.json")
    assert ran.code == 3


def test_a_question_whose_documents_are_all_that_there_is_is_named(
    footnote_eval: Run, write: Write, tmp_path: Path
) -> None:
    write("one/corpus.jsonl", '{"_id": "d", "text": "The truce began."}')
    write("one/queries.jsonl", "\n".join(f'{{"_id": "q{n}", "text": "truce"}}' for n in range(20)))
    folder = write("one/qrels/test.tsv", "".join(f"q{n}\td\t1\n" for n in range(20))).parent.parent
    ran = footnote_eval("calibrate", "--set", folder, "--leave-out", folder, "--out", tmp_path / "out.json")
    assert ran.code == 1
    assert "Without the documents that answer 'q0' the store has no passages." in ran.err


def test_a_share_of_wrong_answers_that_cannot_be_kept_is_said_with_what_it_means(
    footnote_eval: Run, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_WRONG_ANSWERS", "0.001")
    ran = footnote_eval("calibrate", "--set", mine, "--out", tmp_path / "out.json")
    assert ran.code == 0, ran.err
    assert (
        "No border keeps the share of wrong answers at 0.001 on these questions, so nothing will be claimed." in ran.out
    )
    assert "The least share with a border is 0." in ran.out
    monkeypatch.setenv("FOOTNOTE_CALIBRATION", str(tmp_path / "out.json"))
    measured = footnote_eval("run", "--set", mine, "--json")
    assert json.loads(measured.out)["measures"]["refusal_accuracy"] == 0.5


def test_another_version_of_the_evidence_is_noted_from_the_pipeline_in_use(
    footnote_eval: Run, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_READER", "off")
    monkeypatch.setattr("service.answering.ranking.maxsim.MaxSim.version", "another-2")
    assert footnote_eval("calibrate", "--set", mine, "--out", tmp_path / "out.json").code == 0
    assert json.loads((tmp_path / "out.json").read_text())["scoring"] == "another-2"
