"""The encoder against plain sentence-transformers and transformers, with models made here and the default one."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpus.errors import EncoderError
from embeddings.encoder.encoder import Encoder, PassageEncoding
from embeddings.encoder.model_files import DEFAULT_ENCODER, model_folder
from tests.conftest import TINY_DIMENSION, TINY_MAX_TOKENS, make_tiny_model
from tests.embeddings.conftest import make_byte_level_model

Floats = NDArray[np.float32]

ROOT = Path(__file__).parents[3]
FLOAT_NOISE = 1e-4
"""Values nearer to zero than this may change their sign with the rest of their batch."""

PASSAGES = [
    "The truce began in March 2012.",
    "Who? Nobody knows.",
    "a",
    "Café Ñandú: ¿por qué no? 🦜",
    "prison gang talks " * 9,
    "zz zz zz zz 1234567890",
]
QUESTIONS = {
    "empty": "",
    "white space": " \n\t ",
    "a letter": "a",
    "an emoji": "🦜",
    "a family emoji": "👨‍👩‍👧‍👦",
    "another script": "停戦はいつ始まりましたか",
    "zero-width": "\u200b\u200b",
    "null character": "\0",
    "5,000 letters": "a" * 5000,
    "5,000 characters": "when did it begin? " * 264,
    "5,000 emoji": "🦜" * 5000,
    "5,000 combining marks": "e" + "\u0301" * 4999,
    "outer white space": "  when did it begin?  ",
}
texts = st.text(st.characters(codec="utf-8"), max_size=80)
same_fixture = examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


class Plain:
    """What plain sentence-transformers and transformers make of a text with a model's folder."""

    def __init__(self, folder: Path) -> None:
        import transformers
        from sentence_transformers import SentenceTransformer

        auto: Any = transformers
        self.model = SentenceTransformer(str(folder), device="cpu")
        self._tokenizer = auto.AutoTokenizer.from_pretrained(folder)
        self._transformer = auto.AutoModel.from_pretrained(folder).eval()

    def vector(self, text: str) -> Floats:
        vector: Floats = self.model.encode(text, normalize_embeddings=True, prompt="")
        return vector

    def last_hidden_states(self, text: str) -> Floats:
        import torch

        with torch.inference_mode():
            output = self._transformer(**self._tokenizer(text, return_tensors="pt"))
        states: Floats = output.last_hidden_state[0].numpy()
        return states


@pytest.fixture(scope="session")
def plain_tiny(tiny_model: Path) -> Plain:
    return Plain(tiny_model)


@pytest.fixture(scope="session")
def plain_default() -> Plain:
    return Plain(model_folder(DEFAULT_ENCODER))


@pytest.fixture(scope="session")
def byte_level_encoder(byte_level_model: Path) -> Encoder:
    return Encoder(str(byte_level_model))


def one(encoder: Encoder, text: str) -> PassageEncoding:
    [encoding] = encoder.encode_passages([text])
    return encoding


def assert_signs_of(signs: NDArray[np.uint8], states: Floats) -> None:
    """The signs are those of the states, where these are not so near to zero that noise decides."""
    bits = np.unpackbits(signs, axis=1).astype(bool)
    assert bits.shape == states.shape
    clear = np.abs(states) > FLOAT_NOISE
    assert clear.mean() > 0.99
    assert (bits == (states > 0))[clear].all()


@pytest.mark.parametrize("text", PASSAGES, ids=lambda text: text[:12])
def test_a_passages_vector_is_the_one_sentence_transformers_gives(
    tiny_encoder: Encoder, plain_tiny: Plain, text: str
) -> None:
    vector = one(tiny_encoder, text).vector

    assert vector.shape == (TINY_DIMENSION,)
    assert vector.dtype == np.float32
    np.testing.assert_allclose(vector, plain_tiny.vector(text), atol=1e-6)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("text", PASSAGES, ids=lambda text: text[:12])
def test_token_signs_are_those_of_the_models_last_hidden_states(
    tiny_encoder: Encoder, plain_tiny: Plain, text: str
) -> None:
    assert_signs_of(one(tiny_encoder, text).token_signs, plain_tiny.last_hidden_states(text))


