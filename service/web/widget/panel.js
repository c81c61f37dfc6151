/** The frame around a chat: a section of the page, or a dialog that a launcher opens. */

import { element } from "../chat/dom.js";

/** Windows that are so small that a dialog covers them. */
const COVERING = "(max-width: 30em), (max-height: 26em)";

export class Panel {
  #content;
  #launcher;
  #close;
  /** @type {HTMLElement} */
  #frame = element("section");
  #covering = matchMedia(COVERING);
  /** The page's own overflow while it is locked. @type {string | null} */
  #overflow = null;

  /**
   * @param {HTMLElement} content
   * @param {HTMLElement} launcher
   * @param {() => void} close Called when the browser closes the dialog, or wants to.
   */
  constructor(content, launcher, close) {
    this.#content = content;
    this.#launcher = launcher;
    this.#close = close;
  }

  /**
   * Put the frame, and the launcher if it needs one, into an element.
   *
   * @param {HTMLElement} root
   * @param {boolean} inline
   * @param {string[]} corner
   */
  place(root, inline, corner) {
    const tag = inline ? "section" : "dialog";
    if (this.#frame.localName !== tag || this.#frame.firstChild === null) {
      this.hide();
      this.#frame = element(tag, { id: "panel", part: "panel", "aria-labelledby": "title" }, this.#content);
      this.#frame.addEventListener("cancel", (event) => {
        event.preventDefault();
        this.#close();
      });
      this.#frame.addEventListener("close", () => {
        if (this.#frame.isConnected && !this.#dialog?.open) {
          this.#close(); // the browser has closed it
        }
      });
      root.replaceChildren(...(inline ? [this.#frame] : [this.#launcher, this.#frame]));
    }
    this.#launcher.className = ["launcher", ...corner].join(" ");
    const covering = this.#covers ? ["covering"] : [];
    this.#frame.className = ["frame", ...(inline ? [] : corner), ...covering].join(" ");
  }

  get #dialog() {
    return this.#frame instanceof HTMLDialogElement ? this.#frame : null;
  }

  get #covers() {
    return this.#frame.getAttribute("aria-modal") === "true";
  }

  /** Show the dialog: beside the page, or over all of it. */
  show() {
    const dialog = this.#dialog;
    if (dialog === null || dialog.open) {
      return;
    }
    const covering = this.#covering.matches;
    this.#launcher.setAttribute("aria-expanded", "true");
    this.#frame.classList.toggle("covering", covering);
    if (covering) {
      dialog.setAttribute("aria-modal", "true");
      dialog.showModal();
      const page = document.documentElement.style;
      this.#overflow = page.overflow;
      page.overflow = "hidden";
    } else {
      dialog.open = true; // unlike show(), this leaves the focus where it is
    }
  }

  hide() {
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#dialog?.close();
    this.#frame.removeAttribute("aria-modal");
    if (this.#overflow !== null) {
      document.documentElement.style.overflow = this.#overflow;
      this.#overflow = null;
    }
  }

  /** Begin to follow the size of the window. */
  follow() {
    this.#covering.addEventListener("change", this.#fit);
    this.#fit();
  }

  unfollow() {
    this.#covering.removeEventListener("change", this.#fit);
  }

  #fit = () => {
    if (this.#dialog?.open && this.#covering.matches !== this.#covers) {
      const root = this.#frame.getRootNode();
      const focused = root instanceof ShadowRoot ? root.activeElement : null;
      this.hide();
      this.show();
      /** @type {HTMLElement | null} */ (focused)?.focus();
    }
  };
}
