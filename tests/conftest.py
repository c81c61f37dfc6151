"""A tiny real encoder, stores made with it, and the default encoder, each made once."""

import contextlib
import logging
import os
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.store.store import Store
from corpus.store.view import View
from embeddings.encoder.encoder import Encoder
from embeddings.encoder.model_files import DEFAULT_ENCODER
from service.ingest.ingester import Ingester
from service.runtime.progress import NoProgress
from service.settings import PREFIX, Settings
from service.telemetry.logs import OWN

pytest_plugins = ["tests.application", "tests.postgres_server"]

ViewOf = Callable[..., View]

TINY_MAX_TOKENS = 64
TINY_DIMENSION = 32


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, exports: Path) -> None:
    """Keep the caller's settings out of the tests, and export a model once for all of them."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FOOTNOTE_EXPORTS", str(exports))


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Restore the logging of the process after each test."""
    loggers = [logging.getLogger(), *map(logging.getLogger, OWN)]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    yield
    logging.captureWarnings(False)
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers = handlers


@pytest.fixture(scope="session")
def exports(pytestconfig: pytest.Config) -> Path:
    """Folder of exported models, kept between runs. They have checksums."""
    cache = pytestconfig.cache
    assert cache is not None
    return cache.mkdir("exports")


@pytest.fixture(scope="session")
def one_thread() -> None:
    """Limit torch to one thread. For one or two texts, more threads triple the work."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Path:
    """A sentence-transformers folder: one BERT layer of 32 dimensions, seeded weights, characters as tokens."""
    return make_tiny_model(tmp_path_factory.mktemp("model") / "tiny", seed=1)


def make_tiny_model(folder: Path, seed: int) -> Path:
    """Make and save a BERT of one layer. Another seed gives other weights and another fingerprint."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    characters = string.ascii_lowercase + string.digits + string.punctuation
    words = ["the", "truce", "prison", "gang", "talks", "began", "year", "homicides", "who", "when", "what", "did"]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, *characters, *("##" + c for c in characters)]
    vocabulary = {piece: at for at, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    special = [(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")]
    pair = "[CLS] $A [SEP] $B:1 [SEP]:1"
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", pair=pair, special_tokens=special)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=TINY_DIMENSION,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=TINY_MAX_TOKENS,
    )
    parts = folder.parent / f"{folder.name}-parts"
    BertModel(config).save_pretrained(parts)
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, model_max_length=TINY_MAX_TOKENS, **names
    )
    fast.save_pretrained(parts)
    transformer = Transformer(str(parts), max_seq_length=TINY_MAX_TOKENS)
    SentenceTransformer(modules=[transformer, Pooling(TINY_DIMENSION), Normalize()], device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="session")
def tiny_encoder(tiny_model: Path) -> Encoder:
    return Encoder(str(tiny_model))


@pytest.fixture(scope="session")
def default_encoder(exports: Path) -> Encoder:
    """The encoder of the installation, as it runs on a CPU. Exporting it takes seconds."""
    return Encoder(DEFAULT_ENCODER, "int8", exports)


@pytest.fixture
def settings(tmp_path: Path, tiny_model: Path) -> Settings:
    """Settings for a data folder of the test's own, with the tiny encoder and passages that suit it.

    No file takes long to read. The time limit is high for machines under load.
    """
    return Settings(
        data=tmp_path / "data",
        encoder=str(tiny_model),
        precision="float32",
        passage_tokens=40,
        title_tokens=8,
        parse_seconds=240,
    )


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with Store(settings.data, create=True) as store:
        yield store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with an empty store."""
    Store(tmp_path / "data", create=True).close()
    return tmp_path / "data"


@pytest.fixture
def view_of(folder: Path) -> Iterator[ViewOf]:
    """Opens views of the present state, and closes them at the end."""
    with contextlib.ExitStack() as opened:
        yield lambda of=folder: opened.enter_context(View(of))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file below the folder `files`, with its parent folders, and returns its path."""

    def _write(name: str, content: str | bytes) -> Path:
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture
def ingester(store: Store, tiny_encoder: Encoder, settings: Settings) -> Ingester:
    return Ingester(store, lambda: tiny_encoder, settings)


@pytest.fixture
def quiet() -> NoProgress:
    return NoProgress()
