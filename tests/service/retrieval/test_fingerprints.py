"""Contents of a store's fingerprint: a store made in another way is refused."""

import json

import pytest

from corpus.errors import EncoderMismatchError
from embeddings.encoder.encoder import Encoder
from service.retrieval import fingerprints
from service.retrieval.library import Library
from service.settings import Settings
from tests.service.conftest import Add


@pytest.mark.parametrize("version", ["TITLE_PREFIX_VERSION", "CHUNKING_VERSION", "CLEANING_VERSION"])
def test_a_store_made_with_another_version_is_refused(
    version: str, add: Add, tiny_encoder: Encoder, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("one.txt", "The truce began.")
    monkeypatch.setattr(fingerprints, version, getattr(fingerprints, version) + 1)

    with pytest.raises(EncoderMismatchError, match="footnote reindex"):
        Library(settings, tiny_encoder)


@pytest.mark.parametrize(
    "changed",
    [{"passage_tokens": 41}, {"title_tokens": 9}, {"cleaning": False}, {}],
    ids=lambda changed: next(iter(changed), "others"),
)
def test_only_the_settings_that_decide_vectors_change_the_fingerprint(
    changed: dict[str, object], tiny_encoder: Encoder, settings: Settings
) -> None:
    before = fingerprints.fingerprint(tiny_encoder, settings)

    after = fingerprints.fingerprint(tiny_encoder, settings.model_copy(update={"candidates": 50, **changed}))

    differing = {key for key, value in json.loads(before).items() if json.loads(after)[key] != value}
    assert differing == set(changed)
