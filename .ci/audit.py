"""Hold the pinned dependencies against the advisories that are published for them.

    python .ci/audit.py [--all]

It ends with 1 if an advisory is known for one of them. What could not be looked up, as without a network, is said; with
`--all` that ends it with 1, too.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
PIP_AUDIT = (
    sys.executable,
    "-m",
    "pip_audit",
    "--require-hashes",
    "--disable-pip",
    "--format=json",
    "--progress-spinner=off",
)
LONGEST_S = 300
LISTS = ("dev", "torch", "build", "image", "lock")
"""The others have no package that these do not have, but CUDA's libraries, which are PyTorch's."""


def audited(report: Mapping[str, Any]) -> tuple[list[str], list[str], list[str]]:
    """What a report of pip-audit says.

    Args:
        report: As `--format=json` writes it.

    Returns:
        Names of dependencies without known advisories; a sentence for each known advisory; names not looked up.
    """
    clear, found, skipped = [], [], []
    for one in report["dependencies"]:
        if "skip_reason" in one:
            skipped.append(one["name"])
        elif not one["vulns"]:
            clear.append(one["name"])
        for advisory in one.get("vulns", ()):
            fixed = ", ".join(advisory["fix_versions"]) or "no version yet"
            found.append(f"{one['name']} {one['version']} has {advisory['id']}, fixed in {fixed}.")
    return clear, found, skipped


def main() -> int:
    """Audit what requirements/ pins; return the exit code."""
    lists = [str(REPOSITORY / "requirements" / f"{name}.txt") for name in LISTS]
    command = [*PIP_AUDIT, *(part for path in lists for part in ("--requirement", path))]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_S)
        clear, found, skipped = audited(json.loads(done.stdout))
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        clear, found, skipped = [], [], ["everything"]
    for sentence in found:
        print(sentence)
    print(f"{len(clear)} dependencies have no known advisory, {len(found)} advisories are known.")
    if skipped:
        some = "all of them" if not clear and not found else ", ".join(skipped)
        print(f"Not audited, because no advisories were to be had from here: {some}.")
    return 1 if found or (skipped and "--all" in sys.argv) else 0


if __name__ == "__main__":
    sys.exit(main())