def test_a_questions_vectors_are_the_models_own_without_special_tokens(
    tiny_encoder: Encoder, plain_tiny: Plain
) -> None:
    question = "When did the truce begin?"
    encoded = tiny_encoder.encode_question(question)
    states = plain_tiny.last_hidden_states(question)[1:-1]

    np.testing.assert_allclose(encoded.vector, plain_tiny.vector(question), atol=1e-6)
    assert len(encoded.token_vectors) == tiny_encoder.count_tokens(question)
    np.testing.assert_allclose(encoded.token_vectors, states / np.linalg.norm(states, axis=1, keepdims=True), atol=1e-5)


def test_the_default_encoder_gives_the_vectors_and_signs_of_its_model(plain_default: Plain) -> None:
    default_encoder = Encoder(DEFAULT_ENCODER)
    for text in (*PASSAGES, "The quick brown fox. " * 40):
        encoding = one(default_encoder, text)
        np.testing.assert_allclose(encoding.vector, plain_default.vector(text), atol=1e-5)
        assert_signs_of(encoding.token_signs, plain_default.last_hidden_states(text))


def test_the_rest_of_a_batch_changes_nothing_beyond_float_noise(tiny_encoder: Encoder, plain_tiny: Plain) -> None:
    chance = random.Random(3)  # noqa: S311
    words = "the truce prison gang talks began year homicides café 🦜 zz 1992".split()
    batch = [" ".join(chance.choices(words, k=chance.randrange(1, 14))) for _ in range(70)]

    together = list(tiny_encoder.encode_passages(batch))

    assert len(together) == len(batch)
    for text, encoding in zip(batch, together, strict=True):
        np.testing.assert_allclose(encoding.vector, plain_tiny.vector(text), atol=1e-5)
        assert_signs_of(encoding.token_signs, plain_tiny.last_hidden_states(text))


def test_encodings_come_in_the_order_of_the_texts(tiny_encoder: Encoder) -> None:
    texts = [f"{'the truce ' * (at * 7 % 10)}{at}" for at in range(40)]

    lengths = [len(encoding.token_signs) for encoding in tiny_encoder.encode_passages(texts)]

    assert lengths == [len(tiny_encoder.token_spans(text)) for text in texts]


def test_no_passages_give_no_encodings(tiny_encoder: Encoder) -> None:
    assert list(tiny_encoder.encode_passages([])) == []


def test_a_passage_of_exactly_the_maximum_length_keeps_every_token(tiny_encoder: Encoder) -> None:
    longest = "z " * (TINY_MAX_TOKENS - tiny_encoder.special_tokens)

    assert len(one(tiny_encoder, longest).token_signs) == TINY_MAX_TOKENS


def test_a_passage_too_long_is_refused_and_never_truncated(tiny_encoder: Encoder) -> None:
    too_long = "z " * (TINY_MAX_TOKENS - tiny_encoder.special_tokens + 1)
    encodings = tiny_encoder.encode_passages(["short", *["z"] * 40, too_long])

    with pytest.raises(EncoderError, match=r"A passage exceeds the 64 tokens"):
        list(encodings)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
@pytest.mark.parametrize("model", ["tiny_encoder", "byte_level_encoder", "default_encoder"])
def test_a_question_of_any_length_and_kind_is_encoded(
    model: str, question: str, request: pytest.FixtureRequest
) -> None:
    encoder: Encoder = request.getfixturevalue(model)

    encoded = encoder.encode_question(question)

    assert encoded.vector.shape == (encoder.dimension,)
    assert encoded.token_vectors.shape[1] == encoder.dimension
    assert 1 <= len(encoded.token_vectors) <= encoder.max_tokens
    for rows in (encoded.vector[np.newaxis], encoded.token_vectors):
        assert rows.dtype == np.float32
        assert np.isfinite(rows).all()
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_a_question_too_long_is_asked_by_its_beginning(tiny_encoder: Encoder) -> None:
    beginning = "z" * (TINY_MAX_TOKENS - tiny_encoder.special_tokens)

    whole = tiny_encoder.encode_question(beginning + " and then some " * 300)

    np.testing.assert_allclose(whole.vector, tiny_encoder.encode_question(beginning).vector, atol=1e-6)


