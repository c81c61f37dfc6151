/** The page to read a document on, with the words marked that the address names. */

import { LANGUAGE, readDocument, TEXTS } from "./api.js";
import { failureElement } from "./chat/answer.js";
import { listed, percent, separated, writtenDate } from "./chat/citation.js";
import { element, webAddress, words, wordsOf } from "./chat/dom.js";
import { Failure } from "./chat/failure.js";
import { utf16Offsets } from "./chat/spans.js";
import { filled } from "./chat/texts/index.js";
import { headingLine, markedWords } from "./chat/words.js";
import { namedSpan } from "./fragment.js";
import { announce, byId } from "./page.js";
import { showPictures } from "./pictures.js";

/**
 * @import { DocumentDetails } from "./api.js"
 * @import { Stretch } from "./chat/spans.js"
 * @import { Heading } from "./chat/words.js"
 */

const main = byId("main");
const status = byId("status");

history.scrollRestoration = "manual"; // the address says where to be
open();

async function open() {
  main.setAttribute("aria-busy", "true");
  announce("Opening the document.");
  try {
    // The id stays percent-encoded, as in the address.
    const { details, text } = await readDocument(location.pathname.split("/").at(-1) ?? "");
    show(details, text);
  } catch (error) {
    const shown = failureElement(Failure.of(error), { texts: TEXTS, explained: true, level: 1 }, open);
    announce(shown.querySelector("h1")?.textContent ?? "");
    main.replaceChildren(shown);
  } finally {
    main.setAttribute("aria-busy", "false");
  }
}

/**
 * @param {DocumentDetails} details
 * @param {string} text
 */
function show(details, text) {
  const headings = headingsIn(text, details.sections);
  const body = element("div", { id: "text", ...wordsOf(details.language) });
  const pages = element("aside", { id: "pages", "aria-label": "Pages of the original" });
  const mark = () => {
    showPictures(pages, details, citedSpan(details));
    status.replaceChildren(...markNamed(body, text, headings, details));
  };
  document.title = `${details.title} · Footnote`;
  main.replaceChildren(...aboutDocument(details), body, pages);
  window.addEventListener("hashchange", mark);
  // A link to the place that the address names already changes nothing, so that no hashchange comes of it.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
    if (link?.getAttribute("href") === location.hash) {
      mark();
    }
  });
  mark();
}

/**
 * The span that the address names, in code points; null if it names none of the document's words.
 *
 * @param {DocumentDetails} details
 */
function citedSpan({ characters }) {
  const named = namedSpan(location.hash);
  if (typeof named === "string") {
    return null;
  }
  const end = named.end ?? characters;
  return named.start < end && end <= characters ? { start: named.start, end } : null;
}

/** @param {DocumentDetails} details */
function aboutDocument(details) {
  const { authors, language, publisher, published, sections } = details;
  const parts = [
    authors.length === 0 ? null : words(listed(authors, LANGUAGE), language),
    publisher === null ? null : words(publisher, language),
    published === null ? null : element("time", { datetime: published }, writtenDate(published, LANGUAGE)),
    language === null ? null : languageName(language),
    originalLink(details.url),
  ];
  const depths = depthsOf(sections);
  const links = sections.map(({ title, start }, at) =>
    element("li", { class: `depth-${depths[at]}` }, element("a", { href: `#char=${start}` }, words(title, language))),
  );
  const count = links.length === 1 ? "1 section" : `${links.length} sections`;
  return [
    element("h1", wordsOf(language), details.title),
    element("p", { class: "byline" }, ...separated(parts, " · ")),
    links.length === 0
      ? ""
      : element(
          "nav",
          { "aria-label": "Sections" },
          element("details", {}, element("summary", {}, count), element("ol", { class: "sections" }, ...links)),
        ),
  ];
}

function originalLink(/** @type {string | null} */ address) {
  const url = webAddress(address);
  const rel = "external noopener noreferrer";
  return url === null ? null : element("a", { href: url.href, rel }, filled(TEXTS.original, { host: url.host }));
}

