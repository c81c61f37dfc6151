"""Prompts of models: read before every text in both runtimes, and never taken for a part of it."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from corpus.errors import EncoderError
from embeddings.encoder.encoder import Encoder
from embeddings.encoder.prompts import Prompts
from embeddings.tokens.maxsim import sign_bits
from service.answering.highlight import Highlighter
from service.answering.sentences import Passage, QuestionWords
from service.reading.splitting import DocumentStructure, PassageSizes, split_text
from tests.embeddings.conftest import runtime_of

QUERY, DOCUMENT = "query: ", "passage: "
PROMPTS = {"query": QUERY, "passage": DOCUMENT}
TEXTS = ["the truce", "", "a", "Café Ñandú: ¿por qué no? 🦜", "the truce began in the prison"]

Prompted = Callable[..., Path]


@pytest.fixture
def prompted(tmp_path: Path) -> Prompted:
    """Copies a model, and lets the copy declare prompts, as E5 and BGE do."""

    def _prompted(
        model: Path, prompts: Mapping[str, str] = PROMPTS, default: str | None = None, *, pools_prompt: bool = True
    ) -> Path:
        folder = Path(shutil.copytree(model, tmp_path / "prompted", dirs_exist_ok=True))
        config = folder / "config_sentence_transformers.json"
        declared = {"prompts": dict(prompts), "default_prompt_name": default}
        config.write_text(json.dumps({**json.loads(config.read_text()), **declared}))
        pooling = folder / "1_Pooling" / "config.json"
        pooling.write_text(json.dumps({**json.loads(pooling.read_text()), "include_prompt": pools_prompt}))
        return folder

    return _prompted


def plain(folder: Path, text: str, prompt: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The vector and the token vectors that sentence-transformers gives, those of the prompt left out."""
    from sentence_transformers import SentenceTransformer

    model: Any = SentenceTransformer(str(folder), device="cpu")
    output = model.encode(text, prompt=prompt, output_value=None)
    encoded = model.tokenizer(prompt + text, return_offsets_mapping=True, return_special_tokens_mask=True)
    kept = [
        bool(special) or end > len(prompt)
        for (_, end), special in zip(encoded["offset_mapping"], encoded["special_tokens_mask"], strict=True)
    ]
    return model.encode(text, prompt=prompt), output["token_embeddings"].numpy()[np.array(kept)]


@pytest.mark.parametrize("pools_prompt", [True, False], ids=["pooled", "not pooled"])
@pytest.mark.parametrize("model", ["tiny_model", "byte_level_model"])
def test_both_runtimes_give_the_vectors_of_sentence_transformers(
    model: str, pools_prompt: bool, prompted: Prompted, exports: Path, request: pytest.FixtureRequest
) -> None:
    folder = prompted(request.getfixturevalue(model), pools_prompt=pools_prompt)
    encoders = [Encoder(str(folder), "float32", kept) for kept in (None, exports)]

    assert [runtime_of(encoder) for encoder in encoders] == ["torch, float32", "onnxruntime, float32"]
    assert encoders[0].fingerprint() == encoders[1].fingerprint()
    for text in TEXTS:
        passage, passage_tokens = plain(folder, text, DOCUMENT)
        question, question_tokens = plain(folder, text, QUERY)
        for encoder in encoders:
            [encoding] = encoder.encode_passages([text])
            asked = encoder.encode_question(text)
            np.testing.assert_allclose(encoding.vector, passage, atol=1e-5)
            np.testing.assert_allclose(asked.vector, question, atol=1e-5)
            assert (encoding.token_signs != sign_bits(passage_tokens)).mean() < 0.02  # noise around zero
            expected = question_tokens[1:-1] if len(question_tokens) > 2 else asked.token_vectors
            unit = expected / np.linalg.norm(expected, axis=1, keepdims=True)
            np.testing.assert_allclose(asked.token_vectors, unit, atol=1e-4)


def test_a_prompt_changes_the_vectors_of_its_role_alone(
    tiny_model: Path, tiny_encoder: Encoder, prompted: Prompted
) -> None:
    encoder = Encoder(str(prompted(tiny_model, {"query": QUERY})))
    text = "who began the truce?"
    [passage], [without] = encoder.encode_passages([text]), tiny_encoder.encode_passages([text])

    assert np.array_equal(passage.vector, without.vector)
    assert np.array_equal(passage.token_signs, without.token_signs)
    assert encoder.encode_question(text).vector @ tiny_encoder.encode_question(text).vector < 0.999