def test_token_spans_say_which_characters_each_token_stands_for(tiny_encoder: Encoder) -> None:
    text = "Café, 🦜 über\u00a0Ñu e\u0301 İ"
    spans = tiny_encoder.token_spans(text)

    assert spans[0] == spans[-1] == (0, 0)
    tokens = [text[start:end] for start, end in spans[1:-1]]
    assert tokens == ["C", "a", "f", "é", ",", "🦜", "ü", "b", "e", "r", "Ñ", "u", "e", "İ"]


@given(text=texts)
@pytest.mark.parametrize("model", ["tiny_encoder", "byte_level_encoder"])
@same_fixture
def test_token_spans_lie_in_the_text_in_order_a_row_each(model: str, request: pytest.FixtureRequest, text: str) -> None:
    encoder: Encoder = request.getfixturevalue(model)
    spans = encoder.token_spans(text)
    real = spans[1:-1]

    assert len(real) == encoder.count_tokens(text)
    assert all(0 <= start < end <= len(text) for start, end in real)
    assert real == sorted(real)
    if len(spans) <= encoder.max_tokens:
        assert len(one(encoder, text).token_signs) == len(spans)


@given(text=texts, tokens=st.integers(0, 30))
@pytest.mark.parametrize("model", ["tiny_encoder", "byte_level_encoder"])
@same_fixture
def test_the_first_tokens_are_a_beginning_of_at_most_that_length(
    model: str, request: pytest.FixtureRequest, text: str, tokens: int
) -> None:
    encoder: Encoder = request.getfixturevalue(model)
    beginning = encoder.first_tokens(text, tokens)

    assert text.startswith(beginning)
    assert encoder.count_tokens(beginning) <= tokens
    if encoder.count_tokens(text) <= tokens:
        assert beginning == text


def test_the_first_tokens_are_as_many_as_there_is_room_for(tiny_encoder: Encoder) -> None:
    assert tiny_encoder.first_tokens("the truce began in march", 3) == "the truce began"
    assert tiny_encoder.first_tokens("  the truce", 1) == "  the"
    assert tiny_encoder.first_tokens("the truce", 0) == ""


def test_special_tokens_are_not_counted(tiny_encoder: Encoder) -> None:
    assert tiny_encoder.special_tokens == 2
    assert tiny_encoder.count_tokens("") == 0
    assert tiny_encoder.count_tokens("the truce, xy") == 5


def test_eight_threads_get_the_same_as_one_alone(tiny_encoder: Encoder) -> None:
    rounds = 12
    shared = "the truce began"
    own = [f"{'gang ' * number}talks {number}" for number in range(8)]
    alone = {text: (one(tiny_encoder, text), tiny_encoder.encode_question(text)) for text in (shared, *own)}
    spans = {text: tiny_encoder.token_spans(text) for text in (shared, *own)}

    def work(number: int) -> list[str]:
        wrong = []
        for text in (shared, own[number]) * rounds:
            passage, question = one(tiny_encoder, text), tiny_encoder.encode_question(text)
            same = (
                np.array_equal(passage.vector, alone[text][0].vector)
                and np.array_equal(passage.token_signs, alone[text][0].token_signs)
                and np.array_equal(question.token_vectors, alone[text][1].token_vectors)
                and tiny_encoder.token_spans(text) == spans[text]
            )
            wrong += [] if same else [text]
        return wrong

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [[]] * 8


def test_the_fingerprint_knows_the_weights_but_not_the_place(
    tiny_encoder: Encoder, tiny_model: Path, tmp_path: Path
) -> None:
    moved = Path(shutil.copytree(tiny_model, tmp_path / "elsewhere"))

    assert Encoder(str(moved)).fingerprint(size=1) == tiny_encoder.fingerprint(size=1)
    assert Encoder(str(make_tiny_model(tmp_path / "other", seed=2))).fingerprint() != tiny_encoder.fingerprint()


