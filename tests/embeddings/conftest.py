"""Models of other kinds, and stores whose vectors are made by hand."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from corpus.documents.document import EncodedPassage, Passage, SourceDocument
from corpus.documents.fields import Metadata
from corpus.store.store import Store
from embeddings.encoder.encoder import Encoder
from embeddings.encoder.onnx_runtime import OnnxRuntime
from embeddings.encoder.torch_runtime import TorchRuntime

DIMENSION = 16
FINGERPRINT = '{"dimension": 16}'

Put = Callable[..., str]
"""Puts a document with a number of passages and random vectors into a store; returns its id."""


def runtime_of(encoder: Encoder) -> str:
    """Return the runtime and precision of an encoder, such as `onnxruntime, int8`."""
    name = {OnnxRuntime: "onnxruntime", TorchRuntime: "torch"}[type(encoder._runtime)]
    return f"{name}, {encoder.precision}"


@pytest.fixture(scope="session")
def byte_level_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose tokens are bytes, as those of the RoBERTa family: one character may need four of them."""
    return make_byte_level_model(tmp_path_factory.mktemp("model") / "bytes")


def make_byte_level_model(folder: Path, dense: int = 0) -> Path:
    """Make and save a one-layer model of 32 dimensions.

    Args:
        folder: Where to.
        dense: Dimension of a last layer that makes the text's vector another one than its tokens', 0 for none.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, pre_tokenizers
    from tokenizers.models import BPE
    from tokenizers.processors import TemplateProcessing
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    merges = [("b", "c"), ("a", "b"), ("t", "h"), ("th", "e"), ("Ġ", "the"), ("r", "u")]
    joined = [a + b for a, b in merges]
    pieces = ["<pad>", "<unk>", "<s>", "</s>", *sorted(pre_tokenizers.ByteLevel.alphabet()), *joined]
    vocabulary = {piece: at for at, piece in enumerate(pieces)}
    tokenizer = Tokenizer(BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = [(name, vocabulary[name]) for name in ("<s>", "</s>")]
    tokenizer.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=special)
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    parts = folder.parent / f"{folder.name}-parts"
    BertModel(config).save_pretrained(parts)
    named = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), pieces, strict=False))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **named)  # type: ignore[no-untyped-call]
    fast.save_pretrained(parts)
    modules = [Transformer(str(parts), max_seq_length=64), Pooling(32)]
    if dense:
        modules.append(Dense(32, dense))
    SentenceTransformer(modules=[*modules, Normalize()], device="cpu").save(str(folder))
    return folder


def unit_vectors(rng: np.random.Generator, count: int, dimension: int = DIMENSION) -> NDArray[np.float32]:
    """`(count, dimension)` float32 rows of length 1 in random directions."""
    rows = rng.normal(size=(count, dimension)).astype(np.float32)
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def document(source: str, passages: int) -> SourceDocument:
    """A document of as many one-character passages, its text made from its name."""
    digest = hashlib.sha256(source.encode()).hexdigest()
    text = (digest * (1 + passages // len(digest)))[:passages]
    return SourceDocument(source, digest, "text/plain", text, Metadata(title=source))


def encoded(vectors: NDArray[np.float32]) -> Sequence[EncodedPassage]:
    """One passage a character, with these vectors."""
    return [EncodedPassage(Passage(at, at + 1), v.astype("<f4").tobytes(), b"\1\2", {}) for at, v in enumerate(vectors)]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20120308)


@pytest.fixture
def put(folder: Path, rng: np.random.Generator) -> Put:
    def _put(source: str, passages: int = 5, into: Path = folder) -> str:
        with Store(into, create=True) as store:
            return store.put(document(source, passages), encoded(unit_vectors(rng, passages)), FINGERPRINT)[0]

    return _put
