"""Benchmarks: how fast, how large, and side by side with other systems."""
