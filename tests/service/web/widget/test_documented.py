"""docs/widget.md is held to the script: what can be set, styled and listened to is there, and nothing else."""

import re
from importlib import resources
from pathlib import Path

WEB = Path(str(resources.files("service"))) / "web"
MODULES = [*WEB.glob("chat/**/*.js"), *WEB.glob("widget/*.js")]
SCRIPT = "\n".join(module.read_text(encoding="utf-8") for module in MODULES)
DOCUMENTATION = (Path(__file__).parents[4] / "docs" / "widget.md").read_text(encoding="utf-8")


def first_cells() -> list[str]:
    """The names in the first column of every table."""
    rows = [line.split("|")[1] for line in DOCUMENTATION.splitlines() if line.startswith("| `")]
    return [name for cell in rows for name in re.findall(r"`([^`]+)`", cell)]


def test_exactly_the_attributes_that_exist_are_documented() -> None:
    [listed] = re.findall(r"const ATTRIBUTES = \[\n(.*?)\n\];", SCRIPT, re.DOTALL)
    [texts] = re.findall(r"const TEXT_ATTRIBUTES = \[(.*?)\];", SCRIPT)
    attributes = {*re.findall(r'"(\w+)"', listed + texts), "mode"}

    documented = [name for name in first_cells() if not name.startswith(("--", "footnote-"))]

    assert sorted(documented) == sorted(attributes - {"color"})
    assert "`color` works too" in DOCUMENTATION


def test_exactly_the_properties_that_exist_are_documented() -> None:
    properties = set(re.findall(r"var\((--footnote-[\w-]+)", SCRIPT))

    assert sorted(name for name in first_cells() if name.startswith("--")) == sorted(properties)


def test_exactly_the_parts_that_exist_are_documented() -> None:
    parts = set(re.findall(r'part: "([\w-]+)"', SCRIPT)) | {"thumb-up", "thumb-down"}
    [listed] = re.findall(r"^Parts for `::part\(\)`: (.*?)\.$", DOCUMENTATION, re.MULTILINE | re.DOTALL)

    assert sorted(re.findall(r"`([\w-]+)`", listed)) == sorted(parts)


def test_exactly_the_events_and_failures_that_exist_are_documented() -> None:
    [names] = re.findall(r"const EVENTS = \[(.*?)\];", SCRIPT)
    events = {f"footnote-{name}" for name in re.findall(r'"(\w+)"', names)}
    [kinds] = re.findall(r"@typedef \{([^}]*)\} FailureKind", SCRIPT)
    [listed] = re.findall(r"`kind`: (.*?) \|$", DOCUMENTATION, re.MULTILINE)

    assert sorted(name for name in first_cells() if name.startswith("footnote-")) == sorted(events)
    assert set(re.findall(r"`(\w+)`", listed)) == set(re.findall(r'"(\w+)"', kinds)) - {"stopped", "unanswered"}
