"""Copying a passage as a quotation, with where it stands."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.service.serving import RunningService
from tests.service.web.pages.browsing import OTHER_NAME, QUESTION, ask, last

FERRY = "When was the bridge opened and the ferry stopped?"

CITATION = {
    "document_id": "d",
    "title": "A title",
    "authors": ["Ana Pérez", "Juan Soto"],
    "section": "A section",
    "page": 3,
    "publisher": "The Press",
    "published": "1950-03-01",
    "source_href": "https://example.org/a#:~:text=b",
    "href": "/documents/d#char=0,5",
}
BARE = dict.fromkeys(("section", "page", "publisher", "published", "source_href")) | {"authors": []}


@pytest.fixture
def copying(new_page: Callable[..., Page], service: RunningService) -> Page:
    """The page to ask on, in a browser that lets it copy."""
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(service.url)
    return page


def test_an_answer_is_copied_as_a_quotation_with_its_source(copying: Page) -> None:
    answer = ask(copying, FERRY)["answer"]
    last(copying).locator(".tools").get_by_role("button", name="Copy as quotation").click()

    expect(last(copying).get_by_role("button", name="Copied")).to_be_visible()
    expect(copying.get_by_role("status")).to_have_text("Copied as a quotation.")
    assert copying.evaluate("navigator.clipboard.readText()") == (
        f"“{answer['text']}”\n"
        "Ana Pérez and Juan Soto, A chronicle of the harbour, “The ferry”, The Harbour Press, 1 March 1950.\n"
        f"{answer['citation']['source_href']}\n"
    )


def test_a_passage_is_copied_word_for_word_without_its_blank_lines(copying: Page) -> None:
    passages = ask(copying, QUESTION)["passages"]
    at, passage = next((at, one) for at, one in enumerate(passages) if "\n\n" in one["text"].strip())
    copying.locator(".passages > li").nth(at).get_by_role("button", name="Copy as quotation").click()

    expect(copying.get_by_role("status")).to_have_text("Copied as a quotation.")
    copied = copying.evaluate("navigator.clipboard.readText()")
    words, _, _ = copied.removeprefix("“").partition("”\n")
    assert words == re.sub(r"\n\n+", "\n", passage["text"].strip())
    assert words.split() == passage["text"].split()


def test_a_quotation_has_no_blank_lines_and_keeps_every_word_and_line(page: Page) -> None:
    text = "\n# A title\n \n\u00a0\n\nOne\u00a0line,\n  another.\n\n| a | b |\n|---|---|\n"
    quotation = page.evaluate(
        """async ([text, citation]) => {
          const { plainQuotation } = await import("/web/quotation.js");
          return plainQuotation(text, citation, "https://here.example");
        }""",
        [text, {**CITATION, **BARE}],
    )

    assert quotation.startswith("“# A title\nOne\u00a0line,\n  another.\n| a | b |\n|---|---|”\nA title.\n")


def test_where_the_browser_refuses_to_copy_the_quotation_is_there_to_copy_by_hand(
    new_page: Callable[..., Page], service: RunningService
) -> None:
    page = new_page()
    page.goto(f"http://{OTHER_NAME}:{service.port}")  # no clipboard over plain HTTP
    answer = ask(page, FERRY)["answer"]
    button = last(page).locator(".tools").get_by_role("button", name="Copy as quotation")
    button.click()
    button.click()

    by_hand = last(page).get_by_label("Copy it by hand")
    expect(by_hand).to_be_focused()
    assert page.evaluate("getSelection().toString()").startswith(f"“{answer['text']}”")
    expect(page.get_by_role("status")).to_contain_text("copy it by hand")


@pytest.mark.parametrize(
    ("changes", "source"),
    [
        (
            {},
            "Ana Pérez and Juan Soto, A title, “A section”, p. 3, The Press, 1 March 1950.\n"
            "https://example.org/a#:~:text=b\n",
        ),
        (BARE, "A title.\nhttps://here.example/documents/d#char=0,5\n"),
        ({**BARE, "section": "A title"}, "A title.\nhttps://here.example/documents/d#char=0,5\n"),
    ],
)
def test_a_quotation_says_what_is_known_of_its_source(page: Page, changes: dict[str, Any], source: str) -> None:
    quotation = page.evaluate(
        """async (citation) => {
          const { plainQuotation } = await import("/web/quotation.js");
          return plainQuotation("Words.\\n", citation, "https://here.example");
        }""",
        {**CITATION, **changes},
    )

    assert quotation == f"“Words.”\n{source}"
