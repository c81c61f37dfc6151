"""The printed form of a benchmark."""

from collections.abc import Sequence

import click

from eval.bench.load import LoadSummary
from eval.bench.record import Benchmark, Served, Verdict
from eval.bench.timing import Percentiles, median
from eval.bench.vectors import Growth
from service.runtime.terminal import plural

MIB = 2**20
GIB = 2**30


def print_benchmark(benchmark: Benchmark) -> None:
    """Print the measurements, then the budgets."""
    machine, ingest = benchmark.machine, benchmark.ingest
    click.echo(
        f"{machine.cpu}, {plural(machine.cores, 'core')}, {machine.memory_bytes / GIB:.0f} GiB, {machine.system}"
    )
    packages = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    click.echo(f"{machine.python}; {packages}")
    settings = [*machine.threads, *(f"{name}={value}" for name, value in machine.environment.items())]
    click.echo(f"Threads: {', '.join(settings)}. Load before the benchmark: {machine.load:.2f}")
    click.echo(f"{benchmark.started} to {benchmark.finished}, encoder {benchmark.encoder}, set '{benchmark.set_name}'")
    click.echo(
        f"\n{'ingest':30} {ingest.ingest_per_second:9.1f} passages/s  {_spread(ingest.rounds_ingest_per_second)}"
    )
    alone = f"{ingest.encoder_per_second:9.1f} passages/s  {_spread(ingest.rounds_encoder_per_second)}"
    click.echo(f"{'encoder alone, same texts':30} {alone}")
    click.echo(f"{'ingest / encoder':30} {ingest.share:9.2f}")
    click.echo(f"{'footnote --help':30} {_starts(benchmark.help_command_s)}")
    for served in benchmark.served:
        _print_served(served)
    if any(served.store.passages > served.store.real_passages for served in benchmark.served):
        click.echo(f"\nSynthetic passages: {benchmark.synthetic}.")
    click.echo("\nBudgets")
    for verdict in benchmark.verdicts:
        click.echo(_verdict(verdict))


def _print_served(served: Served) -> None:
    store = served.store
    click.echo(
        f"\n{plural(store.passages, 'passage')} ({store.real_passages:,} real) in "
        f"{plural(store.documents, 'document')}, generation {store.generation}"
    )
    made = "kept from an earlier run" if store.build_s is None else f"made in {store.build_s:.1f} s"
    sizes = f"database {store.database_bytes / MIB:.1f} MiB, index {store.index_bytes / MIB:.1f} MiB"
    click.echo(f"  {'on disk':28} {sizes}, {made}")
    if store.growth is not None:
        click.echo(f"  {'documents added':28} {_growth(store.growth)}")
    vectors = served.vectors
    recall = f"recall@100 {vectors.recall:.4f}, of the worst question {vectors.worst_recall:.2f}"
    click.echo(f"  {'vector index':28} {vectors.kind}, opened in {vectors.open_s:.2f} s, {recall}")
    click.echo(f"  {'vector search, p50 / p99':28} {_search(vectors.ms)}, on the processor {_search(vectors.cpu_ms)}")
    for share, milliseconds in vectors.filtered_cpu_ms.items():
        name = f"{share:.0%} of them allowed"
        click.echo(
            f"  {name:>28} on the processor {_search(milliseconds)}, recall@100 {vectors.filtered_recall[share]:.4f}"
        )
    click.echo(f"  {'footnote ask':28} {_starts(served.ask_command_s)}")
    click.echo(f"  {'footnote serve ready':28} {_starts(served.ready_s)}")
    memory = served.memory
    if memory is None:
        click.echo(f"  {'memory of the server':28} not available on this system")
    else:
        used = f"{memory.resident / MIB:.0f} MiB resident, {memory.private / MIB:.0f} MiB of it private"
        click.echo(f"  {'memory of the server':28} {used}, peak {memory.peak / MIB:.0f} MiB")
    click.echo(f"  {'':28} {'p50 ms':>9} {'p95 ms':>9} {'p99 ms':>9} {'a second':>9} {'/ 1 asker':>9} {'failed':>7}")
    click.echo(f"  {'encoding a question alone':28} {_times(served.question_ms)}")
    for asking in served.asking:
        click.echo(_asking(asking, served.gain[asking.askers]))
    ratios = _spread(served.rounds_ask_to_encode)
    click.echo(f"  {'ask / encode, p50':28} {served.ask_to_encode:9.2f}  {ratios}")
    steps = next(asking.steps_ms for asking in served.asking if asking.askers == 1)
    listed = ", ".join(f"{step} {milliseconds:.1f}" for step, milliseconds in steps.items())
    click.echo(f"  {'steps of one asker, p50 ms':28} {listed}")


def _asking(asking: LoadSummary, gain: float) -> str:
    name = f"/v1/ask, {plural(asking.askers, 'asker')}"
    failed = f"{asking.failed:7}" + (f" ({asking.first_failure})" if asking.failed else "")
    return f"  {name:28} {_times(asking.latency_ms)} {asking.per_second:9.1f} {gain:9.2f} {failed}"


def _times(times: Percentiles | None) -> str:
    if times is None:
        return " ".join([f"{'–':>9}"] * 3)
    return f"{times.p50:9.1f} {times.p95:9.1f} {times.p99:9.1f}"


def _search(times: Percentiles) -> str:
    return f"{times.p50:.2f} / {times.p99:.2f} ms"


def _growth(growth: Growth) -> str:
    return (
        f"{growth.documents:,} of {plural(growth.passages, 'passage')}: stored in {growth.stored_s:.1f} s, "
        f"vector index {growth.vectors_s:.1f} s and {growth.written_s:.1f} s to write, "
        f"lexical index {growth.lexical_s:.1f} s"
    )


def _starts(seconds: Sequence[float]) -> str:
    return f"{median(seconds):9.2f} s  {_spread(seconds)}"


def _spread(values: Sequence[float]) -> str:
    return f"({min(values):.2f} to {max(values):.2f})"


def _verdict(verdict: Verdict) -> str:
    if verdict.met is None:
        said, value = "not measured", f"{'–':>8}"
    else:
        said, value = "met" if verdict.met else "NOT MET", f"{verdict.value:8.2f}"
    size = "" if verdict.passages is None else f"{verdict.passages:,} passages"
    if verdict.meant_for is not None and verdict.passages != verdict.meant_for:
        said += f" (set for {verdict.meant_for:,})"
    return f"  {verdict.demand:68} {size:>17} {value}  {said}"
