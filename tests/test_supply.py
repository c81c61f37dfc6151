"""What is installed is what requirements/ pins, file by file, and nothing else."""

import hashlib
import importlib.metadata
import os
import re
import runpy
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pip
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.dockerfile import BUILD, DOCKERFILE, PROJECT, REPOSITORY, STAGES

LISTS = {path.stem: path.read_text() for path in (REPOSITORY / "requirements").glob("*.txt")}
LOCK = runpy.run_path(str(REPOSITORY / ".ci/lock.py"))
NAME = PROJECT["project"]["name"]
LINE = re.compile(r"#.*|[\w.-]+==[\w.!]+(?: ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?")


def pins(name: str) -> dict[str, list[Requirement]]:
    """Of each package of a list, by its normalised name, the pins."""
    found: dict[str, list[Requirement]] = {}
    for line in LOCK["without_hashes"](LISTS[name]).splitlines():
        one = Requirement(line)
        found.setdefault(canonicalize_name(one.name), []).append(one)
    return found


def version_of(pin: Requirement) -> str:
    [only] = pin.specifier
    return only.version


def asked(extra: str | None) -> Iterator[Requirement]:
    """What the project asks for directly, with the extras that an extra brings."""
    texts = PROJECT["project"]["dependencies"] if extra is None else PROJECT["project"]["optional-dependencies"][extra]
    for one in map(Requirement, texts):
        if canonicalize_name(one.name) == NAME:
            for inner in one.extras:
                yield from asked(inner)
        else:
            yield one


ASKED = {
    "run": list(asked(None)),
    "ocr": [*asked(None), *asked("ocr")],
    "postgres": [*asked(None), *asked("postgres")],
    "otel": [*asked(None), *asked("otel")],
    "dev": [*asked(None), *asked("dev")],
    **{name: [Requirement(text) for text in texts] for name, texts in PROJECT["dependency-groups"].items()},
}
"""What each list is for, by its name."""

# The lists


def test_every_list_is_for_something() -> None:
    assert set(LISTS) == {*ASKED, "torch", "cuda"}


@pytest.mark.parametrize("name", ASKED)
def test_every_dependency_is_pinned_at_a_version_that_the_project_allows(name: str) -> None:
    pinned = pins(name) | pins("torch")
    assert ASKED[name]
    for one in ASKED[name]:
        found = pinned.get(canonicalize_name(one.name))
        assert found, f"requirements/{name}.txt lacks {one.name}; run make lock ARGS=--keep"
        assert all(one.specifier.contains(version_of(pin)) for pin in found), one


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_list_holds_exact_versions_with_hashes_and_no_address(name: str) -> None:
    for line in LISTS[name].splitlines():
        assert LINE.fullmatch(line), line
    for text in LOCK["entries"](LISTS[name]).values():
        for part in re.split(r"\n(?=\w)", text):
            assert "--hash=" in part, part


def test_a_package_has_one_version_in_all_lists() -> None:
    found: dict[str, set[frozenset[str]]] = {}
    for name in LISTS:
        for package, versions in pins(name).items():
            found.setdefault(package, set()).add(frozenset(map(version_of, versions)))
    assert {package: versions for package, versions in found.items() if len(versions) > 1} == {}


@pytest.mark.parametrize("name", ["run", "ocr", "otel", "postgres", "dev", "build"])
def test_a_list_is_complete_without_what_it_does_not_name(name: str) -> None:
    """`--no-deps` would leave out, and a later install bring in unpinned, what a pinned package needs."""
    pinned = pins(name) if name == "build" else pins(name) | pins("torch")
    for package, versions in pinned.items():
        applies = [one for one in versions if one.marker is None or one.marker.evaluate()]
        if not applies or package not in INSTALLED:
            continue
        for needed in map(Requirement, importlib.metadata.requires(package) or ()):
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                inner = canonicalize_name(needed.name)
                assert inner in pinned or inner == "pip" or CUDA.fullmatch(inner), (package, inner)


