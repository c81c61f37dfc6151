/** What the element consists of: a launcher, and a panel with a header, the log and a field. */

import { button, element } from "../chat/dom.js";
import { accentRules, channels } from "./colours.js";
import { LONGEST, warn } from "./options.js";
import { Panel } from "./panel.js";
import { STYLES } from "./style.js";

/**
 * @import { Options } from "./options.js"
 *
 * @typedef {object} Pressed What to do when a button is pressed.
 * @property {() => void} toggle
 * @property {() => void} close
 * @property {() => void} restart
 * @property {() => void} send
 * @property {(question: string) => void} suggestion
 */

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLES);

export class View {
  #pressed;
  #colours = new CSSStyleSheet();
  root = element("div", { class: "root", title: "" }); // an empty title hides the host's from the pointer
  launcher = button({ part: "launcher", "aria-controls": "panel" }, [], () => this.#pressed.toggle());
  restart = button({ part: "restart" }, [], () => this.#pressed.restart());
  log = element("div", { class: "log", part: "log", role: "log", tabindex: "0" });
  field = element("textarea", {
    part: "field",
    rows: "1",
    maxlength: String(LONGEST),
    enterkeyhint: "send",
    autocomplete: "off",
  });
  #title = element("h2", { class: "title", part: "title", id: "title" });
  #close = button({ class: "close", part: "close" }, ["×"], () => this.#pressed.close());
  #send = button({ class: "send", part: "send" }, [], () => this.#pressed.send());
  #disclaimer = element("p", { class: "disclaimer", part: "disclaimer" });
  #content = element(
    "div",
    { class: "chat", part: "chat" },
    element("div", { class: "header", part: "header" }, this.#title, this.restart, this.#close),
    this.log,
    element("div", { class: "writing", part: "writing" }, this.field, this.#send),
    this.#disclaimer,
  );
  panel = new Panel(this.#content, this.launcher, () => this.#pressed.close());

  /**
   * @param {ShadowRoot} shadow
   * @param {Pressed} pressed
   */
  constructor(shadow, pressed) {
    this.#pressed = pressed;
    shadow.adoptedStyleSheets = [sheet, this.#colours];
    shadow.append(this.root);
  }

  /** @param {Options} options */
  apply({ inline, title, colour, corner, theme, language, direction, texts, placeholder, disclaimer }) {
    this.root.dataset.theme = theme;
    this.#title.textContent = title;
    this.launcher.replaceChildren(element("span", { lang: language, dir: direction }, title));
    this.#content.lang = language;
    this.#content.dir = direction;
    this.restart.textContent = texts.restart;
    this.#close.setAttribute("aria-label", texts.close);
    this.#close.hidden = inline;
    this.log.setAttribute("aria-label", texts.conversation);
    this.field.setAttribute("aria-label", placeholder);
    this.#send.textContent = texts.ask;
    this.#disclaimer.textContent = disclaimer;
    this.#disclaimer.hidden = disclaimer === "";
    this.panel.place(this.root, inline, corner);
    this.#colours.replaceSync(colour === null || !this.root.isConnected ? "" : this.#rulesFor(colour));
  }

  /** @param {string} colour Any CSS colour. */
  #rulesFor(colour) {
    const probe = element("span", { hidden: "" });
    probe.style.color = colour;
    probe.style.color = `color-mix(in srgb, ${colour}, ${colour})`; // in one notation, where the browser can
    this.root.append(probe);
    const accent = channels(getComputedStyle(probe).color);
    probe.remove();
    if (accent === null) {
      warn(`the attribute colour must be opaque, not "${colour}". The default is used.`);
      return "";
    }
    return accentRules(accent);
  }

  /**
   * Show what belongs to a conversation that has begun, or to none.
   *
   * @param {Options} options
   * @param {boolean} begun
   */
  follow({ placeholder, followUp }, begun) {
    this.restart.hidden = !begun;
    this.field.placeholder = begun ? followUp : placeholder;
  }

  /**
   * Show how to begin.
   *
   * @param {Options} options
   */
  greet({ greeting, suggestions }) {
    const offered = suggestions.map((question) =>
      button({ part: "suggestion" }, [element("bdi", {}, question)], () => this.#pressed.suggestion(question)),
    );
    this.log.replaceChildren(
      element("p", { class: "greeting", part: "greeting", dir: "auto" }, greeting),
      offered.length === 0 ? "" : element("div", { class: "suggestions", part: "suggestions" }, ...offered),
    );
  }

  /** Scroll the log to the beginning of the last turn. */
  scroll() {
    const last = this.log.lastElementChild;
    if (last instanceof HTMLElement && last.classList.contains("turn")) {
      this.log.scrollTop = last.offsetTop - 12;
    }
  }

  /** Give the focus to the field, or, where that would bring up a keyboard over the conversation, to the log. */
  enter() {
    const target = matchMedia("(pointer: coarse)").matches ? this.log : this.field;
    target.focus({ preventScroll: true });
  }
}
