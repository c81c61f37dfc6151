"""Question maps: what they do to token vectors, and their files."""

from pathlib import Path

import numpy as np
import pytest

from corpus.errors import EncoderError
from embeddings.encoder import DEFAULT_ENCODER, model_folder, weights_sha256
from embeddings.tokens.maps import CARD, MAPS, QuestionMaps, load_maps, packaged_maps, write_maps
from embeddings.tokens.maxsim import GRID

WIDTH = 16
ENCODER = "e" * 64
TOKENS = np.linalg.qr(np.random.default_rng(0).normal(size=(WIDTH, WIDTH)))[0][:5].astype(np.float32)


def maps(seed: int = 0) -> QuestionMaps:
    draw = np.random.default_rng(seed)
    square = draw.normal(size=(2, WIDTH, WIDTH)).astype(np.float32)
    return QuestionMaps("random", square[0], draw.normal(size=WIDTH).astype(np.float32), square[1])


def identity() -> QuestionMaps:
    same = np.eye(WIDTH, dtype=np.float32)
    return QuestionMaps("identity", same, np.zeros(WIDTH, dtype=np.float32), same)


def test_maps_that_have_learnt_nothing_change_nothing() -> None:
    assert identity().for_ranking(TOKENS) == pytest.approx(TOKENS, abs=1e-6)
    assert identity().for_sentences(TOKENS) == pytest.approx(np.concatenate([TOKENS, TOKENS]), abs=1e-6)


def test_lengths_of_tokens_for_ranking_have_a_mean_of_one_and_stay_on_the_grid() -> None:
    lengths = np.linalg.norm(maps().for_ranking(TOKENS), axis=1)

    assert lengths.mean() == pytest.approx(1, abs=1e-6)
    assert lengths.std() > 0.1
    most = np.exp(2) * GRID * np.sqrt(4096)  # the sums of a column, at the largest dimension
    assert most < 2**31


def test_tokens_for_sentences_are_unit_vectors_the_own_ones_first() -> None:
    found = maps().for_sentences(TOKENS)

    assert (found[: len(TOKENS)] == TOKENS).all()
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-6)


def test_a_question_without_tokens_stays_one() -> None:
    nothing = TOKENS[:0]

    assert maps().for_ranking(nothing).shape == maps().for_sentences(nothing).shape == (0, WIDTH)


def test_written_maps_are_read_back_in_half_precision(tmp_path: Path) -> None:
    card = write_maps(tmp_path, maps(), ENCODER, {"sets": ["a"]})
    found = load_maps(tmp_path, ENCODER)

    assert found is not None
    assert found.version == card.sha256[:12]
    for name in ("ranking", "weight", "sentences"):
        assert getattr(found, name) == pytest.approx(getattr(maps(), name), rel=1e-3, abs=1e-6)
        assert getattr(found, name).dtype == np.float32


def test_maps_of_another_encoder_are_not_used(tmp_path: Path) -> None:
    write_maps(tmp_path, maps(), ENCODER, {})

    assert load_maps(tmp_path, "f" * 64) is None
    assert load_maps(tmp_path / "nothing", ENCODER) is None


@pytest.mark.parametrize("damage", [lambda _: b"", lambda content: content[:-1] + b"x", None])
def test_damaged_maps_are_refused(tmp_path: Path, damage: object) -> None:
    write_maps(tmp_path, maps(), ENCODER, {})
    if callable(damage):
        (tmp_path / MAPS).write_bytes(damage((tmp_path / MAPS).read_bytes()))
    else:
        (tmp_path / MAPS).unlink()

    with pytest.raises(EncoderError, match="Reinstall Footnote"):
        load_maps(tmp_path, ENCODER)


@pytest.mark.parametrize("card", ["", "[]", "{}", '{"format": 2, "sha256": "", "encoder_sha256": "", "trained": {}}'])
def test_an_unusable_card_is_refused(tmp_path: Path, card: str) -> None:
    write_maps(tmp_path, maps(), ENCODER, {})
    (tmp_path / CARD).write_text(card)

    with pytest.raises(EncoderError, match="Reinstall Footnote"):
        load_maps(tmp_path, ENCODER)


def test_the_maps_in_the_package_are_those_of_the_default_encoder() -> None:
    found = load_maps(packaged_maps(), weights_sha256(model_folder(DEFAULT_ENCODER)))

    assert found is not None
    assert found.ranking.shape == found.sentences.shape == (384, 384)
    assert (packaged_maps() / MAPS).stat().st_size < 1_000_000
