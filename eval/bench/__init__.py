"""Benchmarks: how fast the service is, how much it needs, and what that is beside the encoder alone."""
