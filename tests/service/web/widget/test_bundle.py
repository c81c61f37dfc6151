"""The widget's file is what its sources give."""

import shutil
import subprocess
from importlib import resources
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
WEB = Path(str(resources.files("service"))) / "web"


def test_the_file_is_bundled_from_the_sources_as_they_are() -> None:
    if shutil.which("npm") is None or not (ROOT / "node_modules/.bin/esbuild").exists():
        pytest.skip("Node or node_modules is missing; with Node installed: make check")
    bundle = ["npm", "run", "--silent", "bundle"]

    made = [subprocess.run(bundle, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout for _ in range(2)]

    assert made[0] == made[1]
    assert made[0] == (WEB / "widget.js").read_bytes(), "service/web/widget.js is out of date: npm run build"
