/** Citations and what they are made of, as elements. */

import { element, wordsOf } from "./dom.js";

/** @import { Citation } from "./api.js" */

/**
 * A citation as a note: who, what (a link that opens the document at the cited words), where and when.
 *
 * @param {Citation} citation
 * @returns {HTMLElement}
 */
export function citationNote(citation) {
  const { authors, published, language } = citation;
  const title = element("a", { href: citation.href }, element("cite", wordsOf(language), citation.title));
  const section = citation.section === null ? null : element("span", {}, "“", words(citation.section, language), "”");
  const parts = [
    authors.length === 0 ? null : words(listed(authors), language),
    title,
    section,
    citation.page === null ? null : `p. ${citation.page}`,
    citation.publisher === null ? null : words(citation.publisher, language),
    published === null ? null : date(published),
    originalLink(citation.source_href ?? citation.url),
  ];
  return element("p", { class: "source" }, ...separated(parts, ", "), ".");
}

/**
 * The parts that are there, with something between each two.
 *
 * @param {(Node | string | null)[]} parts
 * @param {string} separator
 * @returns {(Node | string)[]}
 */
export function separated(parts, separator) {
  const present = parts.filter((part) => part !== null);
  return present.flatMap((part, at) => (at === 0 ? [part] : [separator, part]));
}

/**
 * A document's words amid ours, unable to turn the direction of the line around them.
 *
 * @param {string} text
 * @param {string | null} language
 */
export function words(text, language) {
  return element("bdi", { lang: language }, text);
}

/** @param {readonly string[]} names */
export function listed(names) {
  return new Intl.ListFormat("en").format(names);
}

/**
 * A calendar date as people write it.
 *
 * @param {string} iso Such as 2017-01-19.
 */
export function date(iso) {
  return element("time", { datetime: iso }, writtenDate(iso));
}

/** @param {string} iso Such as 2017-01-19. */
export function writtenDate(iso) {
  const parsed = new Date(`${iso}T00:00:00Z`);
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
  return Number.isNaN(parsed.getTime()) ? iso : format.format(parsed);
}

/**
 * A link to where a document came from, if that is a web address: a `javascript:` one must never become a link.
 *
 * @param {string | null} address
 */
export function originalLink(address) {
  const url = address === null ? null : parsed(address);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    return null;
  }
  return element("a", { href: url.href, rel: "external noopener noreferrer" }, `original at ${url.host}`);
}

function parsed(/** @type {string} */ address) {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}
