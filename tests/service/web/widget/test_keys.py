"""The widget on a site that has a key of its own, at a service that nobody may ask without one."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from embeddings.encoder.encoder import Encoder
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import QUESTION, Watched
from tests.service.web.widget.hosting import HostSite, ask, chat, open_chat
from tests.service.web.widget.test_failures import ask_in_vain

SITE = "site-key-of-the-museum"


@pytest.fixture(scope="module")
def keyed(
    service: RunningService,
    host: HostSite,
    stranger: HostSite,
    default_encoder: Encoder,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningService]:
    """The same documents; one site has a key, and another may ask its pages' visitors for theirs."""
    file: Path = tmp_path_factory.mktemp("access") / "access.toml"
    file.write_text(f'origins = ["{stranger.url}"]\n[[sites]]\nkey = "{SITE}"\norigins = ["{host.url}"]\n')
    file.chmod(0o600)
    update = {"access": file, "origins": None, "ask_keys": SecretStr("ask-key-of-the-newsroom")}
    running = RunningService(service.settings.model_copy(update=update), default_encoder)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def stand(new_page: Callable[..., Page], keyed: RunningService, watched: Watched) -> Callable[..., Page]:
    """Opens a page of a site on which the widget stands with these attributes."""

    def _stand(site: HostSite, attributes: str) -> Page:
        watched.origins = [*watched.origins, keyed.url]
        page = new_page()
        page.goto(site.put(f'<script async src="{keyed.url}/widget.js" {attributes}></script>'))
        open_chat(page)
        return page

    return _stand


def test_a_sites_visitors_ask_and_rate_with_its_key(stand: Callable[..., Page], host: HostSite) -> None:
    page = stand(host, f'data-key="{SITE}"')
    assert ask(page, QUESTION)["status"] == "answered"
    expect(chat(page).locator("figure")).to_contain_text("repaired by Marta Ruiz")
    up = chat(page).get_by_role("button", name="Helpful", exact=True)
    for pressed in ("true", "false"):  # given, and taken back
        up.click()
        expect(up).to_have_attribute("aria-pressed", pressed)


@pytest.mark.parametrize("attributes", ["", 'data-key="another-key-of-somebody"'])
def test_without_the_key_visitors_get_a_message(
    stand: Callable[..., Page], host: HostSite, watched: Watched, attributes: str
) -> None:
    watched.failed_requests_expected = True
    page = stand(host, attributes)
    assert ask_in_vain(page) == "refused"
    expect(chat(page).locator(".failure")).to_contain_text("The chat cannot be used on this site.")
    [advice] = watched.complaints
    assert "the operator" in advice.lower()
    watched.complaints.clear()


def test_the_key_is_no_good_on_another_site(stand: Callable[..., Page], stranger: HostSite, watched: Watched) -> None:
    watched.failed_requests_expected = True
    page = stand(stranger, f'data-key="{SITE}"')
    assert ask_in_vain(page) == "refused"
    [advice] = watched.complaints
    assert "This key is valid only for pages of its site's origins" in advice
    watched.complaints.clear()
