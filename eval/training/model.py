"""The reader's model: the encoder's layers over question and passage together, with one score per token."""

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel

MASKED = -1e4


class ReaderModel(nn.Module):
    """Cross-encoder that scores each token of a passage as part of the answer, and "no answer" at the first token.

    The softmax over a passage's tokens and the first token gives the probability that a token is part of the answer;
    that of the first token is the probability that the passage does not answer, as in BERT for SQuAD 2 (Devlin et al.,
    2019). The sum over a sentence's tokens is the probability that the sentence answers.

    Args:
        folder: Folder with a BERT model, whose weights are the start.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        # Dropout takes two fifths of a step on a processor, and each pair is seen only a few times.
        rates = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
        self.bert = AutoModel.from_pretrained(str(folder), attn_implementation="sdpa", **rates)
        self.bert.pooler = None
        self.bert.embeddings.word_embeddings.weight.requires_grad_(False)  # too many for the data
        width = self.bert.config.hidden_size
        self.token = nn.Linear(width, 1)
        self.null = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 1))

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Return logits of the tokens, and of "no answer" at the first, `(pairs, tokens)` float32.

        Args:
            ids: Token ids of `[CLS] question [SEP] title and passage [SEP]`, `(pairs, tokens)` int64.
            types: 0 for the tokens up to the first `[SEP]`, then 1, `(pairs, tokens)` int64.
            mask: 1 for tokens, 0 for padding, `(pairs, tokens)` int64.
        """
        return self.logits(self.bert.embeddings.word_embeddings(ids), types, mask)

    def logits(self, words: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Return the same as `forward`, from word embeddings, `(pairs, tokens, dimension)` float32."""
        hidden = self.bert(inputs_embeds=words, token_type_ids=types, attention_mask=mask).last_hidden_state
        return torch.cat([self.null(hidden[:, 0]), self.token(hidden[:, 1:]).squeeze(-1)], dim=1).float()


def answer_scores(logits: Tensor, inside: Tensor) -> Tensor:
    """Return the log-odds that each passage answers, `(pairs,)` float32.

    Args:
        logits: As returned by the model.
        inside: True for the tokens of the passage's text, `(pairs, tokens)`.
    """
    return torch.logsumexp(logits.masked_fill(~inside, MASKED), dim=1) - logits[:, 0]


def answer_loss(logits: Tensor, inside: Tensor, answers: Tensor) -> Tensor:
    """Return the negative marginal log-likelihood of the answer's tokens, `(pairs,)` float32.

    Args:
        logits: As returned by the model.
        inside: True for the tokens of the passage's text, `(pairs, tokens)`.
        answers: True for the tokens of an answer, or for the first token alone if there is none, `(pairs, tokens)`.
    """
    candidates = inside.clone()
    candidates[:, 0] = True
    log_probabilities = torch.log_softmax(logits.masked_fill(~candidates, MASKED), dim=1)
    return -torch.logsumexp(log_probabilities.masked_fill(~answers, MASKED), dim=1)
