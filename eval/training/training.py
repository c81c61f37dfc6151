"""Training loop of the reader, with checkpoints from which it resumes."""

import copy
import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer

from eval.training.batches import MAX_TOKENS, Batch, batches
from eval.training.mining import Record
from eval.training.model import ReaderModel, answer_loss, answer_scores

__all__ = ["Schedule", "train"]

CONTRAST = 0.5
"""Weight of the loss between the passages of a question."""

AVERAGE = 0.998
"""Decay of the moving average of the weights, which is what is exported."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Length and rates of a training.

    Args:
        steps: Optimizer steps.
        warmup: Steps in which the rate rises.
        decay: Last steps, in which the rate falls to 0.
        rate: Learning rate of the layers; the new heads have five times as much.
        tokens: Tokens per batch.
        seed: Seed of everything random.
    """

    steps: int = 4000
    warmup: int = 200
    decay: int = 1500
    rate: float = 1e-4
    tokens: int = 4096
    seed: int = 0

    def factor(self, step: int) -> float:
        """Return the learning rate at a step, as a share of the greatest."""
        return min(1.0, (step + 1) / self.warmup, max(0.0, (self.steps - step) / self.decay))


def train(
    records: Sequence[Record],
    start: Path,
    out: Path,
    schedule: Schedule,
    evaluate: Callable[[ReaderModel, Tokenizer], dict[str, float]],
    say: Callable[[str], None],
    *,
    every: int = 250,
) -> ReaderModel:
    """Train a reader, or resume its training, and return the model with averaged weights.

    Args:
        records: Records to learn from.
        start: Folder of the BERT model to begin with.
        out: Folder for the checkpoint and the log.
        schedule: Length and rates.
        evaluate: Returns measures on held-out records.
        say: Shows a line of progress.
        every: Steps between checkpoints.
    """
    torch.manual_seed(schedule.seed)
    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
    model = ReaderModel(start)
    average = copy.deepcopy(model)
    layers = [p for p in model.bert.parameters() if p.requires_grad]
    heads = [*model.token.parameters(), *model.null.parameters()]
    optimizer = torch.optim.AdamW([{"params": layers}, {"params": heads}], lr=schedule.rate, weight_decay=0.01)
    step, epoch, skip = 0, 0, 0
    checkpoint = out / "checkpoint.pt"
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(kept["model"])
        average.load_state_dict(kept["average"])
        optimizer.load_state_dict(kept["optimizer"])
        step, epoch, skip = kept["step"], kept["epoch"], kept["skip"]
        say(f"Resuming at step {step:,}.")
    begun, pairs, losses = time.monotonic(), 0, []
    while step < schedule.steps:
        for number, batch in enumerate(batches(records, tokenizer, schedule.tokens, schedule.seed + epoch)):
            if number < skip:
                continue
            for group, factor in zip(optimizer.param_groups, (1.0, 5.0), strict=True):
                group["lr"] = schedule.rate * factor * schedule.factor(step)
            losses.append(_step(model, optimizer, batch))
            _averaged(average, model, min(AVERAGE, (step + 1) / (step + 10)))
            step, skip, pairs = step + 1, number + 1, pairs + len(batch.ids)
            if step % 50 == 0:
                recent = sum(losses[-50:]) / len(losses[-50:])
                say(f"step {step:,}, epoch {epoch}, loss {recent:.3f}, {pairs / (time.monotonic() - begun):.1f} pairs/s")
            if step % every == 0 or step == schedule.steps:
                state = {"model": model.state_dict(), "average": average.state_dict(), "step": step}
                state |= {"optimizer": optimizer.state_dict(), "epoch": epoch, "skip": skip}
                torch.save(state, checkpoint.with_suffix(".new"))
                checkpoint.with_suffix(".new").replace(checkpoint)
                measured = evaluate(average, tokenizer)
                with (out / "log.jsonl").open("a") as log:
                    log.write(json.dumps({"step": step, "schedule": asdict(schedule), **measured}) + "\n")
                say(f"step {step:,}: {', '.join(f'{name} {value:.3f}' for name, value in measured.items())}")
            if step == schedule.steps:
                break
        else:
            epoch, skip = epoch + 1, 0
    return average


def _step(model: ReaderModel, optimizer: torch.optim.Optimizer, batch: Batch) -> float:
    model.train()
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(batch.ids, batch.types, batch.mask)
    loss = answer_loss(logits, batch.inside, batch.answers).mean()
    scores = answer_scores(logits, batch.inside)
    numbers = sorted({number for number in batch.contrast.tolist() if number >= 0})
    contrasts = [-torch.log_softmax(scores[batch.contrast == number], dim=0)[0] for number in numbers]
    if contrasts:  # the answer is the first pair of its question
        loss = loss + CONTRAST * torch.stack(contrasts).mean()
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    value = float(loss.detach())
    if math.isnan(value):
        raise FloatingPointError("The loss is not a number. Lower the learning rate.")
    return value


@torch.no_grad()
def _averaged(average: ReaderModel, model: ReaderModel, decay: float) -> None:
    for mean, current in zip(average.parameters(), model.parameters(), strict=True):
        if current.requires_grad:
            mean.lerp_(current, 1 - decay)
