"""Runs a stage of the Dockerfile below a folder, without a Docker engine."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.dockerfile import CALLERS_PATH, DOCKERIGNORE, REPOSITORY, Stage, Step, files_sent

_MOVED = re.compile(r"(?<![\w./:-])(?=/(?:opt|src|data|home)\b)")
"""The start of a path of the Dockerfile, not within an address or another path."""


def moved(text: str, root: Path) -> str:
    """Return a text with the paths of the Dockerfile moved below another root."""
    return _MOVED.sub(str(root), text)


def environment_of(step: Step, root: Path) -> dict[str, str]:
    """Return the environment of a step: the caller's without variables of Python and Footnote, plus its ENV."""
    callers = {name: value for name, value in os.environ.items() if not re.match("PYTHON|FOOTNOTE_|VIRTUAL_ENV", name)}
    own = {name: moved(value, root).replace(CALLERS_PATH, callers["PATH"]) for name, value in step.environment.items()}
    return callers | own


def carry_out(stage: Stage, root: Path, programs: Path) -> None:
    """Run the instructions of a stage below a root.

    The defaults of ARG are not set: the caller's environment decides, as `--build-arg` would.

    Args:
        stage: Only WORKDIR, COPY of the context, and RUN in shell form do anything.
        root: Takes the place of `/`.
        programs: A folder that the RUN steps find before any other on their PATH.
    """
    context, folder = files_sent(REPOSITORY, DOCKERIGNORE), root
    for step in stage.steps:
        match step.instruction:
            case "WORKDIR":
                folder = Path(moved(step.value, root))
                folder.mkdir(parents=True, exist_ok=True)
            case "COPY":
                _copy(step.words, context, folder)
            case "RUN":
                environment = environment_of(step, root)
                environment["PATH"] = f"{programs}{os.pathsep}{environment['PATH']}"
                run(["/bin/sh", "-c", moved(step.rest, root)], folder, environment)
            case "ARG" | "ENV":
                pass
            case other:
                raise NotImplementedError(other)


def _copy(words: Sequence[str], context: Sequence[str], folder: Path) -> None:
    """Copy a file into a target that ends with a slash, and the content of a folder into the target."""
    *names, target = words
    for name in names:
        for path in context:
            if path == name:
                copied = folder / target / name if target.endswith("/") else folder / target
            elif path.startswith(f"{name}/"):
                copied = folder / target / path.removeprefix(f"{name}/")
            else:
                continue
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / path, copied)


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """Return the output of a command, which must succeed; nothing that it starts outlives the test."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == 0, f"{shlex.join(command)}\n{output}"
    return output
