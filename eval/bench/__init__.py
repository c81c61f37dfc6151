"""Benchmarks: how fast, how large, and side by side with other systems."""

from eval.bench.benchmark import run_benchmark
from eval.bench.output import print_benchmark
from eval.bench.process import stopped_like_interrupted
from eval.bench.record import BenchOptions, check_writable, save_benchmark
from eval.bench.systems.known import named_systems

__all__ = [
    "BenchOptions",
    "check_writable",
    "named_systems",
    "print_benchmark",
    "run_benchmark",
    "save_benchmark",
    "stopped_like_interrupted",
]
