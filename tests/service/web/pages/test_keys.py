"""The pages of a service that nobody may ask without a key."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from embeddings.encoder.encoder import Encoder
from tests.service.accessibility import violations
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import QUESTION, Watched, ask, question_field

KEY, SECOND = "ask-key-of-the-newsroom", "second-key-of-the-newsroom"


@pytest.fixture(scope="module")
def keyed(service: RunningService, default_encoder: Encoder) -> Iterator[RunningService]:
    """The same documents, with a required key."""
    settings = service.settings.model_copy(update={"ask_keys": SecretStr(f"{KEY},{SECOND}")})
    running = RunningService(settings, default_encoder)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def page(new_page: Callable[..., Page], keyed: RunningService, watched: Watched) -> Page:
    watched.failed_requests_expected = True
    watched.origins = [*watched.origins, keyed.url]
    page = new_page()
    page.goto(keyed.url)
    return page


def give(page: Page, key: str) -> None:
    page.get_by_label("Your key").fill(key)
    page.get_by_role("button", name="Continue").click()


def test_the_page_asks_for_the_key_and_then_for_no_more(page: Page, keyed: RunningService) -> None:
    form = page.get_by_role("form", name="This service needs a key")
    expect(form).to_contain_text("Its operator gives out keys. Yours stays in this tab until you close it")
    expect(page.get_by_label("Your key")).to_be_focused()
    expect(page.get_by_label("Your key")).to_have_attribute("type", "password")
    give(page, KEY)
    expect(form).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")
    page.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Thank you. Press again to remove it.")
    page.reload()
    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")
    page.goto(f"{keyed.url}/documents/chronicle#char=2,13")
    expect(page.locator("mark")).to_have_text("A chronicle")
    expect(form).to_have_count(0)
    assert KEY not in page.url
    assert page.evaluate("document.cookie") == ""
    assert page.evaluate("localStorage.length") == 0


def test_a_key_that_is_not_known_is_said_to_be_and_another_asked_for(page: Page) -> None:
    alert = page.get_by_role("alert")
    give(page, "clé with spaces")
    expect(alert).to_have_text("A key has no spaces and no accented letters. Check yours.")
    give(page, "some-key-of-another-place")
    expect(alert).to_have_text("This key is not valid here. Try another.")
    expect(page.get_by_role("form", name="This service needs a key")).to_have_count(1)
    give(page, f"  {SECOND} ")
    expect(page.get_by_label("Your key")).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")


def test_a_question_waits_for_the_key_and_is_then_answered(page: Page) -> None:
    expect(page.get_by_label("Your key")).to_be_focused()
    question_field(page).fill(QUESTION)
    question_field(page).press("Enter")
    expect(page.get_by_text("Waiting for your key…")).to_be_visible()
    expect(page.get_by_text("Looking in the documents…")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("This question waits for your key.")
    expect(page.get_by_label("Your key")).to_be_focused()
    give(page, "some-key-of-another-place")
    expect(page.get_by_role("alert")).to_have_text("This key is not valid here. Try another.")
    expect(page.get_by_text("Waiting for your key…")).to_be_visible()
    give(page, KEY)
    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")


def test_waiting_for_the_key_can_be_stopped(page: Page) -> None:
    expect(page.get_by_label("Your key")).to_be_focused()
    question_field(page).fill(QUESTION)
    question_field(page).press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("status")).to_have_text("Stopped.")
    expect(question_field(page)).to_have_value(QUESTION)
    give(page, KEY)
    ask(page, QUESTION)
    expect(page.locator(".quoted")).to_contain_text("repaired by Marta Ruiz")


def test_a_document_is_opened_once_the_key_is_given(page: Page, keyed: RunningService) -> None:
    page.goto(f"{keyed.url}/documents/chronicle#char=2,13")
    give(page, KEY)
    expect(page.locator("mark")).to_have_text("A chronicle")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_give_the_key(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    give(page, "some-key-of-another-place")
    expect(page.get_by_role("alert")).to_have_text("This key is not valid here. Try another.")
    assert violations(page) == []