function languageName(/** @type {string} */ tag) {
  try {
    return new Intl.DisplayNames("en", { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/**
 * @param {string} text
 * @param {DocumentDetails["sections"]} sections
 * @returns {Heading[]}
 */
function headingsIn(text, sections) {
  const offsets = utf16Offsets(
    text,
    sections.map((section) => section.start),
  );
  const depths = depthsOf(sections);
  return sections.flatMap(({ title, start }, at) => {
    const level = 2 + (depths[at] ?? 0); // the page's first level is the document's title
    return headingLine(text, offsets.get(start) ?? text.length, title).map((line) => ({ ...line, level }));
  });
}

/**
 * How deep each section lies: 0 for the uppermost level that the document uses, whichever that is.
 *
 * @param {DocumentDetails["sections"]} sections
 */
function depthsOf(sections) {
  const used = [...new Set(sections.map((section) => section.level))].sort((a, b) => a - b);
  return sections.map((section) => Math.min(used.indexOf(section.level), 4));
}

/**
 * Fill the body with the text, mark what the address names, and go there.
 *
 * @param {HTMLElement} body
 * @param {string} text
 * @param {Heading[]} headings
 * @param {DocumentDetails} details
 * @returns {(Node | string)[]} What to tell the reader.
 */
function markNamed(body, text, headings, details) {
  const named = stretchNamed(location.hash, text);
  body.replaceChildren(...markedWords(text, typeof named === "string" ? [] : [named], headings));
  if (typeof named === "string") {
    return [named];
  }
  const place = /** @type {HTMLElement} */ (body.querySelector("mark, .place"));
  place.tabIndex = -1;
  place.scrollIntoView({ block: "start" });
  place.focus({ preventScroll: true });
  if (named.start === named.end) {
    return [];
  }
  const words = element("a", { href: location.hash }, "The cited words");
  return [words, ` are marked below${beginning(details, text, named.start)}.${recognition(details, text, named)}`];
}

/**
 * Say on which page or at which place words begin.
 *
 * @param {DocumentDetails} details
 * @param {string} text
 * @param {number} offset In UTF-16 units.
 */
function beginning({ pages, places }, text, offset) {
  const page = pageAt(pages, text, offset);
  const starts = utf16Offsets(
    text,
    places.map(({ start }) => start),
  );
  const place = places.findLast(({ start }) => (starts.get(start) ?? Infinity) <= offset);
  return page > 0 ? `; they begin on page ${page}` : place === undefined ? "" : `; they begin at ${place.label}`;
}

/**
 * The page of a text that holds an offset, from 1; 0 if it has no pages.
 *
 * @param {number[]} pages
 * @param {string} text
 * @param {number} offset In UTF-16 units.
 */
function pageAt(pages, text, offset) {
  const starts = utf16Offsets(text, pages);
  return pages.filter((start) => (starts.get(start) ?? Infinity) <= offset).length;
}

/**
 * Say that words were recognised, and how sure that is on their least sure page.
 *
 * @param {DocumentDetails} details
 * @param {string} text
 * @param {Stretch} words
 */
function recognition({ pages, extra }, text, { start, end }) {
  const [first, last] = [start, Math.max(start, end - 1)].map((offset) => pageAt(pages, text, offset) || 1);
  const known = Object.entries(extra.recognised_pages ?? {}).flatMap(([page, confidence]) =>
    Number(page) >= (first ?? 1) && Number(page) <= (last ?? 1) && typeof confidence === "number" ? [confidence] : [],
  );
  const sure = known.length === 0 ? null : percent(Math.min(...known));
  return sure === null ? "" : ` They were recognised from a picture, ${sure}% sure, and may differ from it.`;
}

/**
 * What an address's fragment names in a text; where it names nothing there, a sentence that says so, empty if it does
 * not try.
 *
 * @param {string} hash
 * @param {string} text
 * @returns {string | Stretch}
 */
function stretchNamed(hash, text) {
  const named = namedSpan(hash);
  if (named === "none") {
    return "";
  }
  if (named === "malformed") {
    return "The address does not say which words to mark. Here is the whole text.";
  }
  const offsets = utf16Offsets(text, [named.start, named.end ?? named.start]);
  const start = offsets.get(named.start);
  const end = named.end === null ? text.length : offsets.get(named.end);
  if (start === undefined || end === undefined) {
    return "The address points past the end of this document. Here is the whole text, with nothing marked.";
  }
  return { start, end };
}
