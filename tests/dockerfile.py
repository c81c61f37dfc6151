"""Reads the Dockerfile and the .dockerignore."""

import io
import json
import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dockerfile_parse import DockerfileParser
from dockerfile_parse.parser import image_from

REPOSITORY = Path(__file__).parent.parent
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()
DOCKERIGNORE = (REPOSITORY / ".dockerignore").read_text()
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

CALLERS_PATH = "$PATH"
"""Stands for the PATH that the base image sets."""

HEALTH_ADDRESS = "127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction.

    Args:
        environment: What its stage's ENV instructions have set, this one included.
        arguments: What its stage's ARG instructions have declared, with their defaults.
    """

    instruction: str
    value: str
    environment: Mapping[str, str]
    arguments: Mapping[str, str]

    @property
    def flags(self) -> dict[str, str]:
        """`--name=value` before anything else, by name."""
        return dict(re.findall(r"--([\w-]+)=(\S+)", self.value[: len(self.value) - len(self.rest)]))

    @property
    def rest(self) -> str:
        """The value without its flags."""
        return re.sub(r"^(?:--[\w-]+=\S+\s+)*", "", self.value)

    @property
    def words(self) -> list[str]:
        """The rest, in words; a list if it is in exec form."""
        return exec_form(self.rest) or shlex.split(self.rest)

    @property
    def commands(self) -> list[str]:
        """What a RUN step in shell form runs, one after the other."""
        return [re.sub(r"\s+", " ", command).strip() for command in self.rest.split("&&")]


@dataclass(frozen=True, slots=True)
class Stage:
    """What follows one FROM."""

    image: str
    name: str | None
    steps: tuple[Step, ...]

    def all(self, instruction: str) -> list[Step]:
        """Its steps of one kind."""
        return [step for step in self.steps if step.instruction == instruction]

    def last(self, instruction: str) -> Step:
        """The only one that counts of those of which the last wins."""
        return self.all(instruction)[-1]


def read_stages(dockerfile: str) -> list[Stage]:
    """The stages of a Dockerfile, in order."""
    parser = DockerfileParser(fileobj=io.BytesIO(dockerfile.encode()), parent_env={"PATH": CALLERS_PATH})
    stages: list[Stage] = []
    for line, context in zip(parser.structure, parser.context_structure, strict=True):
        if line["instruction"] == "FROM":
            image, name = image_from(line["value"])
            stages.append(Stage(image, name, steps=()))
        elif line["instruction"] != "COMMENT" and stages:
            step = Step(line["instruction"], line["value"], context.envs, context.args)
            stages[-1] = Stage(stages[-1].image, stages[-1].name, (*stages[-1].steps, step))
    return stages


def exec_form(value: str) -> list[str] | None:
    """The words of an instruction in exec form (JSON); None if it is in shell form."""
    try:
        words = json.loads(value)
    except json.JSONDecodeError:
        return None
    return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def is_ignored(path: str, dockerignore: str) -> bool:
    """Whether a .dockerignore leaves a path out: the last pattern that matches it or a folder above it decides."""
    candidates = [path, *(str(parent) for parent in PurePosixPath(path).parents if str(parent) != ".")]
    ignored = False
    for line in dockerignore.splitlines():
        pattern = "" if line.startswith("#") else line.strip()
        expression = _expression(pattern.removeprefix("!").strip("/"))
        if pattern and any(re.fullmatch(expression, candidate) for candidate in candidates):
            ignored = not pattern.startswith("!")
    return ignored


def _expression(pattern: str) -> str:
    """A .dockerignore pattern as a regular expression; `**/` stands for any number of folders, even none."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.findall(r"\*\*/|\*\*|\*|\?|\[[^]]+\]|.", pattern)
    return "".join(parts.get(piece) or (piece if len(piece) > 1 else re.escape(piece)) for piece in pieces)


def files_sent(folder: Path, dockerignore: str) -> list[str]:
    """Paths of the files that reach a builder, relative to the folder."""
    sent = []
    for top in folder.iterdir():
        if not is_ignored(top.name, dockerignore):
            below = [top] if top.is_file() else [path for path in top.rglob("*") if path.is_file()]
            sent += [path.relative_to(folder).as_posix() for path in below]
    return sorted(path for path in sent if not is_ignored(path, dockerignore))


def seconds(duration: str) -> int:
    """A duration such as `90s` or `2m`."""
    return int(duration[:-1]) * {"s": 1, "m": 60}[duration[-1]]


def health_command() -> list[str]:
    """What the HEALTHCHECK runs."""
    command = exec_form(FINAL.last("HEALTHCHECK").rest.removeprefix("CMD"))
    assert command is not None, "the HEALTHCHECK needs a shell"
    return command


STAGES = read_stages(DOCKERFILE)
BUILD, FINAL = STAGES[0], STAGES[-1]