def test_the_fingerprint_knows_the_pooling_and_the_maximum_length(
    tiny_encoder: Encoder, tiny_model: Path, tmp_path: Path
) -> None:
    prints = [tiny_encoder.fingerprint()]
    for name, file, old, new in (
        ("pooling", "1_Pooling/config.json", '"mean"', '"cls"'),
        ("length", "tokenizer_config.json", '"model_max_length": 64', '"model_max_length": 48'),
    ):
        changed = Path(shutil.copytree(tiny_model, tmp_path / name)) / file
        before = changed.read_text()
        changed.write_text(before.replace(old, new))
        assert changed.read_text() != before
        prints.append(Encoder(str(tmp_path / name)).fingerprint())

    assert len(set(prints)) == 3


def test_the_fingerprint_knows_how_texts_are_cut(tiny_encoder: Encoder) -> None:
    prints = {
        tiny_encoder.fingerprint(passage_tokens=200, title_tokens=32),
        tiny_encoder.fingerprint(passage_tokens=201, title_tokens=32),
        tiny_encoder.fingerprint(passage_tokens=200, title_tokens=33),
        tiny_encoder.fingerprint(),
    }

    assert len(prints) == 4
    assert tiny_encoder.fingerprint(a=1, b=2) == tiny_encoder.fingerprint(b=2, a=1)


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (shutil.rmtree, "There is no folder"),
    "no weights": (
        lambda folder: (folder / "model.safetensors").unlink(),
        "has no .safetensors weights. Choose one that does.",
    ),
    "short weights": (lambda folder: os.truncate(folder / "model.safetensors", 1000), "cannot be loaded"),
    "config": (lambda folder: (folder / "config.json").write_text('{"model_type": "bert", '), "cannot be loaded"),
    "modules": (lambda folder: (folder / "modules.json").write_text("[{"), "cannot be loaded"),
    "tokenizer": (lambda folder: (folder / "tokenizer.json").write_text("{}"), "cannot be loaded"),
}


@pytest.mark.parametrize(("damage", "sentence"), DAMAGES.values(), ids=DAMAGES)
def test_a_broken_model_is_refused_with_a_sentence(
    tiny_model: Path, tmp_path: Path, damage: Any, sentence: str
) -> None:
    folder = Path(shutil.copytree(tiny_model, tmp_path / "broken"))
    damage(folder)

    with pytest.raises(EncoderError) as refused:
        Encoder(str(folder))

    assert sentence in str(refused.value)
    assert str(refused.value).endswith((".", "name."))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("dense", "message"),
    [(16, "16 dimensions for a text and 32 for a token"), (12, "12 dimensions; a multiple of 8")],
)
def test_a_model_with_unusable_dimensions_is_refused(tmp_path: Path, dense: int, message: str) -> None:
    folder = make_byte_level_model(tmp_path / "dense", dense=dense)

    with pytest.raises(EncoderError, match=message):
        Encoder(str(folder))


OFFLINE_SCRIPT = """
import pathlib, socket, sys

reached = []

def refuse(self, address):
    if self.family == socket.AF_UNIX or str(address[0]) in ("127.0.0.1", "::1"):
        return connect(self, address)
    reached.append(address)
    raise OSError("the network was touched")

def resolve(host, *args, **kwargs):
    if host not in ("localhost", "127.0.0.1", "::1", None):
        reached.append(host)
        raise socket.gaierror("the network was touched")
    return getaddrinfo(host, *args, **kwargs)

connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = resolve

from corpus.store import Store
from embeddings.encoder import DEFAULT_ENCODER, Encoder
from service.answering import Pipeline
from service.ingest import Ingester
from service.retrieval.fingerprints import fingerprint
from service.retrieval.library import Library
from service.runtime.progress import NoProgress
from service.settings import Settings

folder = pathlib.Path(sys.argv[1])
(folder / "tides.txt").write_text("Tides\\n\\nThe moon's gravity raises the tides twice a day.")
settings = Settings(data=folder / "data")
encoder = Encoder(DEFAULT_ENCODER)
with Store(settings.data, create=True) as store:
    Ingester(store, lambda: encoder, settings).ingest([folder / "tides.txt"], NoProgress())
library = Library(settings, encoder)
answer = Pipeline(library, settings).ask("What raises the tides?")
library.close()
print(answer.status, answer.passages[0].citation.document_id, reached)
"""


def test_loading_ingesting_and_asking_touch_no_network(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE_SCRIPT, str(tmp_path)],
        cwd=ROOT,
        env={"PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )

    assert done.stdout == "answered tides []\n", done.stderr
