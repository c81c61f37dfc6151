"""What a harness says: a line now and then, what was violated, and a table of figures at the end."""

import sys
import time
from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Report"]

TOLD = 20
"""So many violations are told one by one."""


@dataclass(slots=True)
class Report:
    """What a run has shown so far.

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
        """Tell how far it is."""
        if not self.quiet:
            sys.stderr.write(f"[{time.monotonic() - self.begun:6.1f} s] {text}\n")
            sys.stderr.flush()

    def check(self, holds: bool, text: str) -> None:
        """Count a violation unless something holds."""
        if not holds:
            self.violations.append(text)
            if len(self.violations) <= TOLD:
                self.say(f"VIOLATION: {text}")

    def end(self) -> int:
        """Print the figures as a table, and give the exit code."""
        lines = [f"{self.name}, seed {self.seed}", "", "| what | measured |", "|---|---|"]
        lines += [f"| {what} | {value} |" for what, value in self.figures.items()]
        lines += [f"| violations | {len(self.violations)} |"]
        sys.stdout.write("\n".join(lines) + "\n")
        for text, count in Counter(self.violations).most_common(TOLD):
            sys.stdout.write(f"violation, {count} times: {text}\n")
        return 1 if self.violations else 0
