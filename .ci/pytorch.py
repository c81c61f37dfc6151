"""Install the PyTorch that requirements/torch.txt names, and CUDA's libraries if it is a build that needs them.

    python .ci/pytorch.py [options of pip's, such as --extra-index-url URL]

pip chooses among builds of one version by their index: where one says hashes and another does not, --require-hashes
takes the first, which is PyPI's with CUDA. So the file is fetched first, as pip prefers it, and then held to its hash.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

LISTS = Path(__file__).resolve().parent.parent / "requirements"
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
HASHED = ("--require-hashes", "--no-deps", "--only-binary", ":all:")


def pin() -> str:
    """The version that is to be installed, as `torch==1.2.3`."""
    return next(line for line in (LISTS / "torch.txt").read_text().split() if line.startswith("torch=="))


def is_installed() -> bool:
    """Whether that version is there already, of whatever build."""
    try:
        return f"torch=={version('torch').partition('+')[0]}" == pin()
    except PackageNotFoundError:
        return False


def install(options: Sequence[str]) -> None:
    """Fetch PyTorch, hold it to its hash, and install it."""
    with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
        fetch = ("download", *options, "--no-deps", "--only-binary", ":all:", "--dest", folder, pin())
        subprocess.run([*PIP, *fetch], check=True)
        held = ("install", *HASHED, "--no-index", "--find-links", folder, "--requirement", str(LISTS / "torch.txt"))
        subprocess.run([*PIP, *held], check=True)


def needs_cuda() -> bool:
    """Whether the installed build asks for NVIDIA's libraries."""
    return any(one.startswith("nvidia-") for one in requires("torch") or ())


def main() -> int:
    """Install what is missing; return the exit code."""
    options = sys.argv[1:]
    try:
        if not is_installed():
            install(options)
        if needs_cuda():
            subprocess.run([*PIP, "install", *options, *HASHED, "--requirement", str(LISTS / "cuda.txt")], check=True)
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
