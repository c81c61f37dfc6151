"""What a page can set: on the script's tag, on the element, and while it is shown."""

import json
import re
from importlib import resources

import pytest
from playwright.sync_api import Page, expect

from service.schemas import FilterFields
from tests.service.serving import RunningService
from tests.service.web.pages.browsing import QUESTION, UNANSWERABLE, Watched
from tests.service.web.widget.conftest import Visit
from tests.service.web.widget.hosting import ask, chat, field, open_chat
from tests.service.web.widget.test_failures import ask_in_vain

SET = """(given) => {
  for (const [name, value] of Object.entries(given)) {
    document.querySelector("footnote-chat").setAttribute(name, value);
  }
}"""


def test_all_texts_can_be_given_on_the_tag(visit: Visit) -> None:
    page = visit(
        'data-title="Ask the museum" data-greeting="Welcome." data-placeholder="Go ahead" data-disclaimer="Be kind."'
    )
    page.get_by_role("button", name="Ask the museum").click()

    expect(page.get_by_role("dialog", name="Ask the museum")).to_be_visible()
    expect(chat(page).get_by_text("Welcome.")).to_be_visible()
    expect(chat(page).get_by_role("textbox", name="Go ahead")).to_be_focused()
    expect(chat(page).get_by_text("Be kind.")).to_be_visible()


@pytest.mark.parametrize("language", ["es", "es-SV"])
def test_a_spanish_page_has_a_spanish_widget(visit: Visit, language: str) -> None:
    page = visit(language=language)
    page.get_by_role("button", name="Pregunte a los documentos").click()
    answer = ask(page, "When did the ferry stop crossing?")

    expect(chat(page).locator("figcaption")).to_contain_text("1 de marzo de 1950")
    expect(chat(page).get_by_text(f"El pasaje completo y {len(answer['passages']) - 1} más")).to_be_visible()
    expect(chat(page).locator(".chat")).to_have_attribute("lang", language)


def test_a_language_of_another_page_than_the_two_is_english(visit: Visit) -> None:
    page = visit(language="fr")
    open_chat(page)

    expect(chat(page).locator(".chat")).to_have_attribute("lang", "en")


def test_another_language_is_given_with_its_texts(visit: Visit) -> None:
    texts = json.dumps({"title": "اسأل الوثائق", "ask": "اسأل", "close": "إغلاق"}, ensure_ascii=False)
    page = visit(f"data-language='ar' data-texts='{texts}'")
    page.get_by_role("button", name="اسأل الوثائق").click()

    expect(chat(page).get_by_role("button", name="إغلاق")).to_be_visible()
    chatting = chat(page).locator(".chat")
    expect(chatting).to_have_attribute("lang", "ar")
    assert chatting.evaluate("element => getComputedStyle(element).direction") == "rtl"
    close, title = (chatting.locator(name).bounding_box() for name in (".close", ".title"))
    assert close is not None
    assert title is not None
    assert close["x"] < title["x"]


def test_a_text_that_is_left_out_is_english_and_written_to_the_right(visit: Visit) -> None:
    page = visit(body="""<footnote-chat language="ar" texts='{"ask": "اسأل"}'></footnote-chat>""")
    ask(page, UNANSWERABLE)
    for text in ("Not in these documents.", "Right, it is not there"):
        starts_left = chat(page).get_by_text(text).evaluate(STARTS_LEFT)
        assert starts_left, text


STARTS_LEFT = """(element) => {
  const text = element.firstChild;
  const left = (at) => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect().left;
  };
  return left(0) < left(text.length - 1);
}"""


def test_both_languages_have_the_same_texts_and_places() -> None:
    english, spanish = (texts_in(language) for language in ("en", "es"))

    assert len(english) > 40
    assert set(english) == set(spanish)
    for key, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", spanish[key])), key


def texts_in(language: str) -> dict[str, str]:
    module = resources.files("service").joinpath(f"web/chat/texts/{language}.js").read_text(encoding="utf-8")
    return dict(re.findall(r'^  (\w+):\s+"(.*)",$', module, re.MULTILINE))


def test_what_changes_changes_at_once(visit: Visit) -> None:
    page = visit(body="<footnote-chat></footnote-chat>")
    ask(page, QUESTION)
    chat(page).locator("summary").click()
    field(page).fill("A draft")
    page.evaluate(SET, {"theme": "dark", "colour": "teal", "title": "Another", "disclaimer": "Mind."})
    expect(chat(page).locator(".title")).to_have_text("Another")
    expect(chat(page).get_by_text("Mind.")).to_be_visible()
    expect(chat(page).locator("mark").first).to_be_visible()
    page.evaluate(SET, {"language": "es"})
    expect(chat(page).get_by_role("button", name="Preguntar")).to_be_visible()
    expect(chat(page).get_by_text("¿Le ha servido?")).to_be_visible()
    expect(field(page)).to_have_value("A draft")
    page.evaluate(SET, {"mode": "launcher"})
    page.get_by_role("button", name="Another").click()
    expect(page.get_by_role("dialog").locator("figure")).to_be_visible()
    page.evaluate(SET, {"mode": "inline"})
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(chat(page).locator("figure")).to_be_visible()


