/** Elements made without markup: every string becomes a text node or an attribute's value, and is never parsed. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | null | undefined>} attributes Those without a value are left out.
 * @param {(Node | string | null)[]} children Strings become text nodes.
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/**
 * @param {Record<string, string | null>} attributes
 * @param {(Node | string)[]} children
 * @param {() => void} pressed
 */
export function button(attributes, children, pressed) {
  const made = element("button", { type: "button", ...attributes }, ...children);
  made.addEventListener("click", pressed);
  return made;
}

/**
 * A heading of a level from 1 to 6.
 *
 * @param {number} level
 * @param {Record<string, string | null>} attributes
 * @param {(Node | string | null)[]} children
 */
export function heading(level, attributes, ...children) {
  return element(/** @type {"h1"} */ (`h${level}`), attributes, ...children);
}

/**
 * The attributes of an element that shows a document's text: its language, and the direction of its script.
 *
 * @param {string | null} language A BCP 47 tag.
 */
export function wordsOf(language) {
  return { lang: language, dir: "auto" };
}

/**
 * A document's text within ours, isolated so that it cannot change the direction of the line around it.
 *
 * @param {string} text
 * @param {string | null} language
 */
export function words(text, language) {
  return element("bdi", { lang: language }, text);
}

let made = 0;

/**
 * An id that no element of the page has yet.
 *
 * @param {string} kind
 */
export function newId(kind) {
  made += 1;
  return `${kind}-${made}`;
}

/**
 * Parse a web address. Return null for anything else, such as a `javascript:` address, which must never become a link.
 *
 * @param {string | null | undefined} address
 * @param {string} [base]
 */
export function webAddress(address, base) {
  try {
    const url = new URL(address ?? "", base);
    return address && ["http:", "https:"].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}
