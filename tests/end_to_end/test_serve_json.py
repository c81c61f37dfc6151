"""A server with JSON logs: every line of its output is JSON."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port", "0", "--no-starter"]


def test_every_line_is_an_object_and_a_request_is_found_by_its_id(tmp_path: Path, tiny_model: Path) -> None:
    environment = {
        **os.environ,
        "FOOTNOTE_DATA": str(tmp_path / "data"),
        "FOOTNOTE_ENCODER": str(tiny_model),
        "FOOTNOTE_LOG_FORMAT": "json",
    }
    process = subprocess.Popen(COMMAND, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    lines: list[dict[str, Any]] = []
    try:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(json.loads(line))
            ready = re.match(r"Footnote is ready at (http://\S+) ", lines[-1]["message"])
            if ready:
                response = httpx2.post(f"{ready[1]}/v1/ask", json={"question": ""})
                process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
    assert lines[0]["message"] == "Loading the encoder."
    (access,) = [line for line in lines if line["logger"] == "service.requests"]
    assert access["request_id"] == response.headers["x-request-id"]
    assert (access["route"], access["status"], access["problem"]) == ("/v1/ask", 422, "invalid-request")
