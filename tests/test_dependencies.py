"""What the project may be installed with, and what is known against it."""

import runpy
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.dockerfile import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]

FIXED = {
    "starlette": "1.3.1",
    "python-multipart": "0.0.27",
    "langchain-text-splitters": "1.1.2",
    "sentence-transformers": "6",
}
"""The first versions without what is known against earlier ones."""


@pytest.mark.parametrize("name", FIXED)
def test_no_version_is_taken_that_is_known_to_be_unsafe(name: str) -> None:
    [requirement] = [one for one in map(Requirement, PROJECT["dependencies"]) if one.name == name]
    floors = [Version(part.version) for part in requirement.specifier if part.operator == ">="]
    assert max(floors) >= Version(FIXED[name])


def test_an_advisory_names_the_version_with_the_fix() -> None:
    audited = runpy.run_path(str(REPOSITORY / ".ci/audit.py"))["audited"]
    report: dict[str, Any] = {
        "dependencies": [
            {"name": "click", "version": "8.5.1", "vulns": []},
            {"name": "six", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "1.2"]}]},
            {"name": "attrs", "version": "1.0", "vulns": [{"id": "PYSEC-2", "fix_versions": []}]},
            {"name": "lark", "skip_reason": "not found"},
        ]
    }
    assert audited(report) == (
        ["click"],
        ["six 1.0 has PYSEC-1, fixed in 1.1, 1.2.", "attrs 1.0 has PYSEC-2, fixed in no version yet."],
        ["lark"],
    )