@pytest.mark.parametrize("model", ["tiny_model", "byte_level_model"])
def test_each_kept_token_has_a_span_in_the_text(model: str, prompted: Prompted, request: pytest.FixtureRequest) -> None:
    encoder = Encoder(str(prompted(request.getfixturevalue(model))))
    for text in TEXTS:
        spans = encoder.token_spans(text)
        [encoding] = encoder.encode_passages([text])

        assert len(spans) == len(encoding.token_signs)
        assert spans[0] == spans[-1] == (0, 0)
        assert all(0 <= start < end <= len(text) for start, end in spans[1:-1])
        assert "".join(text.split()) == "".join("".join(text[slice(*span)] for span in dict.fromkeys(spans)).split())


def test_the_highlight_is_the_sentence_that_answers(tiny_model: Path, prompted: Prompted) -> None:
    encoder = Encoder(str(prompted(tiny_model)))
    text, title = "The gang talks. The truce began. Zzz.", "Prison"
    wanted = text.index("The truce"), text.index(" Zzz")
    spans = np.array(encoder.token_spans(f"{title}. {text}")) - len(f"{title}. ")
    similarities = np.where((spans[:, :1] >= wanted[0]) & (spans[:, 1:] <= wanted[1]), 1.0, 0.1).astype(np.float32)

    words = QuestionWords.of("When did it begin?")
    [found] = Highlighter(encoder, 8).highlight(Passage(text, title, "en"), similarities, words)

    assert (found.start, found.end) == wanted


def test_no_passage_with_prompt_and_title_exceeds_the_length_limit(tiny_model: Path, prompted: Prompted) -> None:
    encoder = Encoder(str(prompted(tiny_model)))
    text = "the truce began in the prison when gang talks began; " * 30
    made = split_text(encoder, PassageSizes(1000, 8), DocumentStructure("The year of the truce"), text)
    texts = [made.prefix + text[passage.start : passage.end] for passage in made.passages]

    assert len(list(encoder.encode_passages(texts))) == len(texts) > 5
    assert max(encoder.count_tokens(DOCUMENT + one) for one in texts) > 64 - encoder.special_tokens - 8
    longest = "z " * (64 - encoder.special_tokens - encoder.count_tokens(DOCUMENT))
    assert len(list(encoder.encode_passages([longest]))) == 1
    with pytest.raises(EncoderError, match="exceeds the 64 tokens"):
        list(encoder.encode_passages([longest + "z"]))


def test_a_question_too_long_loses_its_end_and_not_its_prompt(tiny_model: Path, prompted: Prompted) -> None:
    folder = prompted(tiny_model)
    encoder = Encoder(str(folder))
    asked = encoder.encode_question("z " * 300)

    assert len(asked.token_vectors) == encoder.question_tokens
    np.testing.assert_allclose(asked.vector, plain(folder, "z " * encoder.question_tokens, QUERY)[0], atol=1e-5)


def test_prompts_are_part_of_the_fingerprint(tiny_model: Path, tiny_encoder: Encoder, prompted: Prompted) -> None:
    prints = [tiny_encoder.fingerprint()]
    for prompts in (PROMPTS, {"query": QUERY}, {"document": DOCUMENT}):
        prints.append(Encoder(str(prompted(tiny_model, prompts))).fingerprint())
    prints.append(Encoder(str(prompted(tiny_model, PROMPTS, pools_prompt=False))).fingerprint())

    assert len(set(prints)) == 5
    assert Encoder(str(prompted(tiny_model, {}, pools_prompt=False))).fingerprint() == prints[0]


def test_prompts_that_leave_no_room_are_refused(tiny_model: Path, prompted: Prompted) -> None:
    with pytest.raises(EncoderError, match="leave no room for text"):
        Encoder(str(prompted(tiny_model, {"document": "z " * 50})))


@pytest.mark.parametrize(
    ("prompts", "default", "expected"),
    [
        ({}, None, Prompts()),
        ({"query": "q: ", "document": "d: "}, None, Prompts("q: ", "d: ")),
        ({"query": "q: ", "document": ""}, None, Prompts("q: ", "")),
        ({"query": "q: ", "document": None, "passage": "p: "}, None, Prompts("q: ", "p: ")),
        ({"query": "q: ", "passage": "p: "}, "query", Prompts("q: ", "p: ")),
        ({"query": "q: "}, "query", Prompts("q: ", "")),
        ({"corpus": "c: "}, None, Prompts("", "c: ")),
        ({"query": "", "document": "", "both": "b: "}, "both", Prompts("b: ", "b: ")),
        ({"query": "q: ", "both": "b: "}, "both", Prompts("q: ", "b: ")),
        ({"clustering": "c: "}, None, Prompts()),
    ],
)
def test_each_role_has_the_prompt_declared_for_it(
    prompts: Mapping[str, str | None], default: str | None, expected: Prompts
) -> None:
    assert Prompts.declared(prompts, default) == expected
