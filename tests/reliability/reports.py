"""Output of a harness: progress lines, violations, and a table of figures at the end."""

import sys
import time
from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Report"]

TOLD = 20
"""Number of violations that are printed."""


@dataclass(slots=True)
class Report:
    """The results of a run so far.

    Args:
        name: Of the harness.
        seed: That the run can be repeated with, as far as time lets it.
        quiet: Whether to say nothing on the way.
    """

    name: str
    seed: int
    quiet: bool = False
    figures: dict[str, str] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """Print a progress line."""
        if not self.quiet:
            sys.stderr.write(f"[{time.monotonic() - self.begun:6.1f} s] {text}\n")
            sys.stderr.flush()

    def check(self, holds: bool, text: str) -> None:
        """Count a violation unless the condition holds."""
        if not holds:
            self.violations.append(text)
            if len(self.violations) <= TOLD:
                self.say(f"VIOLATION: {text}")

    def end(self) -> int:
        """Print the figures as a table, and return the exit code."""
        lines = [f"{self.name}, seed {self.seed}", "", "| what | measured |", "|---|---|"]
        lines += [f"| {what} | {value} |" for what, value in self.figures.items()]
        lines += [f"| violations | {len(self.violations)} |"]
        sys.stdout.write("\n".join(lines) + "\n")
        for text, count in Counter(self.violations).most_common(TOLD):
            sys.stdout.write(f"violation, {count} times: {text}\n")
        return 1 if self.violations else 0
