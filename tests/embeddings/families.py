"""Small models of other families than BERT, with seeded weights."""

from pathlib import Path
from typing import Any

DIMENSION = 32
MAX_TOKENS = 64
HEADS = {"num_attention_heads": 2, "num_hidden_layers": 2}


def make(family: str, folder: Path, tokens_of: Path) -> Path:
    """Make and save a model.

    Args:
        family: `mpnet`, `distilbert`, `modernbert` or `longformer`.
        folder: Where to.
        tokens_of: Folder of a model whose tokenizer it is given.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import PreTrainedTokenizerFast

    tokenizer: Any = PreTrainedTokenizerFast.from_pretrained(tokens_of)
    if family != "longformer":
        tokenizer.model_input_names = ["input_ids", "attention_mask"]
    torch.manual_seed(11)
    parts = folder.parent / f"{folder.name}-parts"
    _model(family, len(tokenizer)).save_pretrained(parts)
    tokenizer.save_pretrained(parts)
    transformer = Transformer(str(parts), max_seq_length=MAX_TOKENS)
    pooling = "cls" if family == "modernbert" else "mean"
    SentenceTransformer(modules=[transformer, Pooling(DIMENSION, pooling), Normalize()], device="cpu").save(str(folder))
    return folder


def _model(family: str, vocabulary: int) -> Any:
    import transformers

    auto: Any = transformers
    common = {"vocab_size": vocabulary, "max_position_embeddings": MAX_TOKENS + 2, "pad_token_id": 0}
    sizes = {"hidden_size": DIMENSION, "intermediate_size": 64, **HEADS}
    match family:
        case "mpnet":
            return auto.MPNetModel(auto.MPNetConfig(**common, **sizes))
        case "distilbert":
            return auto.DistilBertModel(
                auto.DistilBertConfig(**common, dim=DIMENSION, hidden_dim=64, n_layers=2, n_heads=2)
            )
        case "modernbert":
            return auto.ModernBertModel(
                auto.ModernBertConfig(**common, **sizes, local_attention=16, global_attn_every_n_layers=2)
            )
        case _:
            return auto.LongformerModel(auto.LongformerConfig(**common, **sizes, attention_window=8))
