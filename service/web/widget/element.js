/** The element `<footnote-chat>`. docs/widget.md describes what can be set, styled and listened to. */

import { Chat } from "../chat/chat.js";
import { Conversation } from "../chat/conversation.js";
import { localeFor } from "../chat/texts/index.js";
import { ATTRIBUTES, LONGEST, optionsOf, warn } from "./options.js";
import { View } from "./view.js";

/**
 * @import { Setting } from "../chat/chat.js"
 * @import { Turn } from "../chat/conversation.js"
 * @import { Answer } from "../chat/shapes.js"
 */

export const NAME = "footnote-chat";
const EVENTS = ["open", "close", "question", "answer", "source", "feedback", "error"];

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

    #view = new View(this.attachShadow({ mode: "open" }), {
      toggle: () => (this.#chat.conversation.opened ? this.close() : this.open()),
      close: () => this.close(),
      restart: () => this.clear(),
      send: () => this.#submit(),
      suggestion: (question) => this.ask(question),
    });
    #chat = new Chat(this.#view.log, this.#setting(), new Conversation(""), {
      stop: () => this.#chat.stop(),
      began: () => this.#view.scroll(),
      ended: (turn) => this.#ended(turn),
      changed: () => this.#follow(),
    });

    constructor() {
      super();
      this.#view.root.addEventListener("keydown", (event) => this.#pressed(event));
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
      this.#view.enter();
    }

    /** Hide the dialog of a launcher; a focus in it goes back to where it came from. */
    close() {
      const { conversation } = this.#chat;
      if (this.#options.inline || !conversation.opened) {
        return;
      }
      const focused = this.#focused;
      conversation.opened = false;
      this.#view.panel.hide();
      conversation.save();
      if (focused) {
        (this.#opener?.isConnected ? this.#opener : this.#view.launcher).focus();
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
        this.#view.enter();
      }
    }

    connectedCallback() {
      this.#options = optionsOf(this, home); // the page's language may be another one here
      if (!this.#built) {
        this.#built = true;
        this.#recall();
      }
      this.#apply();
      this.#view.panel.follow();
      this.#show();
    }

    disconnectedCallback() {
      this.#view.panel.unfollow();
      this.#view.panel.hide();
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
        request: { ...(passages === null ? {} : { k: Number(passages) }), filters },
        longest: LONGEST,
        texts,
        language: localeFor(language),
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
      const { language, texts, greeting, suggestions } = this.#options;
      this.#view.apply(this.#options);
      this.#follow();
      this.#chat.set(this.#setting());
      const shown = JSON.stringify([language, texts, greeting, suggestions]);
      if (shown !== this.#shownWith) {
        this.#shownWith = shown;
        this.#chat.showAll();
        this.#greet();
        this.#view.scroll();
      }
    }

    #follow() {
      this.#view.follow(this.#options, this.#chat.conversation.turns.length > 0);
    }

    #greet() {
      if (this.#chat.conversation.turns.length === 0) {
        this.#view.greet(this.#options);
      }
    }

    #show() {
      if (this.isConnected && this.#chat.conversation.opened && !this.#options.inline) {
        this.#view.panel.show();
        this.#view.scroll();
      }
    }

    #ended(/** @type {Turn} */ { failure }) {
      if (failure?.message) {
        warn(failure.message);
      }
      this.#view.scroll();
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

    #pressed(/** @type {KeyboardEvent} */ event) {
      if (event.isComposing) {
        return;
      }
      if (event.key === "Escape" && this.#chat.conversation.opened && !this.#options.inline) {
        event.preventDefault();
        event.stopPropagation();
        this.close();
      } else if (event.key === "Enter" && !event.shiftKey && event.target === this.#view.field) {
        event.preventDefault();
        this.#submit();
      }
    }

    #submit() {
      const question = this.#view.field.value;
      if (question.trim() !== "") {
        this.#view.field.value = "";
        this.ask(question);
      }
      this.#view.enter();
    }
  };
}
