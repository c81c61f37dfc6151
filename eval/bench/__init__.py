"""Benchmark of speed, memory and size."""

from eval.bench.benchmark import run_benchmark
from eval.bench.output import print_benchmark
from eval.bench.record import BenchOptions, check_writable, save_benchmark

__all__ = [
    "BenchOptions",
    "check_writable",
    "print_benchmark",
    "run_benchmark",
    "save_benchmark",
]
