"""Renew requirements/ and the digest of the base image.

    python .ci/lock.py [--keep]

Every package is pinned to one version and to the hashes of all files of that version, for each Python, system and
processor that the project supports. `--keep` keeps the pinned versions as far as pyproject.toml allows, to add what it
newly asks for; without it everything is renewed. What cannot be reached stays as it is, is named, and ends this with 1.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
UV = str(Path(sys.executable).parent / "uv")
PYTORCH = "https://download.pytorch.org/whl/cpu"
REGISTRY, AUTH = "https://registry-1.docker.io", "https://auth.docker.io/token?service=registry.docker.io"
INDEX_TYPES = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json"
LONGEST_S = 60

LISTS: Mapping[str, tuple[str, ...]] = {
    "dev": ("--extra", "dev"),
    "run": (),
    "ocr": ("--extra", "ocr"),
    "otel": ("--extra", "otel"),
    "postgres": ("--extra", "postgres"),
    "build": ("--group", "build"),
    "image": ("--group", "image"),
    "lock": ("--group", "lock"),
}
"""What each list holds, as options of `uv pip compile`. The first has the versions that all others follow."""

OF_CUDA = re.compile(r"nvidia-.*|cuda-.*|triton")
"""What only PyTorch's builds for NVIDIA GPUs need."""

HEADER = "# Made by `make lock` from pyproject.toml.\n"
ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==.*(?:\n[ \t]+.*)*\n?", re.MULTILINE)
HASH = re.compile(r"sha256:[0-9a-f]{64}")
FROM = re.compile(r"^(FROM (?P<name>\w+):(?P<tag>[\w.-]+))(?:@sha256:[0-9a-f]{64})?", re.MULTILINE)


def entries(text: str) -> dict[str, str]:
    """Each package of a list and its lines; those of one that has several versions, for several Pythons, together."""
    found: dict[str, str] = {}
    for entry in ENTRY.finditer(text):
        found[entry["name"]] = found.get(entry["name"], "") + entry[0].rstrip("\n") + "\n"
    return found


def without_hashes(text: str) -> str:
    """The pins of a list, as constraints."""
    return "".join(entry[0].split("\\")[0].strip() + "\n" for entry in ENTRY.finditer(text))


def compiled(*arguments: str) -> str:
    """What `uv pip compile` gives, in the environment without settings of this machine."""
    command = [UV, "pip", "compile", "--quiet", "--no-config", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-package", "pip", *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
    return subprocess.run(command, cwd=REPOSITORY, env=clean, check=True, stdout=subprocess.PIPE, text=True).stdout


def written(folder: Path, name: str, lines: Iterable[str]) -> str:
    """Write one list; return it."""
    text = HEADER + "".join(lines)
    (folder / f"{name}.txt").write_text(text)
    return text


def renewed(folder: Path, keep: bool) -> str:
    """Write all lists but that of PyTorch; return its entry, as PyPI has it."""
    torch = ""
    before = "".join(path.read_text() for path in folder.glob("*.txt")) if keep else ""
    constraints = folder / "constraints.tmp"
    constraints.write_text("".join(sorted(set(without_hashes(before).splitlines(keepends=True)))))
    try:
        for name, options in LISTS.items():
            source = [] if "--group" in options else ["pyproject.toml"]
            found = entries(compiled(*source, *options, "--constraints", str(constraints)))
            torch = found.pop("torch", torch)
            of_cuda = [found.pop(one) for one in list(found) if OF_CUDA.fullmatch(one)]
            text = written(folder, name, found.values())
            if name == "dev":
                written(folder, "cuda", of_cuda)
                constraints.write_text(without_hashes(text))
    finally:
        constraints.unlink()
    return torch


def torch_list(folder: Path, entry: str, index: str) -> str | None:
    """Write the list of PyTorch's builds, PyPI's and those of its own index; return what went wrong, if anything."""
    version = entry.split("==")[1].split()[0]
    path, problem = folder / "torch.txt", None
    hashes = set(HASH.findall(entry))
    wanted = folder / "torch.tmp"
    wanted.write_text(f"torch=={version}+cpu\n")
    try:
        hashes.update(HASH.findall(compiled(str(wanted), "--no-deps", "--default-index", index)))
    except subprocess.CalledProcessError:
        before = path.read_text() if path.exists() else ""
        known = HASH.findall(before) if f"torch=={version} " in before else []
        hashes.update(known)
        what = "stay as they were" if known else "are missing, so only PyPI's builds can be installed"
        problem = f"The hashes of PyTorch's builds at {index} cannot be looked up from here; they {what}."
    finally:
        wanted.unlink()
    written(
        folder, "torch", [" \\\n    ".join([f"torch=={version}", *(f"--hash={one}" for one in sorted(hashes))]) + "\n"]
    )
    return problem


def digest_of(name: str, tag: str, registry: str = REGISTRY, auth: str = AUTH) -> str:
    """The digest of an official image for all processors, as Docker Hub has it now.

    Raises:
        OSError: The registry cannot be reached, or does not say.
    """
    with urllib.request.urlopen(f"{auth}&scope=repository:library/{name}:pull", timeout=LONGEST_S) as answer:
        token = json.load(answer)["token"]
    head = {"Authorization": f"Bearer {token}", "Accept": INDEX_TYPES}
    request = urllib.request.Request(f"{registry}/v2/library/{name}/manifests/{tag}", headers=head, method="HEAD")
    with urllib.request.urlopen(request, timeout=LONGEST_S) as answer:
        digest = str(answer.headers["Docker-Content-Digest"])
    if not HASH.fullmatch(digest):
        raise OSError("the registry gave no digest")
    return digest


def pinned(dockerfile: str, digests: Mapping[tuple[str, str], str]) -> str:
    """A Dockerfile whose base images have these digests, by name and tag."""
    return FROM.sub(lambda found: f"{found[1]}@{digests[found['name'], found['tag']]}", dockerfile)


def base_images(path: Path) -> str | None:
    """Renew the digests in a Dockerfile; return what went wrong, if anything."""
    text = path.read_text()
    try:
        digests = {key: digest_of(*key) for key in {(found["name"], found["tag"]) for found in FROM.finditer(text)}}
    except (OSError, ValueError, KeyError):
        return "The digest of the base image cannot be looked up from here; it stays as it is."
    path.write_text(pinned(text, digests))
    return None


def main() -> int:
    """Renew everything; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="keep the pinned versions as far as pyproject.toml allows")
    keep = parser.parse_args().keep
    folder = REPOSITORY / "requirements"
    entry = renewed(folder, keep)
    problems = [torch_list(folder, entry, PYTORCH), None if keep else base_images(REPOSITORY / "Dockerfile")]
    for problem in filter(None, problems):
        print(problem, file=sys.stderr)
    return 1 if any(problems) else 0


if __name__ == "__main__":
    sys.exit(main())
