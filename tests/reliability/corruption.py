"""Damage a store in every way, and check that the damage is found, repaired or refused, and never answered from.

    python -m tests.reliability.corruption --flips 10000 --every-header-byte --every-page

Each damage is done to a fresh copy of a small store, in a process whose death would be noticed. Before the damage is
repaired, every question, list, record, text and passage must come out as from the whole store or be refused in a clear
sentence; `footnote verify` must not say that all is well where something was refused; and after a repair, everything
must come out as from the whole store. Whatever else happens is a violation, and the exit code is then 1.
"""

import argparse
import json
import os
import random
import resource
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from embeddings.encoder.encoder import Encoder
from tests.conftest import make_tiny_model
from tests.reliability.damage import Case, cells, files_of, flips, heads, live, pages, sampled, swaps, truncations
from tests.reliability.examiner import CLASSES, OUTCOMES, Examined, Examiner, make_stores

__all__ = ["Tally", "chosen", "main", "prepare", "run"]

LONGEST_S = 60.0
"""Time limit of one damage, after which the process counts as hanging; a usual one takes a quarter of a second."""

MEMORY_BYTES = 6 * 1024**3
"""Address space of a worker: several times the need of an intact store."""

TOLD_EVERY_S = 10.0


@dataclass(slots=True)
class Tally:
    """The outcomes so far."""

    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)

    def add(self, case: Case, examined: Examined) -> None:
        """Count an outcome."""
        kind = _kind(case)
        self.found[kind, examined.found] += 1
        self.outcomes[kind, examined.outcome] += 1
        self.violations += [f"{case}: {violation}" for violation in examined.violations[:3]]
        if examined.outcome == "restore":
            self.restored.append(f"{case}: {examined.said}")

    def __str__(self) -> str:
        columns = [*CLASSES, *OUTCOMES[1:]]
        kinds = sorted({kind for kind, _ in self.found})
        lines = ["| damage | tried | " + " | ".join(columns) + " |", "|---" * (len(columns) + 2) + "|"]
        for kind in kinds:
            counts = [self.found[kind, name] for name in CLASSES] + [self.outcomes[kind, name] for name in OUTCOMES[1:]]
            tried = sum(counts[: len(CLASSES)])
            lines.append(f"| {kind} | {tried:,} | " + " | ".join(f"{count:,}" for count in counts) + " |")
        return "\n".join(lines)


def _kind(case: Case) -> str:
    where = "rows" if case.kind == "row" else "database" if case.file.startswith("footnote.db") else "indexes"
    names = {"flip": "bit flips", "byte": "header bytes", "zero": "zeroed pages", "cut": "truncations"}
    if case.kind == "swap":
        return "exchanged files"
    return f"{names.get(case.kind, 'changed')}, {where}{', while open' if case.live else ''}"


def prepare(work: Path, documents: int, seed: int) -> None:
    """Make the model, if missing, and the stores."""
    if not (work / "model").exists():
        make_tiny_model(work / "model", seed=1)
    Encoder(str(work / "model"), "float32", work / "exports")
    make_stores(work, documents, seed)


