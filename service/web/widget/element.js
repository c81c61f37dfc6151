/** The element `<footnote-chat>`. docs/widget.md describes what can be set, styled and listened to. */

import { Chat } from "../chat/chat.js";
import { Conversation } from "../chat/conversation.js";
import { button, element } from "../chat/dom.js";
import { accentRules, channels } from "./colours.js";
import { ATTRIBUTES, optionsOf, warn } from "./options.js";
import { Panel } from "./panel.js";
import { STYLES } from "./style.js";

/**
 * @import { Setting } from "../chat/chat.js"
 * @import { Turn } from "../chat/conversation.js"
 * @import { Answer } from "../chat/shapes.js"
 */

export const NAME = "footnote-chat";
const LONGEST = 2_000;
const EVENTS = ["open", "close", "question", "answer", "source", "feedback", "error"];

const sheet = new CSSStyleSheet();
sheet.replaceSync(STYLES);

/**
 * Make the element's class.
 *
 * @param {string | null} home The service to ask where no endpoint is set.
 * @param {(chat: HTMLElement) => void} removed Called when a page takes an element out.
 */
export function chatElement(home, removed) {
  return class FootnoteChat extends HTMLElement {
    static observedAttributes = [...ATTRIBUTES, "mode"];

    #options = optionsOf(document.createElement("div"), home);
    #built = false;
    /** The options that the turns were shown with. */
    #shownWith = "";
    /** The element that had the focus before the dialog was opened. @type {HTMLElement | null} */
    #opener = null;

    #colours = new CSSStyleSheet();
    #root = element("div", { class: "root", title: "" }); // an empty title hides the host's from the pointer
    #launcher = button({ part: "launcher", "aria-controls": "panel" }, [], () => this.#toggle());
    #title = element("h2", { class: "title", part: "title", id: "title" });
    #restart = button({ part: "restart" }, [], () => this.clear());
    #close = button({ class: "close", part: "close" }, ["×"], () => this.close());
    #log = element("div", { class: "log", part: "log", role: "log", tabindex: "0" });
    #field = element("textarea", {
      part: "field",
      rows: "1",
      maxlength: String(LONGEST),
      enterkeyhint: "send",
      autocomplete: "off",
    });
    #send = button({ class: "send", part: "send" }, [], () => this.#submit());
    #disclaimer = element("p", { class: "disclaimer", part: "disclaimer" });
    #content = element(
      "div",
      { class: "chat", part: "chat" },
      element("div", { class: "header", part: "header" }, this.#title, this.#restart, this.#close),
      this.#log,
      element("div", { class: "writing", part: "writing" }, this.#field, this.#send),
      this.#disclaimer,
    );
    #panel = new Panel(this.#content, this.#launcher, () => this.close());
    #chat = new Chat(this.#log, this.#setting(), new Conversation(""), {
      stop: () => this.#chat.stop(),
      began: () => this.#scroll(),
      ended: (turn) => this.#ended(turn),
      changed: () => {
        this.#restart.hidden = this.#chat.conversation.turns.length === 0;
      },
    });

    constructor() {
      super();
      const shadow = this.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [sheet, this.#colours];
      shadow.append(this.#root);
      this.#root.addEventListener("keydown", (event) => this.#pressed(event));
    }

    /** Show the dialog of a launcher and go to its field. */
    open() {
      if (!this.isConnected) {
        return;
      }
      const { conversation } = this.#chat;
      if (!this.#options.inline && !conversation.opened) {
        const active = document.activeElement;
        this.#opener = active instanceof HTMLElement && active !== this && active !== document.body ? active : null;
        conversation.opened = true;
        this.#show();
        conversation.save();
        this.#tell("open", {});
      }
      this.#enter();
    }

    /** Hide the dialog of a launcher; a focus in it goes back to where it came from. */
    close() {
      const { conversation } = this.#chat;
      if (this.#options.inline || !conversation.opened) {
        return;
      }
      const focused = this.#focused;
      conversation.opened = false;
      this.#panel.hide();
      conversation.save();
      if (focused) {
        (this.#opener?.isConnected ? this.#opener : this.#launcher).focus();
      }
      this.#tell("close", {});
    }

    /**
     * Ask a question as if it had been typed.
     *
     * @param {string} text
     * @returns {Promise<Answer | null>} The answer; null if none came or nothing was asked.
     */
    async ask(text) {
      const question = String(text).trim();
      if (question === "" || !this.isConnected) {
        return null;
      }
      if (!this.#options.inline && !this.#chat.conversation.opened) {
        this.open();
      }
      return (await this.#chat.ask(question))?.answer ?? null;
    }

    /** Begin a new conversation. */
    clear() {
      const focused = this.#focused;
      this.#chat.clear();
      this.#greet();
      if (focused) {
        this.#enter();
      }
    }

    connectedCallback() {
      this.#options = optionsOf(this, home); // the page's language may be another one here
      if (!this.#built) {
        this.#built = true;
        this.#recall();
      }
      this.#apply();
      this.#panel.follow();
      this.#show();
    }

    disconnectedCallback() {
      this.#panel.unfollow();
      this.#panel.hide();
      removed(this);
      queueMicrotask(() => this.isConnected || this.#chat.stop()); // unless it was only moved
    }

    attributeChangedCallback() {
      if (!this.#built) {
        return;
      }
      const { endpoint } = this.#options;
      this.#options = optionsOf(this, home);
      if (this.#options.endpoint !== endpoint) {
        const { opened } = this.#chat.conversation;
        this.#recall();
        this.#chat.conversation.opened = opened;
      }
      this.#apply();
      this.#show();
    }

    get #focused() {
      return this.shadowRoot?.activeElement !== null;
    }

    /** @returns {Setting} */
    #setting() {
      const { endpoint, key, passages, filters, texts, language } = this.#options;
      return {
        service: { endpoint: endpoint ?? "", credentials: "omit", key: () => key },
        request: { ...(passages === null ? {} : { k: passages }), filters },
        longest: LONGEST,
        texts,
        language,
        level: 3,
        newTab: true,
        unfolded: false,
        icons: true,
        explained: false,
        mended: false,
        copyButton: () => null,
        tell: (name, detail) => this.#tell(name, detail),
      };
    }

    /** Take up the conversation that was held with this service on the page before. */
    #recall() {
      const nameless = [...document.querySelectorAll(`${NAME}:not([id])`)].indexOf(this);
      const name = this.id || (nameless > 0 ? nameless + 1 : "");
      this.#chat.replace(new Conversation(`footnote ${this.#options.endpoint} ${name}`.trimEnd()));
      this.#shownWith = "";
    }

    /** Show everything as the attributes ask. */
    #apply() {
      const { inline, title, corner, theme, language, direction, texts, placeholder, disclaimer } = this.#options;
      this.#root.dataset.theme = theme;
      this.#title.textContent = title;
      this.#launcher.replaceChildren(element("span", { lang: language, dir: direction }, title));
      this.#content.lang = language;
      this.#content.dir = direction;
      this.#restart.textContent = texts.restart;
      this.#close.setAttribute("aria-label", texts.close);
      this.#close.hidden = inline;
      this.#log.setAttribute("aria-label", texts.conversation);
      this.#field.placeholder = placeholder;
      this.#field.setAttribute("aria-label", placeholder);
      this.#send.textContent = texts.ask;
      this.#disclaimer.textContent = disclaimer;
      this.#disclaimer.hidden = disclaimer === "";
      this.#panel.place(this.#root, inline, corner);
      this.#colour();
      this.#chat.set(this.#setting());
      const shown = JSON.stringify([language, texts, this.#options.greeting, this.#options.suggestions]);
      if (shown !== this.#shownWith) {
        this.#shownWith = shown;
        this.#chat.showAll();
        this.#greet();
        this.#scroll();
      }
    }

    #colour() {
      const { colour } = this.#options;
      this.#colours.replaceSync("");
      if (colour !== null && this.isConnected) {
        const probe = element("span", { hidden: "" });
        probe.style.color = colour;
        probe.style.color = `color-mix(in srgb, ${colour}, ${colour})`; // in one notation, where the browser can
        this.#root.append(probe);
        const accent = channels(getComputedStyle(probe).color);
        probe.remove();
        if (accent === null) {
          warn(`the attribute colour must be opaque, not "${colour}". The default is used.`);
        } else {
          this.#colours.replaceSync(accentRules(accent));
        }
      }
    }

    /** Show how to begin, where there is no conversation yet. */
    #greet() {
      const { greeting, suggestions } = this.#options;
      if (this.#chat.conversation.turns.length === 0) {
        const offered = suggestions.map((question) =>
          button({ part: "suggestion" }, [element("bdi", {}, question)], () => this.ask(question)),
        );
        this.#log.replaceChildren(
          element("p", { class: "greeting", part: "greeting", dir: "auto" }, greeting),
          offered.length === 0 ? "" : element("div", { class: "suggestions", part: "suggestions" }, ...offered),
        );
      }
    }

    #show() {
      if (this.isConnected && this.#chat.conversation.opened && !this.#options.inline) {
        this.#panel.show();
        this.#scroll();
      }
    }

    #toggle() {
      if (this.#chat.conversation.opened) {
        this.close();
      } else {
        this.open();
      }
    }

    #ended(/** @type {Turn} */ { failure }) {
      if (failure?.message) {
        warn(failure.message);
      }
      this.#scroll();
    }

    /** @type {(name: string, detail: object) => boolean} Whether the page lets it happen. */
    #tell(name, detail) {
      if (!EVENTS.includes(name)) {
        return true;
      }
      const cancelable = name === "source";
      return this.dispatchEvent(
        new CustomEvent(`footnote-${name}`, { bubbles: true, composed: true, cancelable, detail }),
      );
    }

    /** Bring the beginning of the last turn into sight. */
    #scroll() {
      const last = this.#log.lastElementChild;
      if (last instanceof HTMLElement && last.classList.contains("turn")) {
        this.#log.scrollTop = last.offsetTop - 12;
      }
    }

    /** Give the focus to the field, or, where that would bring up a keyboard over the conversation, to the log. */
    #enter() {
      const target = matchMedia("(pointer: coarse)").matches ? this.#log : this.#field;
      target.focus({ preventScroll: true });
    }

    #pressed(/** @type {KeyboardEvent} */ event) {
      if (event.isComposing) {
        return;
      }
      if (event.key === "Escape" && this.#chat.conversation.opened && !this.#options.inline) {
        event.preventDefault();
        event.stopPropagation();
        this.close();
      } else if (event.key === "Enter" && !event.shiftKey && event.target === this.#field) {
        event.preventDefault();
        this.#submit();
      }
    }

    #submit() {
      const question = this.#field.value;
      if (question.trim() !== "") {
        this.#field.value = "";
        this.ask(question);
      }
      this.#enter();
    }
  };
}