def test_another_endpoint_has_a_conversation_of_its_own(visit: Visit, watched: Watched) -> None:
    page = visit(body="<footnote-chat></footnote-chat>")
    ask(page, QUESTION)
    page.evaluate(SET, {"endpoint": "http://127.0.0.1:9"})
    expect(chat(page).locator(".question")).to_have_count(0)
    page.evaluate("document.querySelector('footnote-chat').removeAttribute('endpoint')")

    expect(chat(page).locator(".question")).to_have_count(1)


UNUSABLE = [
    ("endpoint", "ask.example.org", "must be an address such as https://ask.example.org"),
    ("endpoint", "javascript:window.owned=1", "must be an address such as https://ask.example.org"),
    ("mode", "popup", "must be inline or launcher"),
    ("colour", "blurple", "must be a CSS colour such as #0b5394"),
    ("color", "red; }", "must be a CSS colour such as #0b5394"),
    ("colour", "#0b539480", "must be opaque"),
    ("position", "middle", "must be bottom or top, a hyphen, and end, start, left or right"),
    ("theme", "sepia", "must be auto, light or dark"),
    ("language", "fr", "must be en, es, or a language whose texts the attribute texts gives"),
    ("language", "not a tag", "must be en, es, or a language whose texts the attribute texts gives"),
    ("texts", '{"titel": "?"}', "must be a JSON object of texts, with keys among title, greeting"),
    ("texts", "[]", "must be a JSON object of texts, with keys among title, greeting"),
    ("texts", '{"title": 1}', "must be a JSON object of texts, with keys among title, greeting"),
    ("suggestions", "When?", "must be a JSON list of questions"),
    ("suggestions", "[1]", "must be a JSON list of questions"),
    ("passages", "many", "must be a whole number from 1 to 100"),
    ("passages", "101", "must be a whole number from 1 to 100"),
]


def test_a_value_that_cannot_be_used_is_said_once_and_the_default_taken(visit: Visit, watched: Watched) -> None:
    page = visit(body="<footnote-chat></footnote-chat>")
    expect(field(page)).to_be_visible()
    before = chat(page).locator(".chat").inner_text()
    for name, value, wanted in UNUSABLE:
        for _ in range(2):
            page.evaluate(SET, {name: value})
        expect(field(page)).to_be_visible()
        assert chat(page).locator(".chat").inner_text() == before
        page.evaluate("(name) => document.querySelector('footnote-chat').removeAttribute(name)", name)
        [complaint] = watched.complaints
        assert complaint.startswith(f"Footnote: the attribute {name} ")
        assert wanted in complaint
        assert complaint.endswith("The default is used.")
        watched.complaints.clear()


@pytest.mark.parametrize("filters", ['{"publishers": []}', "[]", "null", '"tag"', "[]x"])
def test_filters_that_cannot_be_used_end_all_asking(visit: Visit, watched: Watched, filters: str) -> None:
    page = visit(f"data-filters='{filters}'")
    page.route("**/v1/chat", lambda route: pytest.fail("the question was asked of all documents"))
    open_chat(page)

    assert ask_in_vain(page) == "refused"
    expect(chat(page).locator(".failure")).to_contain_text("Please tell the site’s owner.")
    expect(chat(page).get_by_role("button", name="Try again")).to_have_count(0)
    [complaint] = watched.complaints
    assert "the attribute filters must be a JSON object with keys among document_id, publisher" in complaint
    assert complaint.endswith("No question is asked.")
    watched.complaints.clear()


def test_filters_that_the_service_refuses_are_for_the_owner_of_the_site(visit: Visit, watched: Watched) -> None:
    watched.failed_requests_expected = True
    page = visit("""data-filters='{"tag": "opening"}'""")
    open_chat(page)

    assert ask_in_vain(page) == "refused"
    [complaint] = watched.complaints
    assert "/filters/tag: This must be a list." in complaint
    watched.complaints.clear()


def test_every_filter_of_the_api_can_be_set(visit: Visit) -> None:
    module = resources.files("service").joinpath("web/widget/options.js").read_text(encoding="utf-8")
    [names] = re.findall(r"^const FILTERS = \[(.*)\];$", module, re.MULTILINE)
    assert set(re.findall(r'"(\w+)"', names)) == set(FilterFields.model_fields)

    filters = {"extra": {"region": ["north"]}}
    page = visit(f"data-filters='{json.dumps(filters)}'")
    open_chat(page)
    with page.expect_request("**/v1/chat") as request:
        ask(page, QUESTION)
    assert json.loads(request.value.post_data or "")["filters"] == filters
    expect(chat(page).get_by_text("Not in these documents.")).to_be_visible()


PLACES = {
    "bottom-end": ("right", "bottom"),
    "bottom-start": ("left", "bottom"),
    "top-left": ("left", "top"),
    "top-right": ("right", "top"),
}


