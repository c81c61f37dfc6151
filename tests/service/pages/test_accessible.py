"""axe-core finds nothing wrong with any state of any page, in both themes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.service.accessibility import violations
from tests.service.pages.browsing import Watched
from tests.service.pages.test_everyone import SHOWN, show
from tests.service.serving import RunningService


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("path", "question"), SHOWN)
def test_axe_finds_nothing_wrong(
    new_page: Callable[..., Page],
    service: RunningService,
    watched: Watched,
    path: str,
    question: str | None,
    theme: str,
) -> None:
    watched.failed_requests_expected = True
    page = new_page(color_scheme=theme)
    show(page, service, path, question)

    assert violations(page) == []


def test_axe_sees_what_is_wrong(page: Page) -> None:
    page.evaluate("document.querySelector('textarea').labels[0].remove()")

    assert any("textarea" in violation for violation in violations(page))
