"""Language identification, offline."""

import functools
import re
from itertools import islice
from typing import Any

_SAMPLE = 4000
"""Code points to classify; more do not improve the result."""

_MIN_LETTERS = 40
"""With fewer letters, languages that share words cannot be distinguished."""

_SURE = 0.9
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def language_of(text: str, claimed: str | None = None) -> str | None:
    """Return the language of a text as a BCP 47 tag; None if it is unknown.

    A declared language is kept, because `es-SV` is more specific than a classification. It is replaced if the text is
    clearly in another language, because templates declare `en` for everything.
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


@functools.lru_cache(maxsize=8)  # called more than once for a document
def _surely(sample: str) -> str | None:
    identifier = load_identifier()
    if identifier is None:
        return None
    language, probability = identifier.classify(sample)
    return str(language) if probability >= _SURE else None


@functools.cache
def load_identifier() -> Any:  # noqa: ANN401 - py3langid has no types
    """Load the language classifier, once; None if there is no temporary folder, which it needs to load."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except OSError:
        return None