@pytest.mark.parametrize("right_to_left", [False, True])
def test_the_launcher_and_its_dialog_stand_where_they_are_put(visit: Visit, right_to_left: bool) -> None:
    page = visit(viewport={"width": 1000, "height": 800})
    open_chat(page)
    if right_to_left:
        page.evaluate("document.documentElement.dir = 'rtl'")
    for position, (across, down) in PLACES.items():
        page.evaluate(SET, {"position": position})
        if right_to_left and not position.startswith("top"):
            across = {"left": "right", "right": "left"}[across]
        for name in (".launcher", ".frame"):
            box = chat(page).locator(name).bounding_box()
            assert box is not None
            assert (box["x"] < 200) == (across == "left"), (position, name)
            assert (box["y"] + box["height"] / 2 < 400) == (down == "top"), (position, name)
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 1000
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 800


def test_styles_of_the_page_stay_out_and_properties_and_parts_reach_in(visit: Visit) -> None:
    style = """<style>
      * { text-transform: uppercase; } p { color: lime !important; } html { font-size: 5px; line-height: 4; }
      footnote-chat { --footnote-ink: rgb(1, 2, 3); } footnote-chat::part(greeting) { font-weight: 900; }
    </style>"""
    page = visit(body=style + "<footnote-chat></footnote-chat>")

    def css(name: str) -> str:
        value: str = chat(page).locator(".greeting").evaluate(f"element => getComputedStyle(element).{name}")
        return value

    assert [css(name) for name in ("color", "fontWeight", "fontSize", "lineHeight")] == [
        "rgb(1, 2, 3)",
        "900",
        "16px",
        "24px",
    ]


def test_pointing_at_the_launcher_underlines_its_title_alone(visit: Visit) -> None:
    page = visit()
    launcher = chat(page).locator(".launcher")
    launcher.hover()

    style = """(element) => [
      getComputedStyle(element).textDecorationLine,
      getComputedStyle(element, "::before").display,
    ]"""
    assert launcher.evaluate(style) == ["underline", "inline-block"]  # which an underline leaves out


def test_nothing_of_the_page_is_changed_by_the_widget(visit: Visit) -> None:
    page = visit()
    open_chat(page)
    ask(page, QUESTION)

    assert page.evaluate("Object.keys(window).filter((name) => /footnote/i.test(name))") == []
    assert page.evaluate("document.documentElement.getAttribute('style')") is None
    assert chat(page).evaluate("element => element.childNodes.length") == 0


def colours(page: Page) -> tuple[str, str]:
    style = "element => [getComputedStyle(element).color, getComputedStyle(element).backgroundColor]"
    text, ground = chat(page).locator(".send").evaluate(style)
    return text, ground


@pytest.mark.parametrize(
    ("colour", "shown"),
    [
        ("#0b5394", ("rgb(255, 255, 255)", "rgb(11, 83, 148)")),
        ("yellow", ("rgb(0, 0, 0)", "rgb(255, 255, 0)")),
        ("hsl(0 100% 50%)", ("rgb(0, 0, 0)", "rgb(255, 0, 0)")),
        ("oklch(0.7 0.1 200)", None),
        ("var(--brand)", ("rgb(255, 255, 255)", "rgb(0, 0, 128)")),
    ],
)
def test_text_stands_out_from_any_colour(visit: Visit, colour: str, shown: tuple[str, str] | None) -> None:
    page = visit(body=f"<style>html {{ --brand: navy }}</style><footnote-chat colour='{colour}'></footnote-chat>")
    expect(field(page)).to_be_visible()

    text, ground = colours(page)

    assert shown is None or (text, ground) == shown
    assert contrast(text, ground) >= 4.5
    for theme in ("light", "dark"):
        page.evaluate(SET, {"theme": theme})
        asterisk, paper = chat(page).evaluate(
            """element => [
              getComputedStyle(element.shadowRoot.querySelector(".title"), "::before").color,
              getComputedStyle(element.shadowRoot.querySelector(".frame")).backgroundColor,
            ]"""
        )
        assert contrast(asterisk, paper) >= 4.5


def contrast(a: str, b: str) -> float:
    """WCAG 2.2's contrast ratio of two computed colours."""
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(channel) / 255 for channel in re.findall(r"\d+", colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_service_below_a_prefix_is_asked_there(visit: Visit, service: RunningService) -> None:
    prefix = f"{service.url}/archive/ask"
    page = visit(tag="")
    page.route(f"{prefix}/**", lambda route: route.fulfill(response=route.fetch(url=stripped(route.request.url))))
    with page.expect_request(f"{prefix}/v1/chat"):
        page.evaluate(
            "(src) => document.head.append(Object.assign(document.createElement('script'), { src }))",
            f"{prefix}/widget.js",
        )
        open_chat(page)
        ask(page, QUESTION)
    expect(chat(page).locator("figure")).to_contain_text("repaired by Marta Ruiz")


def stripped(url: str) -> str:
    return url.replace("/archive/ask", "", 1)
