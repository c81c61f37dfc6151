"""The documentation is held to the code: what exists is documented, what is documented exists."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from annotated_types import Ge, Gt, Le
from fastapi.testclient import TestClient

from service.answering.answer import Answer, AnsweringPassage, Citation
from service.cli.command import footnote
from service.schemas.documents import DocumentRecord
from service.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_readme_begins_with_the_two_commands() -> None:
    lines = [line.strip() for line in read("README.md").splitlines() if line.strip()]
    assert lines[1].startswith("make serve ")
    assert lines[2].startswith("make test ")
    makefile = read("Makefile")
    assert "\nserve: " in makefile
    assert "\ntest: " in makefile


def setting_rows() -> dict[str, list[str]]:
    rows = [line.split("|")[1:-1] for line in read("docs/settings.md").splitlines() if line.startswith("| `")]
    return {row[0].strip().strip("`"): [cell.strip() for cell in row[1:]] for row in rows}


def test_exactly_the_settings_that_exist_are_documented() -> None:
    assert set(setting_rows()) == {PREFIX + name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", sorted(set(Settings.model_fields) - {"data"}))
def test_the_documented_default_is_the_settings_own(name: str) -> None:
    default = Settings.model_fields[name].default
    shown = str(default).lower() if isinstance(default, bool) else str(default)
    assert setting_rows()[PREFIX + name.upper()][0] == f"`{shown}`"


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_the_documented_bounds_are_the_settings_own(name: str) -> None:
    bounds = setting_rows()[PREFIX + name.upper()][1]
    values: list[float] = []
    for limit in Settings.model_fields[name].metadata:
        if isinstance(limit, Ge):
            values.append(float(str(limit.ge)))
        elif isinstance(limit, Gt):
            values.append(float(str(limit.gt)))
        elif isinstance(limit, Le):
            values.append(float(str(limit.le)))
    assert [float(number) for number in re.findall(r"[\d.]+", bounds)] == values


def commands(group: click.Group, name: str = "footnote") -> Iterator[tuple[str, click.Command]]:
    for word, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def test_every_command_and_option_is_documented() -> None:
    text = read("docs/commands.md")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    for name, command in commands(footnote):
        group, last = name.rsplit(" ", 1)
        assert any(line.startswith(f"## {group}") and last in line.split()[2:] for line in headings), name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert any(f"`{option}" in text for option in parameter.opts), (name, parameter.opts)


def test_every_documented_command_exists() -> None:
    names = {name for name, _ in commands(footnote)}
    for line in read("docs/commands.md").splitlines():
        if line.startswith("## footnote"):
            words = [word for word in line.split()[2:] if word.isalpha() and word.islower()]
            assert any(f"footnote {' '.join(words)}".startswith(name.rsplit(" ", 1)[0]) for name in names), line


def test_every_route_is_documented_and_every_documented_route_exists(http_openapi: dict[str, Any]) -> None:
    exist = {f"{method.upper()} {path}" for path, methods in http_openapi["paths"].items() for method in methods}
    documented = {line[3:] for line in read("docs/http-api.md").splitlines() if re.match(r"## [A-Z]+ /", line)}
    assert documented == exist


def test_every_field_of_an_answer_is_documented() -> None:
    text = read("docs/http-api.md")
    for kind in (Answer, AnsweringPassage, Citation):
        for field in dataclasses.fields(kind):
            assert f'"{field.name}"' in text, field.name
    for name in DocumentRecord.model_fields:
        assert f"`{name}`" in text or f'"{name}"' in text, name


def test_exactly_the_problems_that_exist_are_documented() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "service" / "http").rglob("*.py")]
    exist = {name for source in sources for name in re.findall(r'"([a-z]+(?:-[a-z]+)+)"', source)}
    rows = re.findall(r"^\| `([a-z-]+)` \| (?:\d{3}|any) \|", read("docs/http-api.md"), re.MULTILINE)
    assert len(rows) > 10
    assert set(rows) <= exist
    documented = set(rows)
    for name in exist - documented:
        assert not any(
            re.search(rf'(?:problem\(\s*\d+,|\d{{3}},|\d{{3}}: \()\s*"{name}"', source) for source in sources
        ), name


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md"]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), (page.name, target)


def test_every_file_and_module_that_a_page_names_exists() -> None:
    tops = "corpus|embeddings|service|eval|tests|docs|requirements"
    elsewhere = {"corpus.jsonl", "docs/operations/footnote.env"}  # in a BEIR folder; written by the operator
    missing = []
    for page in [*DOCS.glob("*.md"), ROOT / "README.md"]:
        for name in re.findall(
            rf"`((?:{tops})(?:/[\w.-]+)+/?|(?:{tops})(?:\.\w+)+)`", page.read_text(encoding="utf-8")
        ):
            path = ROOT / (name if "/" in name else name.replace(".", "/"))
            if name not in elsewhere and not path.exists() and not path.with_name(path.name + ".py").exists():
                missing.append((page.name, name))
    assert missing == []


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page: its headings as GitHub makes ids of them, and ids set by hand."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


def test_every_link_to_a_section_leads_to_one() -> None:
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"]:
        for target, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                linked = page.parent / target if target else page
                assert anchor in anchors(linked), (page.name, target, anchor)


def test_every_page_of_the_documentation_can_be_reached_from_the_readme() -> None:
    readme = read("README.md")
    for page in DOCS.glob("*.md"):
        assert f"docs/{page.name}" in readme, page.name


def test_every_lab_notebook_is_listed() -> None:
    index = read("docs/lab/README.md")
    for page in (DOCS / "lab").glob("*.md"):
        assert page.name == "README.md" or f"]({page.name})" in index, page.name


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (DOCS / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.fixture
def http_openapi(client: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def test_every_suffix_and_limit_of_the_readers_is_documented() -> None:
    from corpus.files.source import MAX_SOURCE_BYTES
    from corpus.readers import archives
    from corpus.readers.formats import SUFFIXES
    from corpus.readers.pdf import pages as pdf
    from service.reading.process import SandboxLimits
    from service.reading.splitting import MAX_PASSAGES

    formats = read("docs/formats.md")
    table = "".join(line for line in formats.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`(\.\w+)`", table)) == set(SUFFIXES)
    limits = SandboxLimits()
    for row in (
        f"| {MAX_SOURCE_BYTES // 1024**2} MiB |",
        f"| {limits.seconds} s |",
        f"| {limits.memory_bytes // 1024**3} GiB |",
        f"| {archives.MAX_MEMBERS:,} files, {archives.MAX_UNPACKED_BYTES // 1024**2} MiB, {archives.MAX_RATIO} times |",
        f"| {pdf.MAX_PAGES:,} |",
        f"| {MAX_PASSAGES:,} |",
    ):
        assert row in formats
