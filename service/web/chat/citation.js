/** Citations: who wrote it, what it is, where and when. */

import { element, webAddress, words, wordsOf } from "./dom.js";
import { filled } from "./texts/index.js";

/**
 * @import { Setting } from "./chat.js"
 * @import { Citation } from "./shapes.js"
 * @typedef {"authors" | "title" | "speaker" | "section" | "page" | "place" | "recognised" | "publisher" | "published"} FactKind
 */

/**
 * Return what is known of a source, in the order in which it is cited.
 *
 * @param {Citation} citation
 * @param {Pick<Setting, "texts" | "language">} setting
 * @returns {{ kind: FactKind, text: string }[]}
 */
export function facts(citation, { texts, language }) {
  const { authors, title, speaker, section, page, place, recognised, publisher, published } = citation;
  /** @type {[FactKind, string | null | undefined][]} */
  const all = [
    ["authors", listed(authors, language)],
    ["title", title],
    ["speaker", speaker && filled(texts.saidBy, { name: speaker })],
    ["section", section === title ? null : section && `“${section}”`],
    ["page", page === null || page === undefined ? null : filled(texts.page, { n: page })],
    ["place", place],
    ["recognised", typeof recognised === "number" ? filled(texts.recognised, { percent: percent(recognised) }) : null],
    ["publisher", publisher],
    ["published", published && writtenDate(published, language)],
  ];
  return all.flatMap(([kind, text]) => (text ? [{ kind, text }] : []));
}

/**
 * A citation as a note. Its title is a link that opens the document at the cited words.
 *
 * @param {Citation} citation
 * @param {Setting} setting
 */
export function sourceNote(citation, setting) {
  const parts = facts(citation, setting).map(({ kind, text }) => {
    switch (kind) {
      case "title":
        return titleLink(citation, setting);
      case "page":
      case "place":
      case "recognised":
        return text;
      case "published":
        return element("time", { datetime: citation.published }, text);
      default:
        return words(text, citation.language);
    }
  });
  const original = originalLink(citation, setting);
  return element("p", { class: "source", part: "source" }, ...separated([...parts, original], ", "), ".");
}

/**
 * A document's title, as a link that opens it at the cited words; without a link if that would leave the service.
 *
 * @param {Citation} citation
 * @param {Setting} setting
 */
export function titleLink(citation, setting) {
  const { endpoint } = setting.service;
  const title = element("cite", wordsOf(citation.language), citation.title);
  const url = webAddress(citation.href, endpoint);
  return url === null || url.origin !== webAddress(endpoint)?.origin ? title : link(url, title, citation, setting);
}

/**
 * A link to where a document came from, if that is a web address.
 *
 * @param {Citation} citation
 * @param {Setting} setting
 */
function originalLink(citation, setting) {
  const url = webAddress(citation.source_href ?? citation.url);
  return url === null ? null : link(url, filled(setting.texts.original, { host: url.host }), citation, setting);
}

/**
 * @param {URL} url
 * @param {Node | string} content
 * @param {Citation} citation
 * @param {Setting} setting
 */
function link({ href }, content, citation, { texts, newTab, tell }) {
  const target = newTab ? { target: "_blank" } : {};
  const made = element("a", { href, rel: "noopener noreferrer", part: "link", ...target }, content);
  if (newTab) {
    made.append(element("span", { class: "unseen" }, ` ${texts.newTab}`));
  }
  made.addEventListener("click", (event) => {
    if (!tell("source", { href, citation })) {
      event.preventDefault();
    }
  });
  return made;
}

/** A share as people write it, never rounded up to all. */
export function percent(/** @type {number} */ share) {
  return Math.floor(100 * share);
}

/**
 * Join the parts that are present.
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
 * @param {readonly string[]} names
 * @param {string} language A locale.
 */
export function listed(names, language) {
  return new Intl.ListFormat(language).format(names);
}

/**
 * A calendar date as people write it.
 *
 * @param {string} iso Such as 2017-01-19.
 * @param {string} language A locale.
 */
export function writtenDate(iso, language) {
  const day = new Date(`${iso}T00:00:00Z`);
  const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
  return Number.isNaN(day.getTime()) ? iso : format.format(day);
}