def chosen(
    folder: Path, seed: int, *, flip: int, head: int | None, page: int | None, cut: int | None, cell: int | None
) -> list[Case]:
    """Return the damages to try; None takes all of a kind, a number an evenly spaced sample."""
    draw = random.Random(seed)

    def some(cases: Sequence[Case], count: int | None) -> list[Case]:
        return list(cases) if count is None else sampled(cases, count)

    drawn = flips(folder, flip, draw)
    zeroed = some(pages(folder), page)
    cases = [*drawn, *some(heads(folder), head), *zeroed, *some(truncations(folder), cut), *swaps()]
    cases += some(cells(folder), cell)
    cases += live([*sampled(drawn, len(drawn) // 10), *sampled(zeroed, max(1, len(zeroed) // 10))])
    return cases


class _Worker:
    """A process that examines damages one after another."""

    def __init__(self, work: Path, at: int) -> None:
        self._folder = work / f"worker-{at}"
        command = [sys.executable, "-m", "tests.reliability.corruption", "--worker", str(work), str(self._folder)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "TMPDIR": str(work)}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._ready = self._process.stdout

    def examine(self, case: Case) -> Examined | None:
        """Return its output, or None if it died or hung and must be replaced."""
        if self._process.stdin is None or self._process.stdout is None:
            raise ValueError("a worker has pipes")
        try:
            self._process.stdin.write(json.dumps(case.as_json()) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        ready, _, _ = select.select([self._process.stdout], [], [], LONGEST_S)
        line = self._process.stdout.readline() if ready else ""
        return Examined(**json.loads(line)) if line else None

    def close(self) -> str:
        """End it, and return how it ended."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            code = None
        if self._process.stdout is not None:
            self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        return f"it took longer than {LONGEST_S:.0f} s" if code is None else f"the process died with {code}"


def run(work: Path, cases: Sequence[Case], workers: int, *, tell: bool = False) -> Tally:
    """Examine all damages in multiple processes."""
    tally, lock, left = Tally(), threading.Lock(), iter(cases)
    begun = told = time.monotonic()

    def deal(at: int) -> None:
        nonlocal told
        worker = _Worker(work, at)
        try:
            while (case := _next(left, lock)) is not None:
                examined = worker.examine(case)
                if examined is None:
                    examined = Examined("on open", "restore", [worker.close()], "")
                    worker = _Worker(work, at)
                with lock:
                    tally.add(case, examined)
                    if tell:
                        for violation in examined.violations[:3]:
                            print(f"VIOLATION {case}: {violation}", file=sys.stderr, flush=True)
                    done, now = sum(tally.found.values()), time.monotonic()
                    if tell and now - told > TOLD_EVERY_S:
                        told = now
                        print(
                            f"{done:,} of {len(cases):,} tried, {len(tally.violations)} violations,"
                            f" {done / (now - begun):.1f}/s",
                            file=sys.stderr,
                            flush=True,
                        )
        finally:
            worker.close()

    threads = [threading.Thread(target=deal, args=(at,)) for at in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _next(cases: Iterable[Case], lock: threading.Lock) -> Case | None:
    with lock:
        return next(iter(cases), None)


def _work(work: Path, folder: Path) -> None:
    """Run a worker: one damage per input line, one outcome per output line."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed is no answer
    examiner = Examiner(work, folder)
    for line in sys.stdin:
        examined = examiner.examine(Case(**json.loads(line)))
        record = {name: getattr(examined, name) for name in ("found", "outcome", "violations", "said")}
        answers.write(json.dumps(record) + "\n")
        answers.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.corruption", description=__doc__)
    parser.add_argument("--flips", type=int, default=500, help="random bit flips")
    parser.add_argument("--every-header-byte", action="store_true", help="not just 200 of them")
    parser.add_argument("--every-page", action="store_true", help="not just 100 of them")
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--work", type=Path, help="a folder to keep the stores in, or to find them in")
    parser.add_argument("--only", help="try only damages whose report contains this, such as 'swap' or 'lexical'")
    parser.add_argument("--case", help="try only this damage, written as it was reported")
    parser.add_argument("--worker", nargs=2, type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    """Run the harness and return the exit code."""
    given = _arguments()
    if given.worker:
        _work(*given.worker)
        return 0
    seed = random.SystemRandom().randrange(2**32) if given.seed is None else given.seed
    work = given.work or Path(tempfile.mkdtemp(prefix="footnote-corruption-"))
    print(f"seed {seed}, stores in {work}")
    if not (work / "oracle.json").exists():
        work.mkdir(exist_ok=True)
        prepare(work, given.documents, seed)
    new = work / "new"
    if given.case:
        kind, *name, at, value = given.case.removesuffix(" live").split(" ")
        cases = [Case(kind, " ".join(name), int(at), int(value), given.case.endswith(" live"))]
    else:
        few_heads, few_pages = None if given.every_header_byte else 200, None if given.every_page else 100
        cases = chosen(new, seed, flip=given.flips, head=few_heads, page=few_pages, cut=None, cell=None)
        cases = [case for case in cases if (given.only or "") in str(case)]
        random.Random(seed).shuffle(cases)
    sizes = files_of(new)
    print(f"{len(cases):,} damages to a store of {len(sizes)} files, {sum(sizes.values()):,} bytes")
    tally = run(work, cases, given.workers, tell=True)
    print(tally)
    for line in tally.restored:
        print(f"lost: {line}")
    for line in tally.violations:
        print(f"VIOLATION {line}")
    print(f"{len(tally.violations)} violations")
    if not tally.violations and not given.work:
        shutil.rmtree(work)
    return 1 if tally.violations else 0


if __name__ == "__main__":
    sys.exit(main())
