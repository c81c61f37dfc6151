"""The image without a Docker engine: the installed files of its build stage, and a server run from them."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.dockerfile import (
    BUILD,
    DOCKERIGNORE,
    FINAL,
    HEALTH_ADDRESS,
    PACKAGES,
    PROJECT,
    REPOSITORY,
    files_sent,
    health_command,
)
from tests.end_to_end.image import carry_out, environment_of, moved, run
from tests.end_to_end.servers import running

# All tests share one installation of everything, which takes minutes where packages come over the network.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the root of an image: the build stage's steps, and the folders that the final stage adds."""
    root, programs = tmp_path_factory.mktemp("image"), tmp_path_factory.mktemp("programs")
    python = programs / "python"
    python.write_text(f'#!/bin/sh\nexec "{getattr(sys, "_base_executable", sys.executable)}" "$@"\n')
    python.chmod(0o755)
    try:
        carry_out(BUILD, root, programs)
        shutil.rmtree(root / "src")
        for folder in ("data", "home/footnote"):
            (root / folder).mkdir(parents=True)
        yield root
    finally:
        shutil.rmtree(root)  # more than a gigabyte, and pytest would keep it


def run_in(image: Path, *command: str) -> str:
    return run(command, image / "home/footnote", environment_of(FINAL.steps[-1], image))


def is_healthy(image: Path, address: str, **environment: str) -> bool:
    """Run the HEALTHCHECK command against another address."""
    program, *arguments = health_command()
    command = [program, *(argument.replace(HEALTH_ADDRESS, address) for argument in arguments)]
    inside = environment_of(FINAL.steps[-1], image) | environment
    done = subprocess.run(command, env=inside, cwd=image, capture_output=True, timeout=30, check=False)
    return done.returncode == 0


def normalised(pin: str) -> str:
    """Return a pin with its name as in PEP 503, without the local part of the version."""
    name, _, version = pin.partition("==")
    return f"{re.sub(r'[-_.]+', '-', name).lower()}=={version.partition('+')[0]}"


def test_the_installed_command_tells_the_projects_version(image: Path) -> None:
    assert run_in(image, "footnote", "--version").split()[-1] == PROJECT["project"]["version"]


def test_the_packages_are_imported_from_the_virtual_environment(image: Path) -> None:
    program = f"import json, {', '.join(PACKAGES)}; print(json.dumps([{', '.join(f'{p}.__file__' for p in PACKAGES)}]))"
    installed = moved("/opt/footnote/lib", image)
    for name, place in zip(PACKAGES, json.loads(run_in(image, "python", "-c", program)), strict=True):
        assert Path(place).is_relative_to(installed), name


def test_every_file_of_the_packages_is_installed(image: Path) -> None:
    program = (
        "import json; from importlib.metadata import files;"
        "print(json.dumps([str(path) for path in files('footnote-qa') if path.locate().is_file()]))"
    )
    installed = set(json.loads(run_in(image, "python", "-c", program)))
    wanted = {path for path in files_sent(REPOSITORY, DOCKERIGNORE) if path.split("/")[0] in PACKAGES}
    assert {f"{package}/py.typed" for package in PACKAGES} <= wanted
    assert any(path.startswith("corpus/starter/") for path in wanted)
    assert any(path.startswith("service/web/") for path in wanted) is (REPOSITORY / "service/web").is_dir()
    assert wanted - installed == set()


def test_every_package_in_the_image_is_pinned_and_nothing_that_only_builds_is_there(image: Path) -> None:
    program = (
        "import importlib.metadata as m;"
        "print(*(f'{d.name}=={d.version}' for d in m.distributions() if d.name != 'footnote-qa'))"
    )
    lists = "".join((REPOSITORY / f"requirements/{name}.txt").read_text() for name in ("run", "torch"))
    pins = {normalised(pin) for pin in re.findall(r"^\S+==\S+", lists, re.MULTILINE)}
    installed = {normalised(line) for line in run_in(image, "python", "-c", program).split()}
    assert installed - pins == set(), "make lock renews requirements/"


def test_the_bill_of_materials_lists_exactly_the_installed_packages(image: Path) -> None:
    bill = json.loads((image / "opt/footnote/sbom.cdx.json").read_text())
    program = "import importlib.metadata as m; print(*(f'{d.name}=={d.version}' for d in m.distributions()))"
    listed = {normalised(f"{one['name']}=={one['version']}") for one in bill["components"]}
    assert bill["bomFormat"] == "CycloneDX"
    root = bill["metadata"]["component"]
    assert (root["name"], root["version"]) == ("footnote-qa", PROJECT["project"]["version"])
    installed = {normalised(line) for line in run_in(image, "python", "-c", program).split()}
    assert listed | {normalised(f"footnote-qa=={root['version']}")} == installed
    assert any(one.get("licenses") for one in bill["components"])


def test_the_image_serves_the_starter_documents_and_stops_on_a_signal(image: Path) -> None:
    command = [*FINAL.last("ENTRYPOINT").words, *FINAL.last("CMD").words, "--host", "127.0.0.1", "--port", "0"]
    with running(command, environment_of(FINAL.steps[-1], image)) as server:
        address = server.url.removeprefix("http://")
        assert is_healthy(image, address)
        assert is_healthy(image, address, http_proxy="http://127.0.0.1:9"), "a proxy was asked for the container"
        question = {"question": "What happened in Quezaltepeque prison in September 2020?"}
        answer = httpx2.post(f"{server.url}/v1/ask", json=question, timeout=60, trust_env=False).json()
        assert server.stop() == 0
        assert not is_healthy(image, address)
    assert answer["status"] == "answered"
    assert answer["answer"]["text"] in answer["passages"][0]["text"]
    assert answer["answer"]["citation"]["publisher"] == "Footnote starter documents"
    assert (image / "data/footnote.db").is_file()
