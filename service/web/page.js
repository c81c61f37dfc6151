/** The elements that a page's HTML has. */

/**
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

/** Have screen readers say a sentence, once. */
export function announce(/** @type {string} */ sentence) {
  byId("status").textContent = sentence;
}
