/**
 * Elements, made without markup: every string becomes a text node or an attribute's value, and is never parsed.
 *
 * @param {string} name
 * @param {Record<string, string | null | undefined>} attributes Those without a value are left out.
 * @param {(Node | string | null)[]} children
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) {
      made.setAttribute(attribute, value);
    }
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/**
 * An element that the page itself holds.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`The page has no element #${id}.`);
  }
  return found;
}

/**
 * The attributes of an element that shows a document's words: its language, and the direction its letters ask for.
 *
 * @param {string | null} language A BCP 47 tag.
 * @returns {Record<string, string | null>}
 */
export function wordsOf(language) {
  return { lang: language, dir: "auto" };
}

/** Tell something to someone who may not see it, once. */
export function announce(/** @type {string} */ sentence) {
  byId("status").textContent = sentence;
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
