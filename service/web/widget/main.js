/**
 * Footnote's chat for any page: `<script async src="https://HOST/widget.js"></script>` adds a launcher, and
 * `<footnote-chat>` stands wherever a page puts it.
 *
 * This is the entry of the bundle `widget.js`, one classic script without dependencies. Text of documents, titles and
 * questions only ever becomes text nodes and attribute values, nothing is parsed as markup or run as code, and styles are
 * constructed sheets, so that it works under a strict Content-Security-Policy and under Trusted Types without a policy.
 */

import { webAddress } from "../chat/dom.js";
import { chatElement, NAME } from "./element.js";
import { ATTRIBUTES } from "./options.js";

const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;
const home = webAddress(script === null ? null : ".", script?.src)?.href.replace(/\/$/, "") ?? null;

/** The elements that a script's tag added to a page, rather than the page itself. @type {WeakSet<Element>} */
const launched = new WeakSet();

/** Call a function once there is a body. */
function withBody(/** @type {() => void} */ then) {
  if (document.body) {
    then();
    return;
  }
  const watching = new MutationObserver(() => {
    if (document.body) {
      watching.disconnect();
      then();
    }
  });
  watching.observe(document.documentElement, { childList: true });
}

/** Add a launcher, with the attributes of the script's tag, to a page that has no `<footnote-chat>` of its own. */
function launch(/** @type {HTMLScriptElement} */ tag) {
  if (document.querySelector(NAME) !== null || tag.dataset.mode === "none") {
    return;
  }
  const launcher = document.createElement(NAME);
  launcher.setAttribute("mode", "launcher");
  for (const name of ATTRIBUTES) {
    const value = tag.dataset[name];
    if (value !== undefined) {
      launcher.setAttribute(name, value);
    }
  }
  launched.add(launcher);
  document.body.append(launcher);
}

/** Put a launcher back if it went with the page's body. */
function restore(/** @type {HTMLElement} */ chat) {
  if (launched.has(chat) && chat.parentNode !== null) {
    withBody(() => document.querySelector(NAME) ?? document.body.append(chat));
  }
}

if (customElements.get(NAME) === undefined) {
  customElements.define(NAME, chatElement(home, restore));
}
if (script !== null && document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", () => launch(script), { once: true });
} else if (script !== null) {
  withBody(() => launch(script));
}
