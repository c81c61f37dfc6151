"""Thumbs: what they send, how they are taken back, and what becomes of them where nobody takes feedback."""

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.service.accessibility import violations
from tests.service.web.pages.browsing import QUESTION, UNANSWERABLE, Watched
from tests.service.web.widget.conftest import Visit
from tests.service.web.widget.hosting import ask, chat, last_told, open_chat, told
from tests.service.web.widget.test_asking import answer_with


def thumb(page: Page, name: str) -> Locator:
    return chat(page).get_by_role("button", name=name, exact=True).last


def pressed(page: Page) -> list[str | None]:
    return [thumb(page, name).get_attribute("aria-pressed") for name in ("Helpful", "Not helpful")]


def test_a_rating_is_sent_with_what_it_is_of(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    first = ask(page, QUESTION)
    with page.expect_response("**/v1/feedback") as response:
        thumb(page, "Helpful").click()
    expect(thumb(page, "Helpful")).to_have_attribute("aria-pressed", "true")

    passage = first["passages"][0]
    assert response.value.status == 201
    assert json.loads(response.value.request.post_data or "") == {
        "question": QUESTION,
        "history": [],
        "status": "answered",
        "rating": "up",
        "passage": {
            **{name: passage["citation"][name] for name in ("document_id", "revision", "start", "end")},
            "text": passage["text"],
            "highlight": passage["highlights"][0],
        },
        "generation": first["generation"],
    }
    assert last_told(page) == {"question": QUESTION, "rating": "up"}
    ask(page, UNANSWERABLE)
    with page.expect_response("**/v1/feedback") as response:
        thumb(page, "Wrong, it is there").click()
    assert response.value.status == 201
    sent = json.loads(response.value.request.post_data or "")
    assert (sent["status"], sent["rating"], sent["passage"]) == ("not_found", "down", None)
    assert sent["history"] == [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": first["answer"]["text"]},
    ]


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", ["Right, it is not there", "Wrong, it is there"]),
        ("es", ["Correcto, no está", "Incorrecto, sí está"]),
    ],
)
def test_below_not_found_the_thumbs_say_what_they_mean(visit: Visit, language: str, labels: list[str]) -> None:
    page = visit(f'data-language="{language}"', viewport={"width": 360, "height": 640})
    chat(page).locator(".launcher").click()
    ask(page, UNANSWERABLE)

    thumbs = chat(page).locator(".feedback button")
    expect(thumbs).to_have_text(labels)
    for label in thumbs.locator("span").all():
        assert (label.bounding_box() or {"width": 0})["width"] > 60, "the words cannot be seen"
    expect(chat(page).locator(".feedback > span:not(.unsaved)")).to_have_count(0)
    assert violations(page) == []


def test_a_second_press_takes_a_rating_back_even_on_the_next_page(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    ask(page, QUESTION)
    with page.expect_response("**/v1/feedback") as given:
        thumb(page, "Helpful").click()
    identifier = given.value.json()["id"]
    expect(thumb(page, "Helpful")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(thumb(page, "Helpful")).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/v1/feedback/*") as taken_back:
        thumb(page, "Helpful").click()
    expect(thumb(page, "Helpful")).to_have_attribute("aria-pressed", "false")

    assert taken_back.value.request.method == "DELETE"
    assert taken_back.value.ok
    assert taken_back.value.url.endswith(f"/{identifier}")
    assert last_told(page) == {"question": QUESTION, "rating": None}


def test_the_other_thumb_takes_the_place_of_the_first(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    ask(page, QUESTION)
    methods: list[str] = []
    page.on("response", lambda response: methods.append(f"{response.request.method} {response.ok}"))
    thumb(page, "Helpful").click()
    expect(thumb(page, "Helpful")).to_have_attribute("aria-pressed", "true")
    thumb(page, "Not helpful").click()
    expect(thumb(page, "Not helpful")).to_have_attribute("aria-pressed", "true")

    assert pressed(page) == ["false", "true"]
    assert methods == ["POST True", "DELETE True", "POST True"]


def test_a_rating_that_cannot_be_saved_is_not_shown_as_given(visit: Visit, watched: Watched) -> None:
    watched.failed_requests_expected = True
    answers: list[dict[str, Any]] = [{"status": 503}, {"status": 201, "body": "no id"}]

    page = visit()
    page.route("**/v1/feedback", lambda route: route.fulfill(**answers.pop(0)) if answers else route.abort())
    open_chat(page)
    ask(page, QUESTION)
    status = chat(page).locator(".unsaved")
    for _ in range(3):
        thumb(page, "Helpful").click()
        expect(status).to_have_text("Your rating could not be saved. Try again.")
        assert pressed(page) == ["false", "false"]
    page.unroute_all()
    thumb(page, "Helpful").click()
    expect(thumb(page, "Helpful")).to_have_attribute("aria-pressed", "true")
    expect(status).to_have_text("")
    assert "feedback" in told(page)


def test_a_service_that_takes_no_feedback_is_not_offered_any(visit: Visit, watched: Watched) -> None:
    watched.failed_requests_expected = True

    def refuse(route: Route) -> None:
        route.fulfill(status=404, content_type="application/problem+json", body="{}")

    page = visit()
    page.route("**/v1/feedback", refuse)
    open_chat(page)
    ask(page, QUESTION)
    ask(page, UNANSWERABLE)
    thumb(page, "Helpful").press("Enter")

    expect(chat(page).get_by_text("Was this helpful?")).to_have_count(0)
    expect(chat(page).get_by_role("log")).to_be_focused()
    ask(page, QUESTION)
    expect(chat(page).get_by_text("Was this helpful?")).to_have_count(0)


def test_a_repeated_answer_is_not_rated_yet(visit: Visit) -> None:
    page = visit()
    page.route("**/v1/chat", lambda route: route.fulfill(json=answer_with([0])))
    open_chat(page)
    ask(page, QUESTION)
    ask(page, "And when?")
    thumb(page, "Right, it is not there").click()
    expect(thumb(page, "Right, it is not there")).to_have_attribute("aria-pressed", "true")
    chat(page).get_by_role("button", name="Ask it on its own").last.click()

    expect(thumb(page, "Right, it is not there")).to_have_attribute("aria-pressed", "false")