CUDA = LOCK["OF_CUDA"]
INSTALLED = {canonicalize_name(one.name): one.version for one in importlib.metadata.distributions()}


def test_what_is_installed_here_is_what_is_pinned() -> None:
    pinned: dict[str, set[str]] = {}
    for name in LISTS:
        for package, versions in pins(name).items():
            pinned.setdefault(package, set()).update(map(version_of, versions))
    for package, version in INSTALLED.items():
        if package not in (NAME, "pip"):
            assert version.partition("+")[0] in pinned.get(package, ()), package


def test_every_build_of_pytorch_that_pypi_has_is_listed_and_some_of_its_own_index() -> None:
    """PyPI has one for each Python and four systems; the other index has more of the same version."""
    [entry] = LOCK["entries"](LISTS["torch"]).values()
    assert len(LOCK["HASH"].findall(entry)) > 24


# Who installs from them


def test_every_installation_is_held_to_hashes_but_that_of_the_project_itself() -> None:
    commands = (REPOSITORY / "Makefile").read_text().replace("\\\n", " ").splitlines()
    commands += (REPOSITORY / "docs/operations.md").read_text().splitlines()
    commands += [command for step in BUILD.all("RUN") for command in step.commands]
    commands += (REPOSITORY / ".ci/run").read_text().splitlines()
    installing = [one for one in commands if re.search(r"pip\b.* install ", one)]
    assert len(installing) > 8
    for one in installing:
        assert "--no-deps" in one, one
        is_the_project = re.search(r"(--editable \.|--no-build-isolation \.|dist/\*\.whl)$", one)
        assert is_the_project or "--require-hashes" in one, one


# pip's refusal


def wheel(folder: Path, name: str, needs: str = "", body: str = "") -> str:
    """Write a wheel of one module; return the hash of its file."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n" + (f"Requires-Dist: {needs}\n" if needs else "")
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}.py", body)
        file.writestr(f"{name}-1.0.dist-info/METADATA", about)
        file.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def offline(tmp_path: Path) -> dict[str, str]:
    """An environment in which pip finds the wheels of a folder and nothing else, for a Python of its own."""
    wheels, modules = tmp_path / "wheels", tmp_path / "modules"
    wheels.mkdir()
    modules.mkdir()
    (modules / "pip").symlink_to(Path(pip.__file__).parent)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    only = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
    return {**kept, **only, "PYTHONPATH": str(modules), "PIP_DISABLE_PIP_VERSION_CHECK": "1", "TMPDIR": str(tmp_path)}


def options_of_the_makefile() -> list[str]:
    [line] = [one for one in (REPOSITORY / "Makefile").read_text().splitlines() if one.startswith("INSTALL = ")]
    return [word for word in line.split()[2:] if word != "$(PIP_FLAGS)"]


def run(tmp_path: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(tmp_path / "venv/bin/python"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def has(tmp_path: Path, environment: dict[str, str], module: str) -> bool:
    return run(tmp_path, environment, "-c", f"import {module}").returncode == 0


def test_a_file_with_another_hash_than_the_pinned_one_is_not_installed(tmp_path: Path, offline: dict[str, str]) -> None:
    pinned = wheel(tmp_path / "wheels", "tiny")
    required = tmp_path / "tiny.txt"
    required.write_text(f"tiny==1.0 --hash=sha256:{pinned}\n")
    install = [*options_of_the_makefile(), "--requirement", str(required)]
    wheel(tmp_path / "wheels", "tiny", body="tampered = True")
    refused = run(tmp_path, offline, *install)
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert not has(tmp_path, offline, "tiny")
    wheel_again = wheel(tmp_path / "wheels", "tiny")
    required.write_text(f"tiny==1.0 --hash=sha256:{wheel_again}\n")
    assert run(tmp_path, offline, *install).returncode == 0
    assert has(tmp_path, offline, "tiny")


def test_a_package_without_a_hash_is_not_installed(tmp_path: Path, offline: dict[str, str]) -> None:
    wheel(tmp_path / "wheels", "tiny")
    required = tmp_path / "tiny.txt"
    required.write_text("tiny==1.0\n")
    refused = run(tmp_path, offline, *options_of_the_makefile(), "--requirement", str(required))
    assert refused.returncode != 0
    assert "Hashes are required" in refused.stderr


@pytest.fixture
def torch_installer(tmp_path: Path) -> Path:
    """The program that installs PyTorch, with lists of its own beside it."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / "requirements").mkdir()
    return Path(shutil.copy(REPOSITORY / ".ci/pytorch.py", tmp_path / ".ci"))


