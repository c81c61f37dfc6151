/** An answer, or why there is none, as elements. */

import { citationNote, separated } from "./citation.js";
import { element, wordsOf } from "./dom.js";
import { copyButton } from "./quotation.js";
import { stretches } from "./spans.js";
import { headingLine, markedWords } from "./words.js";

/** @import { Answer, Failure, Passage } from "./api.js" */

/** @type {Record<string, string>} */
const CONFIDENCE = {
  very_high: "Confidence: very high.",
  high: "Confidence: high.",
  medium: "Confidence: medium. Read the passage before you quote it.",
  low: "Confidence: low. Read the passage: it may not answer the question.",
};

/**
 * @param {Answer} answer
 * @param {HTMLElement} rating What it can be rated with.
 * @returns {(HTMLElement | null)[]} The first holds the heading.
 */
export function answerElements({ status, answer, confidence, passages }, rating) {
  if (status === "not_found" || answer === null) {
    return [notFound(), rating, nearest(passages)];
  }
  const tools = element("div", { class: "tools" }, copyButton(answer.text, answer.citation), rating);
  return [quotation(answer, confidence), tools, aroundIt(passages)];
}

/**
 * What to tell of an answer in one line, to someone who does not see it.
 *
 * @param {Answer} answer
 */
export function answerSummary({ status, passages }) {
  const count = passages.length === 1 ? "1 passage" : `${passages.length} passages`;
  return status === "answered" ? `Answered, with ${count}.` : `Not in these documents. The nearest: ${count}.`;
}

/**
 * @param {Failure} failure
 * @param {() => void} retry
 * @param {"h1" | "h3"} level Of its heading.
 */
export function failureElement(failure, retry, level = "h3") {
  const details = failure.details.map((detail) => element("p", {}, detail));
  const said = element("div", { class: "failure" }, heading(ended(failure.title), level), ...details);
  if (failure.retry) {
    const button = element("button", { type: "button" }, "Try again");
    button.addEventListener("click", retry);
    said.append(button);
  }
  return said;
}

function ended(/** @type {string} */ sentence) {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** A heading that can be given the focus, so that reading goes on from there. */
function heading(/** @type {string} */ text, level = "h3") {
  return element(level, { class: "outcome", tabindex: "-1" }, text);
}

/**
 * @param {NonNullable<Answer["answer"]>} answer
 * @param {Answer["confidence"]} confidence
 */
function quotation({ text, citation }, confidence) {
  const quoted = element("span", { class: "quoted" }, text);
  return element(
    "figure",
    { class: "answer" },
    heading("The documents say"),
    element("blockquote", { ...wordsOf(citation.language), cite: citation.href }, quoted),
    element("p", { class: "confidence" }, CONFIDENCE[confidence.level] ?? null),
    element("figcaption", { class: "note" }, citationNote(citation)),
  );
}

/** The passage that the answer stands in and the further ones, foldable. */
function aroundIt(/** @type {Passage[]} */ passages) {
  if (passages.length === 0) {
    return null;
  }
  const further = passages.length === 2 ? ", and a further one" : `, and ${passages.length - 1} further ones`;
  const summary = `The passage around it${passages.length === 1 ? "" : further}`;
  return element("details", { open: "" }, element("summary", {}, summary), passageList(passages));
}

function notFound() {
  return element(
    "div",
    { class: "not-found" },
    heading("Not in these documents"),
    element("p", {}, "No passage answers this question well enough to be quoted as an answer."),
  );
}

/** What comes nearest to an answer, folded away so that nobody takes it for one. */
function nearest(/** @type {Passage[]} */ passages) {
  if (passages.length === 0) {
    return null;
  }
  const summary = passages.length === 1 ? "The nearest passage" : `The ${passages.length} nearest passages`;
  return element("details", {}, element("summary", {}, summary), passageList(passages));
}

function passageList(/** @type {Passage[]} */ passages) {
  return element("ol", { class: "passages" }, ...passages.map(passageItem));
}

function passageItem(/** @type {Passage} */ { text, highlights, citation, also_found_in }) {
  const nodes = markedWords(text, stretches(text, highlights), headingLine(text, 0, citation.section));
  const words = element("blockquote", { ...wordsOf(citation.language), cite: citation.href }, ...nodes);
  return element("li", {}, words, citationNote(citation), alsoIn(also_found_in), copyButton(text, citation));
}

function alsoIn(/** @type {Passage["also_found_in"]} */ citations) {
  if (citations.length === 0) {
    return null;
  }
  const links = citations.map(({ href, title, language }) =>
    element("a", { href }, element("cite", wordsOf(language), title)),
  );
  return element("p", { class: "source" }, "Word for word also in ", ...separated(links, ", "), ".");
}
