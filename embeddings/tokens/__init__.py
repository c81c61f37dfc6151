"""Token vectors as signs, and MaxSim over them."""

from embeddings.tokens.maxsim import QuestionTokens, sign_bits, signs_from_bytes, signs_to_bytes

__all__ = ["QuestionTokens", "sign_bits", "signs_from_bytes", "signs_to_bytes"]
