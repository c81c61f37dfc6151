"""Training loop of the reader, with checkpoints from which it resumes."""

import copy
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from tokenizers import Tokenizer

from corpus.errors import FootnoteError
from eval.errors import SetError
from eval.files import unwritable_reported
from eval.training.batches import Batch, batches, reader_tokenizer
from eval.training.mining import Record
from eval.training.model import ReaderModel, answer_loss, answer_scores

CONTEST = 0.5
"""Weight of the loss between the competing passages of a question."""

AVERAGE = 0.998
"""Decay of the moving average of the weights."""

HEADS = 5.0
"""Learning rate of the new heads, as a multiple of that of the layers."""

REPORTED = 50
"""Steps between lines of progress, over which the reported loss is averaged."""

POSITION = ("step", "epoch", "batch")
"""Numbers in a checkpoint: steps taken, epoch, and batches of the epoch taken."""

MOMENTS = ("exp_avg", "exp_avg_sq")
"""Tensors of the optimizer that have the shape of their parameter."""

Evaluate = Callable[[ReaderModel, Tokenizer], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Length and rates of a training.

    Args:
        steps: Optimizer steps.
        warmup: First steps, in which the rate rises.
        decay: Last steps, in which the rate falls to 0.
        rate: Learning rate of the layers.
        tokens: Maximum tokens of a batch, padding included.
        every: Steps between checkpoints.
        seed: Seed of everything random.
    """

    steps: int = 4000
    warmup: int = 200
    decay: int = 1500
    rate: float = 1e-4
    tokens: int = 4096
    every: int = 250
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """Return the learning rate of the layers at a step, from 0."""
        return self.rate * min(1.0, (step + 1) / self.warmup, (self.steps - step) / self.decay)


@dataclass(frozen=True, slots=True)
class Trained:
    """Result of a training.

    Args:
        model: The model with the moving average of the weights.
        steps: Optimizer steps that it has taken.
    """

    model: ReaderModel
    steps: int


class _State:
    """What a checkpoint holds: weights, their average, the optimizer, and the position in the data."""

    def __init__(self, start: Path, schedule: Schedule) -> None:
        torch.manual_seed(schedule.seed)
        self.model = ReaderModel(start)
        self.average = copy.deepcopy(self.model)
        heads = [*self.model.token.parameters(), *self.model.null.parameters()]
        layers = [parameter for parameter in self.model.bert.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.AdamW([{"params": layers}, {"params": heads}], lr=schedule.rate, weight_decay=0.01)
        self.step = self.epoch = self.batch = 0

    def save(self, path: Path) -> None:
        tensors = {
            f"{part}.{name}": tensor
            for part in ("model", "average")
            for name, tensor in getattr(self, part).state_dict().items()
        }
        for number, moments in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{number}.{name}": tensor for name, tensor in moments.items()}
        new = path.with_suffix(".new")
        with unwritable_reported(path):
            try:
                save_file(tensors, new, {name: str(getattr(self, name)) for name in POSITION})
            except SafetensorError as error:
                raise OSError(str(error)) from error
            new.replace(path)

    def load(self, path: Path) -> None:
        parts: dict[str, dict[str, Any]] = {"model": {}, "average": {}, "optimizer": {}}
        try:
            with safe_open(path, framework="pt") as file:
                for key in file.keys():
                    part, name = key.split(".", maxsplit=1)
                    parts[part][name] = file.get_tensor(key)
                self.step, self.epoch, self.batch = (int(file.metadata()[name]) for name in POSITION)
            self.model.load_state_dict(parts["model"])
            self.average.load_state_dict(parts["average"])
            state: dict[int, dict[str, Any]] = {}
            for key, tensor in parts["optimizer"].items():
                number, name = key.split(".")
                state.setdefault(int(number), {})[name] = tensor
            groups = self.optimizer.state_dict()["param_groups"]
            self.optimizer.load_state_dict({"state": state, "param_groups": groups})
            self._check()
        except (OSError, SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
            raise FootnoteError(f"The checkpoint {path} cannot be read. Delete it to train from the start.") from error

    def _check(self) -> None:
        """Check a loaded position and the optimizer's moments, which torch takes as they are.

        Raises:
            ValueError: They are not those of a training.
        """
        if self.step < 1 or self.epoch < 0 or not 0 <= self.batch <= self.step:
            raise ValueError("position")
        for group in self.optimizer.param_groups:
            for parameter in group["params"]:
                moments = self.optimizer.state.get(parameter, {})
                shapes = {name: tensor.shape for name, tensor in moments.items() if name != "step"}
                if "step" not in moments or shapes != dict.fromkeys(MOMENTS, parameter.shape):
                    raise ValueError("moments")


def train(
    records: Sequence[Record],
    start: Path,
    out: Path,
    schedule: Schedule,
    evaluate: Evaluate,
    say: Callable[[str], None],
) -> Trained:
    """Train a reader, or resume its training from the checkpoint in `out`.

    A training that was stopped and resumed gives the same weights as one that was not. One that has taken as many steps
    already is measured again.

    Args:
        records: Records to learn from.
        start: Folder of the BERT model to begin with, and its tokenizer.
        out: Folder for `checkpoint.safetensors` and the measures, `log.jsonl`.
        schedule: Length and rates.
        evaluate: Returns measures on held-out records, at each checkpoint.
        say: Shows a line of progress.

    Returns:
        The model and its steps.

    Raises:
        FootnoteError: There are no records, the checkpoint cannot be read or written, or the training diverges.
    """
    if not records:
        raise SetError("There is no question to learn from. Give a set with answered questions.")
    tokenizer = reader_tokenizer(start)
    state, checkpoint = _State(start, schedule), out / "checkpoint.safetensors"
    if checkpoint.exists():
        state.load(checkpoint)
        if state.step >= schedule.steps:
            say(f"The training is done at step {state.step:,}. Give more --steps to train on.")
            evaluate(state.average, tokenizer)
            return Trained(state.average, state.step)
        say(f"Resuming at step {state.step:,} of {schedule.steps:,}.")
    losses: list[float] = []
    begun = time.monotonic()
    for batch in islice(_from(state, records, tokenizer, schedule), schedule.steps - state.step):
        losses.append(_learn(state, batch, schedule.rate_at(state.step), schedule.seed + state.step))
        state.step += 1
        state.batch += 1
        if state.step % REPORTED == 0:
            recent, pace = losses[-REPORTED:], (time.monotonic() - begun) / len(losses)
            mean = sum(recent) / len(recent)
            say(f"Step {state.step:,} of {schedule.steps:,}, loss {mean:.3f}, {pace:.2f} s per step")
        if state.step % schedule.every == 0 or state.step == schedule.steps:
            state.save(checkpoint)
            measured = evaluate(state.average, tokenizer)
            log_path = out / "log.jsonl"
            with unwritable_reported(log_path), log_path.open("a", encoding="utf-8") as log:
                log.write(json.dumps({"step": state.step, "schedule": asdict(schedule), **measured}) + "\n")
            say(", ".join(f"{name} {value:.3f}" for name, value in measured.items()))
    return Trained(state.average, state.step)


def average_with(model: ReaderModel, checkpoint: Path) -> None:
    """Replace the weights of a model by their mean with those that another training had at its end.

    Two trainings that began alike, or of which one continues the other, often have a mean that is better than either
    (Wortsman et al., Model soups, 2022, https://arxiv.org/abs/2203.05482).

    Args:
        model: The model.
        checkpoint: `checkpoint.safetensors` of the other training.

    Raises:
        FootnoteError: The checkpoint cannot be read, or is of another model.
    """
    try:
        with safe_open(checkpoint, framework="pt") as file:
            other = {name: file.get_tensor(f"average.{name}") for name in model.state_dict()}
        model.load_state_dict({name: (tensor + other[name]) / 2 for name, tensor in model.state_dict().items()})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise FootnoteError(f"{checkpoint} is no checkpoint of a reader of this kind.") from error


def _from(state: _State, records: Sequence[Record], tokenizer: Tokenizer, schedule: Schedule) -> Iterator[Batch]:
    """Yield batches without end, from the position of the state."""
    for epoch in count(state.epoch):
        if epoch != state.epoch:
            state.epoch, state.batch = epoch, 0
        yield from islice(batches(records, tokenizer, schedule.tokens, schedule.seed + epoch), state.batch, None)


def _learn(state: _State, batch: Batch, rate: float, seed: int) -> float:
    """Take one step of the optimizer; return the loss. `seed` is that of the dropout."""
    torch.manual_seed(seed)
    layers, heads = state.optimizer.param_groups
    layers["lr"], heads["lr"] = rate, HEADS * rate
    state.model.train()
    with torch.autocast("cpu", torch.bfloat16):
        logits = state.model(batch.ids, batch.types, batch.mask)
    loss = answer_loss(logits, batch.inside, batch.answers).mean()
    scores = answer_scores(logits, batch.inside)
    contests = [-torch.log_softmax(scores[list(rows)], dim=0)[0] for rows in batch.contests]
    if contests:
        loss = loss + CONTEST * torch.stack(contests).mean()
    if not math.isfinite(value := float(loss.detach())):
        raise FootnoteError("The training diverges: the loss is not finite. Lower the learning rate.")
    state.optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.model.parameters(), 1.0)
    state.optimizer.step()
    decay = min(AVERAGE, (state.step + 1) / (state.step + 10))
    with torch.no_grad():
        for mean, current in zip(state.average.parameters(), state.model.parameters(), strict=True):
            if current.requires_grad:
                mean.lerp_(current, 1 - decay)
    return value
