"""Token vectors kept as signs, and MaxSim over them."""

from embeddings.tokens.maxsim import AskedTokens, pack_signs, signs_from_bytes, signs_to_bytes

__all__ = ["AskedTokens", "pack_signs", "signs_from_bytes", "signs_to_bytes"]
