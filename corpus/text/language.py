"""Which language a text is in, found offline."""

import functools
import re
from itertools import islice
from typing import Any

__all__ = ["language_of", "load_identifier"]

_SAMPLE = 4000
"""Code points that are looked at; more do not make the answer surer."""

_MIN_LETTERS = 40
"""Below this, languages that share words cannot be told apart."""

_SURE = 0.9
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def language_of(text: str, claimed: str | None = None) -> str | None:
    """The language of a text as a BCP 47 tag, or None if it cannot be told.

    A page's claim is kept (`es-SV` says more than can be found) unless its words are surely of another language:
    templates claim `en` for everything.
    """
    claimed = claimed.strip().replace("_", "-") if claimed else None
    if claimed is not None and not _TAG.fullmatch(claimed):
        claimed = None
    sample = text[:_SAMPLE]
    if len(list(islice(filter(str.isalpha, sample), _MIN_LETTERS))) < _MIN_LETTERS:
        return claimed
    language = _surely(sample)
    if language is None:
        return claimed
    return claimed if claimed is not None and claimed.lower().split("-")[0] == language else language


@functools.lru_cache(maxsize=8)  # a document is asked about more than once
def _surely(sample: str) -> str | None:
    identifier = load_identifier()
    if identifier is None:
        return None
    language, probability = identifier.classify(sample)
    return str(language) if probability >= _SURE else None


@functools.cache
def load_identifier() -> Any:  # noqa: ANN401 - py3langid has no types
    """What tells languages apart, loaded once; None where there is no temporary folder, which loading it needs."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except OSError:
        return None
