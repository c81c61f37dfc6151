"""The widget by keyboard, by ear, on a small telephone, enlarged, in the dark, and without motion."""

import pytest
from playwright.sync_api import Page, expect

from tests.service.accessibility import violations
from tests.service.web.pages.browsing import QUESTION, UNANSWERABLE
from tests.service.web.widget.conftest import Visit
from tests.service.web.widget.hosting import ask, chat, field, open_chat, told

SMALL = {"width": 320, "height": 640}

FOCUSED = """() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active?.getAttribute("part") ?? active?.tagName.toLowerCase();
}"""


def focused(page: Page) -> str:
    """The part that has the focus; elements without one by their names."""
    name: str = page.evaluate(FOCUSED)
    return name


def test_a_keyboard_is_enough(visit: Visit) -> None:
    page = visit()
    launcher = page.get_by_role("button", name="Ask the documents")
    expect(launcher).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(field(page)).to_be_focused()
    expect(launcher).to_have_attribute("aria-expanded", "true")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    expect(chat(page).locator("figure")).to_be_visible()
    expect(field(page)).to_be_focused()

    order = []
    while focused(page) != "restart":
        page.keyboard.press("Shift+Tab")
        order.append(focused(page))
    assert order == ["summary", "thumb-down", "thumb-up", "link", "link", "log", "close", "restart"]
    for _ in range(7):
        page.keyboard.press("Tab")
    assert focused(page) == "summary"
    page.keyboard.press("Enter")
    expect(chat(page).locator(".passages > li").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(launcher).to_be_focused()
    expect(launcher).to_have_attribute("aria-expanded", "false")
    assert told(page)[-1] == "close"


def test_the_focus_is_seen_wherever_it_is(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    ask(page, QUESTION)
    page.locator("body").press("Tab")
    seen = set()
    for _ in range(14):
        page.keyboard.press("Tab")
        if focused(page) not in ("a", "body"):
            assert page.evaluate(OUTLINE) == ["solid", "2px"], focused(page)
            seen.add(focused(page))

    assert {"launcher", "restart", "close", "log", "link", "summary", "thumb-up", "field", "send"} <= seen


OUTLINE = """() => {
  const style = getComputedStyle(document.activeElement.shadowRoot.activeElement);
  return [style.outlineStyle, style.outlineWidth];
}"""


def test_the_focus_goes_back_to_where_it_came_from(visit: Visit) -> None:
    page = visit(body="<button onclick='document.querySelector(\"footnote-chat\").open()'>Any question?</button>")
    button = page.get_by_role("button", name="Any question?")
    button.click()
    expect(field(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    open_chat(page)
    page.get_by_role("link", name="Another page").focus()
    page.evaluate("document.querySelector('footnote-chat').close()")
    expect(page.get_by_role("link", name="Another page")).to_be_focused()


def test_no_keyboard_covers_a_telephone_until_it_is_wanted(visit: Visit) -> None:
    page = visit("data-suggestions='[\"Who repaired the lamp?\"]'", viewport=SMALL, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Ask the documents").tap()
    expect(chat(page).get_by_role("log")).to_be_focused()
    chat(page).get_by_role("button", name="Who repaired the lamp?").tap()
    expect(chat(page).locator("figure")).to_be_visible()
    expect(chat(page).get_by_role("log")).to_be_focused()


def test_a_wide_page_can_be_used_beside_the_dialog(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    dialog = page.get_by_role("dialog", name="Ask the documents")

    assert dialog.get_attribute("aria-modal") is None
    launcher = page.get_by_role("button", name="Ask the documents")
    assert launcher.get_attribute("aria-controls") == dialog.get_attribute("id")
    page.get_by_role("link", name="Another page").click(trial=True)
    launcher.click()
    expect(dialog).to_have_count(0)


def test_a_dialog_that_covers_the_page_keeps_the_focus_and_the_scroll(visit: Visit) -> None:
    page = visit(viewport=SMALL, body="<p>A line.</p>" * 80)
    open_chat(page)
    dialog = page.get_by_role("dialog", name="Ask the documents")

    expect(dialog).to_have_attribute("aria-modal", "true")
    assert dialog.bounding_box() == {"x": 0, "y": 0, **SMALL}
    for _ in range(12):
        page.keyboard.press("Tab")
        assert focused(page) in ("close", "log", "field", "send", "body"), "nothing of the page"
    page.mouse.move(160, 300)
    page.mouse.wheel(0, 500)
    assert page.evaluate("[scrollY, getComputedStyle(document.documentElement).overflow]") == [0, "hidden"]
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Ask the documents")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.documentElement).overflow") == "visible"


def test_a_dialog_follows_a_window_that_becomes_narrow_and_wide_again(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    field(page).fill("A draft")
    dialog = page.get_by_role("dialog")
    page.set_viewport_size({"width": 320, "height": 640})
    expect(dialog).to_have_attribute("aria-modal", "true")
    expect(field(page)).to_be_focused()
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(dialog).not_to_have_attribute("aria-modal", "true")
    expect(dialog).to_be_visible()
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("A draft")
    assert told(page) == ["open"]


@pytest.mark.parametrize("viewport", [SMALL, {"width": 640, "height": 360}, {"width": 320, "height": 256}])
def test_everything_can_be_reached_small_or_enlarged(visit: Visit, viewport: dict[str, int]) -> None:
    """1280 by 720 enlarged to 200 % is 640 by 360; 1280 by 1024 enlarged to 400 % is 320 by 256."""
    page = visit("data-disclaimer='Answers are quotations.'", viewport=viewport)
    open_chat(page)
    ask(page, QUESTION)
    chat(page).locator("summary").click()

    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    for name in (".close", "textarea", ".send", ".disclaimer"):
        expect(chat(page).locator(name)).to_be_in_viewport(ratio=1)
    log = chat(page).get_by_role("log")
    assert log.evaluate("element => element.scrollWidth <= element.clientWidth")
    down = chat(page).get_by_role("button", name="Not helpful")
    down.scroll_into_view_if_needed()
    expect(down).to_be_in_viewport(ratio=1)


def test_what_is_pressed_is_large_enough(visit: Visit) -> None:
    page = visit("data-suggestions='[\"Why?\"]'")
    open_chat(page)
    sizes = []
    for question in (None, QUESTION):
        if question is not None:
            ask(page, question)
        for target in chat(page).locator("button:visible, summary:visible").all():
            box = target.bounding_box()
            assert box is not None
            sizes.append(min(box["width"], box["height"]))

    assert len(sizes) == 11
    assert min(sizes) >= 24  # WCAG 2.2, 2.5.8


def test_answers_are_announced(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    log = chat(page).get_by_role("log", name="Conversation")
    expect(log).to_be_visible()
    ask(page, QUESTION)

    expect(log.locator("figure")).to_be_visible()
    expect(log.locator(".question")).to_have_text(f"You asked: {QUESTION}")


def test_nothing_moves_for_those_who_ask_for_that(visit: Visit) -> None:
    moving = "document.querySelector('footnote-chat').shadowRoot.getAnimations().length"
    for motion, count in (("no-preference", 1), ("reduce", 0)):
        page = visit(reduced_motion=motion)
        page.route("**/v1/chat", lambda route: None)
        open_chat(page)
        field(page).fill(QUESTION)
        field(page).press("Enter")
        expect(chat(page).get_by_text("Looking in the documents…")).to_be_visible()
        assert page.evaluate(moving) == count


def test_what_is_pressed_and_marked_is_seen_where_the_system_chooses_the_colours(visit: Visit) -> None:
    page = visit(forced_colors="active")
    open_chat(page)
    ask(page, QUESTION)
    chat(page).locator("summary").click()

    ground = "element => getComputedStyle(element).backgroundColor"
    mark, paper = chat(page).locator("mark").first, chat(page).locator(".frame")
    assert mark.evaluate(ground) != paper.evaluate(ground)
    assert chat(page).locator(".launcher").evaluate("element => getComputedStyle(element).borderTopStyle") == "solid"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [SMALL, {"width": 1280, "height": 720}])
def test_axe_finds_nothing_wrong(visit: Visit, theme: str, viewport: dict[str, int]) -> None:
    page = visit(
        f"data-theme='{theme}' data-disclaimer='Answers are quotations.' data-suggestions='[\"Why?\"]'",
        viewport=viewport,
    )
    expect(page.get_by_role("button", name="Ask the documents")).to_be_visible()
    assert violations(page) == []
    open_chat(page)
    assert violations(page) == []
    for question in (QUESTION, UNANSWERABLE):
        ask(page, question)
        chat(page).locator("summary").last.click()
    page.route("**/v1/chat", lambda route: route.fulfill(json=None))
    field(page).fill("?")
    field(page).press("Enter")
    expect(chat(page).locator(".failure")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_inline_widget_follows_the_visitor_and_axe_finds_nothing_wrong(visit: Visit, scheme: str) -> None:
    page = visit(body="<footnote-chat colour='gold'></footnote-chat>", color_scheme=scheme)
    ask(page, QUESTION)

    paper = chat(page).locator(".frame").evaluate("element => getComputedStyle(element).backgroundColor")
    assert paper == {"light": "rgb(251, 248, 241)", "dark": "rgb(26, 23, 20)"}[scheme]
    assert violations(page) == []


def test_axe_sees_what_is_wrong_inside_the_widget(visit: Visit) -> None:
    page = visit(body="<footnote-chat></footnote-chat>")
    field(page).evaluate("element => { element.ariaLabel = null; element.placeholder = ''; }")

    assert any("textarea" in violation for violation in violations(page))
