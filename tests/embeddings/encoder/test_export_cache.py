"""Models exported to ONNX: the same vectors, made once, never trusted unread; and those that cannot be exported."""

import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.errors import EncoderError
from embeddings.encoder import export_cache as exporting
from embeddings.encoder.encoder import Encoder
from embeddings.encoder.export import smooth
from embeddings.encoder.model_files import DEFAULT_ENCODER
from embeddings.encoder.selection import PRECISIONS, Precision
from embeddings.encoder.torch_runtime import TorchRuntime
from tests.conftest import TINY_MAX_TOKENS
from tests.embeddings.conftest import runtime_of
from tests.embeddings.families import make

TEXTS = [
    "the truce",
    "",
    "a",
    "Café Ñandú: ¿por qué no? 🦜",
    "the truce began in the prison when gang talks began",
    "z " * (TINY_MAX_TOKENS - 2),
]


def nearness(a: Encoder, b: Encoder, text: str) -> float:
    """Return the lowest cosine between two encoders' vectors of a text and its tokens."""
    left, right = a.encode_question(text), b.encode_question(text)
    assert left.token_vectors.shape == right.token_vectors.shape
    return float(min(left.vector @ right.vector, np.sum(left.token_vectors * right.token_vectors, axis=1).min()))


def assert_private(exports: Path) -> None:
    """Nobody but its owner may read what was exported."""
    folders = [exports, *(path for path in exports.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert {stat.S_IMODE(path.stat().st_mode) for path in exports.rglob("*") if path.is_file()} == {0o600}


@pytest.fixture(scope="module")
def longformer(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that torch cannot export: what it does depends on what the text is."""
    return make("longformer", tmp_path_factory.mktemp("families") / "longformer", tiny_model)


@pytest.fixture
def kept(tmp_path: Path, exports: Path, tiny_model: Path) -> Path:
    """A folder with the tiny model's exports, for a test to damage."""
    for precision in PRECISIONS[:2]:
        Encoder(str(tiny_model), precision, exports)
        name = exporting.export_name(tiny_model, precision)
        shutil.copytree(exports / name, tmp_path / "exports" / name)
    return tmp_path / "exports"


@pytest.fixture
def exported_quickly(kept: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would be exported is copied from an earlier export. Gives the precisions that were asked for."""
    asked: list[str] = []
    made = shutil.copytree(kept, kept.with_name("made"))

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        out, precision = command[-2:]
        asked.append(precision)
        shutil.copytree(next(made.glob(f"{precision}-*")), out, dirs_exist_ok=True)
        facts = json.loads((Path(out) / "export.json").read_bytes())
        del facts["manifest_sha256"]  # the caller adds it
        (Path(out) / "export.json").write_text(json.dumps(facts))
        return subprocess.CompletedProcess(command, 0, stdout="", stderr="")

    monkeypatch.setattr(subprocess, "run", run)
    return asked


@pytest.fixture
def no_export(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is exported from here on."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it exports again")

    monkeypatch.setattr(subprocess, "run", refuse)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:9])
def test_an_export_in_float32_gives_the_models_own_vectors(
    tiny_encoder: Encoder, tiny_model: Path, exports: Path, text: str
) -> None:
    exported = Encoder(str(tiny_model), "float32", exports)

    assert runtime_of(exported) == "onnxruntime, float32"
    assert nearness(exported, tiny_encoder, text) > 0.99999
    [ours], [theirs] = exported.encode_passages([text]), tiny_encoder.encode_passages([text])
    np.testing.assert_allclose(ours.vector, theirs.vector, atol=1e-5)
    assert ours.token_signs.shape == theirs.token_signs.shape
    assert exported.fingerprint(size=1) == tiny_encoder.fingerprint(size=1)


def test_the_default_encoder_in_int8_is_near_its_model(default_encoder: Encoder) -> None:
    model = Encoder(DEFAULT_ENCODER)

    assert runtime_of(default_encoder) == "onnxruntime, int8"
    assert default_encoder.precision == "int8"
    for text in ("When did the truce begin?", "The talks were over, and nobody had signed anything. " * 15):
        ours, theirs = default_encoder.encode_question(text), model.encode_question(text)
        assert ours.vector @ theirs.vector > 0.98
        assert np.sum(ours.token_vectors * theirs.token_vectors, axis=1).mean() > 0.98
    assert default_encoder.fingerprint() != model.fingerprint()


def test_what_a_text_is_encoded_with_changes_nothing(default_encoder: Encoder) -> None:
    texts = [f"{'The truce began in March. ' * (number % 9)}{number}" for number in range(40)]

    together = list(default_encoder.encode_passages(texts))

    for text, encoding in zip(texts, together, strict=True):
        [alone] = default_encoder.encode_passages([text])
        assert np.array_equal(encoding.vector, alone.vector)
        assert np.array_equal(encoding.token_signs, alone.token_signs)


def test_passages_that_nobody_takes_are_not_encoded_to_the_end(default_encoder: Encoder) -> None:
    encodings = default_encoder.encode_passages(["the truce"] * 500)
    next(encodings)
    encodings.close()  # type: ignore[attr-defined]

    assert len(default_encoder.encode_question("and now?").token_vectors) == 3


@pytest.mark.parametrize("family", ["mpnet", "distilbert", "modernbert"])
def test_other_families_are_exported_too(family: str, tiny_model: Path, tmp_path: Path) -> None:
    folder = make(family, tmp_path / family, tiny_model)
    model, said = Encoder(str(folder)), list[str]()
    exported = Encoder(str(folder), None, tmp_path / "exports", said.append)

    assert runtime_of(exported) == "onnxruntime, int8"
    assert said == ["Preparing the encoder for this machine, which is done once and takes a moment."]
    assert all(nearness(exported, model, text) > 0.99 for text in TEXTS)
    assert_private(tmp_path / "exports")


def test_a_model_is_exported_once(kept: Path, tiny_model: Path, no_export: None) -> None:
    wanted: tuple[Precision | None, ...] = ("int8", "float32", None)
    for precision in wanted:
        said: list[str] = []
        Encoder(str(tiny_model), precision, kept, said.append)
        assert said == []


def test_another_model_and_another_pooling_are_exported_again(kept: Path, tiny_model: Path, tmp_path: Path) -> None:
    changed = Path(shutil.copytree(tiny_model, tmp_path / "pooling"))
    pooling = changed / "1_Pooling" / "config.json"
    pooling.write_text(pooling.read_text().replace('"mean"', '"cls"'))

    ours = Encoder(str(changed), "float32", kept)

    assert nearness(ours, Encoder(str(changed)), "the truce began") > 0.99999
    assert nearness(ours, Encoder(str(tiny_model), "float32", kept), "the truce began") < 0.999


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def of_another_format(path: Path) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 0}))


def all_but(path: Path) -> None:
    path.write_text("{}")


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("model.onnx", flip),
        ("model.onnx", Path.unlink),
        ("tokenizer.json", flip),
        ("tokenizer.json", halve),
        ("export.json", flip),
        ("export.json", halve),
        ("export.json", empty),
        ("export.json", all_but),
        ("export.json", of_another_format),
    ],
)
def test_a_damaged_export_is_made_again(
    kept: Path, tiny_model: Path, name: str, damage: Callable[[Path], Any], exported_quickly: list[str]
) -> None:
    before = Encoder(str(tiny_model), "float32", kept).encode_question("who began it?")
    for path in kept.glob(f"float32-*/{name}"):
        damage(path)
    said: list[str] = []

    after = Encoder(str(tiny_model), "float32", kept, said.append).encode_question("who began it?")

    assert len(said) == 1
    assert exported_quickly == ["float32"]
    assert np.array_equal(before.token_vectors, after.token_vectors)
    said.clear()
    Encoder(str(tiny_model), "float32", kept, said.append)
    assert said == []
    assert not [path for path in kept.iterdir() if not path.name.startswith(("float32-", "int8-"))]


def test_an_export_that_cannot_be_kept_is_made_each_time(
    tiny_model: Path, tmp_path: Path, exported_quickly: list[str]
) -> None:
    (tmp_path / "file").write_text("in the way")

    for _ in range(2):
        said: list[str] = []
        encoder = Encoder(str(tiny_model), "float32", tmp_path / "file" / "exports", said.append)
        assert runtime_of(encoder) == "onnxruntime, float32"
        assert said[-1].startswith(
            f"The prepared encoder cannot be kept in {tmp_path / 'file' / 'exports'}, so each start prepares it again."
        )

    assert exported_quickly == ["float32", "float32"]


def test_several_at_once_all_get_theirs(tiny_model: Path, tmp_path: Path, exported_quickly: list[str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        loaded = list(pool.map(lambda _: Encoder(str(tiny_model), "float32", tmp_path / "new"), range(4)))

    vectors = [encoder.encode_question("who began it?").vector for encoder in loaded]
    assert all(np.array_equal(vectors[0], vector) for vector in vectors)
    assert len(list((tmp_path / "new").iterdir())) == 1
    assert exported_quickly == ["float32"]  # by one of them; the others waited for it


def test_exports_of_older_formats_are_deleted_and_nothing_else(
    tiny_model: Path, tmp_path: Path, exported_quickly: list[str]
) -> None:
    exports, digest = tmp_path / "new", 24 * "a"
    older = [f"int8-4-{digest}", f"float32-{exporting.EXPORT_FORMAT - 1}-{digest}"]
    others = [f"int8-{exporting.EXPORT_FORMAT}-{digest}", f"int8-{exporting.EXPORT_FORMAT + 1}-{digest}", "notes-1"]
    for name in (*older, *others):
        (exports / name).mkdir(parents=True)

    Encoder(str(tiny_model), "float32", exports)

    made = exporting.export_name(tiny_model, "float32")
    assert {path.name for path in exports.iterdir()} == {*others, made}


def test_a_model_that_cannot_be_exported_runs_on_torch_and_says_so(
    longformer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    encoder = Encoder(str(longformer), None, tmp_path / "exports", said.append)

    assert runtime_of(encoder) == "torch, float32"
    assert said[-1].startswith(f"The encoder {longformer} cannot be exported (")
    assert said[-1].endswith("It runs on torch, which is slower.")
    assert len(said[-1]) < len(str(longformer)) + 250
    assert said[-1].isprintable()
    assert_private(tmp_path / "exports")
    monkeypatch.setattr(subprocess, "run", None)  # it is not tried again
    again: list[str] = []
    assert Encoder(str(longformer), None, tmp_path / "exports", again.append).precision == "float32"
    assert again == said[-1:]
    with pytest.raises(
        EncoderError, match=r"cannot run in int8 \(.*\)\. Set FOOTNOTE_PRECISION=float32, and re-encode"
    ):
        Encoder(str(longformer), "int8", tmp_path / "exports")


def test_a_new_version_of_the_tools_is_given_another_chance(
    tiny_model: Path, tmp_path: Path, exported_quickly: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = subprocess.run

    def refuse(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 3, stdout="there is no such operator\n", stderr="")

    monkeypatch.setattr(subprocess, "run", refuse)
    said: list[str] = []
    encoder = Encoder(str(tiny_model), "float32", tmp_path / "new", said.append)
    assert runtime_of(encoder) == "torch, float32"
    assert "(there is no such operator)" in said[-1]

    monkeypatch.setattr(subprocess, "run", quick)
    assert runtime_of(Encoder(str(tiny_model), "float32", tmp_path / "new")) == "torch, float32"
    monkeypatch.setattr(exporting, "version", lambda _: "99.0")
    assert runtime_of(Encoder(str(tiny_model), "float32", tmp_path / "new")) == "onnxruntime, float32"
    assert exported_quickly == ["float32"]


def test_a_model_that_loses_too_much_in_int8_runs_in_float32_and_says_so(
    tiny_model: Path, tmp_path: Path, exported_quickly: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = subprocess.run

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        if command[-1] == "float32":
            return quick(command, **options)
        return subprocess.CompletedProcess(command, 3, stdout="a cosine of 0.9\n", stderr="")

    monkeypatch.setattr(subprocess, "run", run)
    said: list[str] = []
    encoder = Encoder(str(tiny_model), None, tmp_path / "new", said.append)

    assert runtime_of(encoder) == "onnxruntime, float32"
    assert said[-1].endswith("cannot run in int8 (a cosine of 0.9). It runs in float32, which is slower.")


def test_int8_needs_an_export(tiny_model: Path) -> None:
    with pytest.raises(EncoderError, match=r"cannot run in int8 \(it is not exported\)"):
        Encoder(str(tiny_model), "int8")


def test_bfloat16_runs_on_torch(tiny_model: Path, tiny_encoder: Encoder, exports: Path) -> None:
    encoder = Encoder(str(tiny_model), "bfloat16", exports)

    assert runtime_of(encoder) == "torch, bfloat16"
    assert nearness(encoder, tiny_encoder, "the truce began in the prison") > 0.999
    assert encoder.fingerprint() != tiny_encoder.fingerprint()


def test_a_model_that_cannot_be_loaded_is_refused_with_the_same_sentence(tiny_model: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "broken"))
    (folder / "config.json").write_text('{"model_type": "bert", ')

    refusals = []
    for exports in (None, tmp_path / "exports"):
        with pytest.raises(EncoderError) as refused:
            Encoder(str(folder), "float32", exports)
        refusals.append(str(refused.value))

    assert refusals[0] == refusals[1]
    assert refusals[0].endswith("Check that it is a sentence-transformers model.")


def test_a_full_disk_is_named(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 1, stdout="No space left on device\n", stderr="")

    monkeypatch.setattr(subprocess, "run", full)

    with pytest.raises(EncoderError, match=r"could not be prepared \(No space left on device\)\. Is there room in"):
        Encoder(str(tiny_model), "float32", tmp_path / "exports")


def test_what_runs_on_an_export_imports_no_torch(exports: Path, default_encoder: Encoder) -> None:
    script = (
        "import sys, pathlib\n"
        "from embeddings.encoder import DEFAULT_ENCODER, Encoder\n"
        "encoder = Encoder(DEFAULT_ENCODER, None, pathlib.Path(sys.argv[1]))\n"
        "encoder.encode_question('Is torch there?')\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'onnx', 'onnxscript'}\n"
        "print(type(encoder._runtime).__name__, sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(exports)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "OnnxRuntime []\n"


def test_smoothing_changes_no_output_and_levels_what_goes_in(tiny_model: Path) -> None:
    import torch

    model = TorchRuntime(tiny_model, "tiny", "float32", device="cpu")
    torch.manual_seed(3)
    norm = next(module for module in model.module.modules() if isinstance(module, torch.nn.LayerNorm))
    norm.weight.data[5] *= 60  # as in trained models, one component is far larger than the others
    ids = np.array([[2, 5, 7, 11, 13, 17, 3]])
    before = model.outputs(ids)
    layer = next(module for name, module in model.module.named_modules() if name.endswith("query"))
    seen: list[Any] = []

    def spread() -> float:
        seen.clear()
        hook = layer.register_forward_pre_hook(lambda _, given: seen.append(given[0].abs().reshape(-1, 32).amax(0)))
        model.outputs(ids)
        hook.remove()
        return float(seen[0].max() / seen[0].median())

    unlevelled = spread()
    smooth(model)

    for ours, theirs in zip(model.outputs(ids), before, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)
    assert spread() < unlevelled / 3