@pytest.mark.parametrize("needs", ["", "nvidia-tiny==1.0"])
def test_pytorch_is_installed_with_the_libraries_that_its_build_needs(
    tmp_path: Path, offline: dict[str, str], torch_installer: Path, needs: str
) -> None:
    lists, wheels = tmp_path / "requirements", tmp_path / "wheels"
    (lists / "torch.txt").write_text(f"torch==1.0 \\\n    --hash=sha256:{wheel(wheels, 'torch', needs)}\n")
    (lists / "cuda.txt").write_text(f"nvidia_tiny==1.0 \\\n    --hash=sha256:{wheel(wheels, 'nvidia_tiny')}\n")
    for _ in range(2):  # the second time there is nothing to do
        assert run(tmp_path, offline, str(torch_installer)).returncode == 0
        assert has(tmp_path, offline, "torch")
        assert has(tmp_path, offline, "nvidia_tiny") is bool(needs)


def test_pytorch_with_another_hash_is_not_installed(
    tmp_path: Path, offline: dict[str, str], torch_installer: Path
) -> None:
    pinned = wheel(tmp_path / "wheels", "torch")
    (tmp_path / "requirements/torch.txt").write_text(f"torch==1.0 \\\n    --hash=sha256:{pinned}\n")
    wheel(tmp_path / "wheels", "torch", body="tampered = True")
    refused = run(tmp_path, offline, str(torch_installer))
    assert refused.returncode != 0
    assert "DO NOT MATCH THE HASHES" in refused.stderr
    assert not has(tmp_path, offline, "torch")


# The base image

DIGEST = "sha256:" + "0123456789abcdef" * 4


class Registry(BaseHTTPRequestHandler):
    """Answers as Docker Hub does about one image."""

    digest = DIGEST

    def do_GET(self) -> None:
        body = b'{"token": "t"}'
        self.send_response(200 if "scope=repository:library/python:pull" in self.path else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self) -> None:
        asked = (self.path, self.headers["Authorization"], "image.index" in self.headers["Accept"])
        known = asked == ("/v2/library/python/manifests/3.11-slim-bookworm", "Bearer t", True)
        self.send_response(200 if known else 404)
        self.send_header("Docker-Content-Digest", self.digest)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def registry() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_digest_of_the_base_image_is_asked_of_the_registry(registry: str) -> None:
    found = LOCK["digest_of"]("python", "3.11-slim-bookworm", registry, f"{registry}/token?service=x")
    assert found == DIGEST


def test_what_is_no_digest_is_not_written(registry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registry, "digest", "latest")
    with pytest.raises(OSError, match="no digest"):
        LOCK["digest_of"]("python", "3.11-slim-bookworm", registry, f"{registry}/token?service=x")


def test_a_new_digest_takes_the_place_of_the_old_one_in_every_stage() -> None:
    renewed = LOCK["pinned"](DOCKERFILE, {("python", "3.11-slim-bookworm"): DIGEST})
    assert re.findall(r"^FROM .*", renewed, re.MULTILINE) == [
        f"FROM python:3.11-slim-bookworm@{DIGEST} AS build",
        f"FROM python:3.11-slim-bookworm@{DIGEST}",
    ]
    assert len(renewed) == len(DOCKERFILE)
    assert [stage.image for stage in STAGES] != [f"python:3.11-slim-bookworm@{DIGEST}"] * 2
