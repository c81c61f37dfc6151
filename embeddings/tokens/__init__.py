"""Token vectors as signs, MaxSim over them, and trained maps of a question's token vectors."""

from embeddings.tokens.maps import MapsCard, QuestionMaps, load_maps, packaged_maps, write_maps
from embeddings.tokens.maxsim import QuestionTokens, sign_bits, signs_from_bytes, signs_to_bytes

__all__ = [
    "MapsCard",
    "QuestionMaps",
    "QuestionTokens",
    "load_maps",
    "packaged_maps",
    "sign_bits",
    "signs_from_bytes",
    "signs_to_bytes",
    "write_maps",
]
