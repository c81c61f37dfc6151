"""Fingerprint of a store: the inputs of its passages and vectors."""

import contextlib
import json

from corpus.cleaning import CLEANING_VERSION
from corpus.lexical import ANALYSIS_VERSION
from corpus.passages import CHUNKING_VERSION
from corpus.text import TITLE_PREFIX_VERSION
from embeddings.encoder import Encoder
from service.settings import Settings


def fingerprint(encoder: Encoder, settings: Settings) -> str:
    """Return the versions and settings that determine a text's passages, vectors and words, as canonical JSON."""
    return encoder.fingerprint(**_chunking(settings))


def with_settings(stored: str, settings: Settings) -> str:
    """Return a stored fingerprint with the present settings, but the same encoder."""
    return json.dumps({**json.loads(stored), **_chunking(settings)}, sort_keys=True)


def with_present_words(stored: str) -> str:
    """Return a stored fingerprint with the present analysis of words; unchanged if it has another form."""
    with contextlib.suppress(ValueError, TypeError):
        return json.dumps({**json.loads(stored), "analysis": ANALYSIS_VERSION}, sort_keys=True)
    return stored


def _chunking(settings: Settings) -> dict[str, int]:
    return {
        "analysis": ANALYSIS_VERSION,
        "chunking": CHUNKING_VERSION,
        "cleaning": CLEANING_VERSION if settings.cleaning else 0,
        "passage_tokens": settings.passage_tokens,
        "title_prefix": TITLE_PREFIX_VERSION,
        "title_tokens": settings.title_tokens,
    }
