"""What axe-core finds wrong with a page, shadow trees included."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

__all__ = ["violations"]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""WCAG 2.2 up to level AA, and what axe-core's makers recommend beyond it."""


def violations(page: Page) -> list[str]:
    """What is wrong with what a page shows now: a rule and an element each; empty if nothing is."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response
    if not found["passes"]:
        raise AssertionError("axe-core looked at nothing.")
    return [f"{rule['help']}: {node['html']}" for rule in found["violations"] for node in rule["nodes"]]
