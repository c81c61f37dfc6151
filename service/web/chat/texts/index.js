/** The chat's own words, by language. */

import en from "./en.js";
import es from "./es.js";

/** @typedef {Record<keyof typeof en, string>} Texts */

/** @type {Record<string, Texts>} */
const SHIPPED = { en, es };

/** @type {Texts} */
export const ENGLISH = en;

/**
 * Return the texts in a language; undefined if there are none.
 *
 * @param {string} tag A BCP 47 tag, such as es-SV.
 */
export function textsIn(tag) {
  return SHIPPED[primary(tag)];
}

/**
 * Return the locale for dates and lists among words of a language: the reader's own, such as en-GB for en.
 *
 * @param {string} language A BCP 47 tag.
 */
export function localeFor(language) {
  // Chromium on Linux may have en-US@posix, which Intl refuses.
  const known = navigator.languages.find((tag) => /^[\w-]+$/.test(tag) && primary(tag) === primary(language));
  return known ?? language;
}

function primary(/** @type {string} */ tag) {
  return (tag.split("-")[0] ?? "").toLowerCase();
}

/**
 * Return the parts of a text with nodes in the place of `{question}`.
 *
 * @param {string} text
 * @param {(Node | string)[]} nodes
 */
export function around(text, nodes) {
  const [before = "", after = ""] = text.split("{question}");
  return [before, ...nodes, after];
}

/**
 * Return a text with its `{places}` filled in, in one pass: inserted values are not searched for places.
 *
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}
