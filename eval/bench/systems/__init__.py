"""Footnote side by side with other systems: the same model, passages and questions, each in a process of its own."""

from eval.bench.systems.known import SYSTEMS, named_systems
from eval.bench.systems.result import SystemResult, as_markdown, print_systems
from eval.bench.systems.side_by_side import compare_systems

__all__ = ["SYSTEMS", "SystemResult", "as_markdown", "compare_systems", "named_systems", "print_systems"]
