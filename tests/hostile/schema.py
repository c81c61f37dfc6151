"""The service held to its OpenAPI document by schemathesis, with all its checks.

It makes requests that the document allows and requests that it does not, and follows what answers lead to. Each must
be answered as the document says, with no error of the server's. What the document cannot say stands in
`schemathesis.toml`.

    python -m tests.hostile.schema --examples 1000
"""

import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import click

from tests.reliability.reports import Report
from tests.reliability.servers import KEY, ROOT, Place

__all__ = ["Options", "examine"]

CONFIG = Path(__file__).with_name("schemathesis.toml")
PROGRAM = "import sys; sys.argv[0] = 'schemathesis'; from schemathesis.cli import schemathesis; schemathesis()"
SHOWN_LINE = 1_000
SHOWN = 20_000
"""Number of last characters of schemathesis's output that are shown."""


@dataclass(frozen=True, slots=True)
class Options:
    """How much.

    Args:
        examples: Requests made at random for each operation, each way.
        phases: Of schemathesis: `examples`, `coverage`, `fuzzing`, `stateful`.
    """

    examples: int = 1000
    phases: str = "examples,coverage,fuzzing,stateful"


def examine(url: str, key: str, options: Options, folder: Path, report: Report) -> None:
    """Hold a running service to its document.

    Args:
        url: Where it answers.
        key: Of its administrator.
        options: How much.
        folder: Where schemathesis keeps what it sent and got.
        report: Receives the violations and the figures.
    """
    sent = folder / "sent.ndjson"
    command = [
        *(sys.executable, "-c", PROGRAM, "--config-file", str(CONFIG), "run", f"{url}/openapi.json"),
        *("--checks", "all", "--phases", options.phases, "--max-examples", str(options.examples)),
        *("--seed", str(report.seed), "--generation-database", "none"),
        *("--header", f"Authorization: Bearer {key}", "--continue-on-failure", "--no-color", "--no-shrink"),
        *("--report", "ndjson", "--report-ndjson-path", str(sent)),
    ]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    report.check(ended.returncode == 0, _shown(ended.stdout) + _shown(ended.stderr))
    statuses = _statuses(sent) if sent.exists() else Counter()
    report.figures["requests"] = f"{sum(statuses.values()):,}"
    report.figures["statuses"] = ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items()))
    bad = {status: count for status, count in statuses.items() if status >= 500 and status != 503}
    report.check(not bad, f"Errors of the server's: {bad}")
    report.check(statuses[200] > 0, "Nothing was answered.")


def _shown(said: str) -> str:
    """Return the end of its output, without the middle of lines with whole bodies."""
    lines = (line if len(line) <= SHOWN_LINE else f"{line[:SHOWN_LINE]} …" for line in said.splitlines())
    return "\n".join(lines)[-SHOWN:]


def _statuses(path: Path) -> Counter[int]:
    """How many responses of each status there were."""
    found: Counter[int] = Counter()
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            _count(json.loads(line), found)
    return found


def _count(value: object, found: Counter[int]) -> None:
    if isinstance(value, dict):
        if isinstance(value.get("status_code"), int):
            found[value["status_code"]] += 1
        for part in value.values():
            _count(part, found)
    elif isinstance(value, list):
        for part in value:
            _count(part, found)


@click.command()
@click.option("--examples", default=1000, show_default=True, help="Requests made at random for each operation.")
@click.option("--seed", type=int, default=None, help="To repeat a run.")
def main(examples: int, seed: int | None) -> None:
    """Hold a real server over the starter documents to its OpenAPI document; exit code 1 if it does not keep it."""
    report = Report("schema", random.randrange(2**32) if seed is None else seed)
    report.say(f"Seed {report.seed}.")
    with tempfile.TemporaryDirectory(prefix="footnote-schema-") as folder:
        place = Place(Path(folder), {"FOOTNOTE_WAIT_SECONDS": "60"})
        place.command("ingest", str(ROOT / "corpus" / "starter")).check_returncode()
        with place.serving() as server:
            examine(server.url, KEY, Options(examples), Path(folder), report)
            report.check("Traceback" not in server.said(), server.said()[-SHOWN:])
    raise SystemExit(report.end())


if __name__ == "__main__":
    main()
