"""The benchmark: all measurements that the budgets need, in one run."""

import contextlib
import datetime
import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from corpus.store import View
from embeddings.encoder import Encoder
from eval.bench.budgets import verdicts
from eval.bench.encoding import measure_ingest, question_latencies
from eval.bench.load import LoadRound, ask_all, summarise_rounds
from eval.bench.machine import describe_machine, memory_of
from eval.bench.process import ServerProcess, seconds_of_command, serving
from eval.bench.record import FORMAT, Benchmark, BenchOptions, Served
from eval.bench.sources import base_documents, beir_sources, starter_sources
from eval.bench.stores import BuiltStore, StoreBuilder
from eval.bench.timing import median, percentiles
from eval.bench.vectors import measure_vectors
from eval.errors import TargetError
from service.opening import load_encoder
from service.runtime.progress import Progress
from service.settings import Settings

QUESTIONS_PER_ASKER = 8
"""Minimum number of questions per asker, so that start and end of a round have little weight."""

SYNTHETIC = (
    "recombined sentences of the real documents, each with its token signs, in which one bit in 16 is flipped; the "
    "vector of a passage is the weighted mean of the vectors of its sentences' passages, with noise"
)


def run_benchmark(
    settings: Settings,
    options: BenchOptions,
    say: Callable[[str], None],
    progress: Progress,
    *,
    beir_folder: Path | None = None,
    work: Path | None = None,
) -> Benchmark:
    """Measure ingest, cold starts, and asking on a store of each size.

    Args:
        settings: The settings of `footnote`; the data folder is neither read nor changed.
        options: Sizes and counts.
        say: Receives a sentence before each step.
        progress: Receives the progress of each step.
        beir_folder: Documents and questions to use instead of the starter's.
        work: Folder that keeps the stores for the next run; None for a temporary folder.

    Raises:
        FootnoteError: The documents cannot be used, or Footnote does not start or answer.
    """
    started = _now()
    with _folders(work) as (kept, temporary):
        if beir_folder is None:
            sources = starter_sources(temporary / "sources")
        else:
            sources = beir_sources(beir_folder, temporary / "sources", options.documents)
        say("Loading the encoder.")
        encoder = load_encoder(settings, say)
        encoder.encode_question("Is everything warm?")
        machine = describe_machine()
        say(f"Ingesting {sources.documents} documents, alternating with the encoder alone.")
        base = temporary / "base"
        ingest = measure_ingest(sources, encoder, settings, base, options.rounds, progress)
        with View(base) as view:
            builder = StoreBuilder(base_documents(view), encoder, settings, kept, options.seed)
        say("Starting 'footnote --help'.")
        helped = [round(seconds_of_command("--help"), 3) for _ in range(options.rounds)]
        served = []
        for passages in options.passages:
            say(f"Making a store of {passages:,} passages.")
            store = builder.store(passages, progress)
            served.append(_served(store, encoder, sources.questions, options, say, progress))
    return Benchmark(
        format=FORMAT,
        started=started,
        finished=_now(),
        machine=machine,
        encoder=settings.encoder,
        options=options,
        set_name=sources.name,
        synthetic=SYNTHETIC,
        ingest=ingest,
        help_command_s=helped,
        served=served,
        verdicts=verdicts(ingest, served),
    )


@contextlib.contextmanager
def _folders(work: Path | None) -> Iterator[tuple[Path, Path]]:
    """Yield the folder of the stores, and a temporary folder."""
    try:
        if work is not None:
            work.mkdir(parents=True, exist_ok=True)
        temporary = tempfile.TemporaryDirectory(prefix="footnote-bench-", dir=work)
    except OSError as error:
        raise TargetError(
            f"The folder {work or tempfile.gettempdir()} cannot be written ({error.strerror}). "
            "Choose another with --work."
        ) from error
    with temporary as folder:
        yield work or Path(folder), Path(folder)


def _served(
    store: BuiltStore,
    encoder: Encoder,
    questions: Sequence[str],
    options: BenchOptions,
    say: Callable[[str], None],
    progress: Progress,
) -> Served:
    say("Searching its vectors.")
    asked = [encoder.encode_question(question).vector for question in questions[: options.questions]]
    vectors = measure_vectors(store.folder, asked, options.seed)
    ask_s, ready_s = _started(store, questions[0], options, say, progress)
    with serving(store.folder) as server:
        say(f"Asking {server.url}.")
        alone, loads = _asked(server, encoder, questions, options, progress)
        memory = memory_of(server.pid)
    asking = [summarise_rounds([load for load in loads if load.askers == askers]) for askers in options.askers]
    one = next(a for a in asking if a.askers == 1)
    question_ms = percentiles(list(itertools.chain.from_iterable(alone)))
    if question_ms is None or one.latency_ms is None or not one.per_second:
        raise TargetError(f"One asker got no answers ({one.first_failure}){server.last_output()}")
    by_round = [
        round(median(load.latencies_ms) / median(times), 3)
        for times, load in zip(alone, (load for load in loads if load.askers == 1), strict=True)
        if load.latencies_ms
    ]
    return Served(
        store=store,
        vectors=vectors,
        ask_command_s=ask_s,
        ready_s=[*ready_s, server.ready_s],
        question_ms=question_ms,
        asking=asking,
        ask_to_encode=round(median(by_round), 3),
        rounds_ask_to_encode=by_round,
        gain={a.askers: round(a.per_second / one.per_second, 3) for a in asking},
        memory=memory,
    )


def _started(
    store: BuiltStore, question: str, options: BenchOptions, say: Callable[[str], None], progress: Progress
) -> tuple[list[float], list[float]]:
    """Return the seconds of each `footnote ask`, and of each start of `footnote serve` except the last."""
    say("Starting 'footnote ask' and 'footnote serve'.")
    ask_s, ready_s = [], []
    progress.start(2 * options.rounds - 1, "starts")
    try:
        for _ in range(options.rounds):
            ask_s.append(round(seconds_of_command("ask", question, "--data", str(store.folder)), 3))
            progress.advance()
        for _ in range(options.rounds - 1):
            with serving(store.folder) as server:
                ready_s.append(server.ready_s)
            progress.advance()
    finally:
        progress.finish()
    return ask_s, ready_s


def _asked(
    server: ServerProcess, encoder: Encoder, questions: Sequence[str], options: BenchOptions, progress: Progress
) -> tuple[list[list[float]], list[LoadRound]]:
    """Return the encoding times of each round, and the rounds of asking."""
    endless = itertools.cycle(questions)
    most = max(options.askers)
    warm = ask_all(server.url, list(itertools.islice(endless, 2 * most)), most)
    if not warm.latencies_ms:
        raise TargetError(f"The server answers no question ({warm.failures[0]}){server.last_output()}")
    alone, loads = [], []
    progress.start(options.rounds * (1 + len(options.askers)), "rounds of questions")
    try:
        for _ in range(options.rounds):
            turn = list(itertools.islice(endless, options.questions))
            alone.append(question_latencies(encoder, turn))
            progress.advance()
            for askers in options.askers:
                more = itertools.islice(endless, max(0, QUESTIONS_PER_ASKER * askers - len(turn)))
                loads.append(ask_all(server.url, [*turn, *more], askers))
                progress.advance()
    finally:
        progress.finish()
    return alone, loads


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
