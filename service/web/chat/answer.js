/** Answers, and failures in their place, as elements. */

import { separated, sourceNote, titleLink } from "./citation.js";
import { button, element, heading, wordsOf } from "./dom.js";
import { stretches } from "./spans.js";
import { around, filled } from "./texts/index.js";
import { headingLines, markedWords } from "./words.js";

/**
 * @import { Setting } from "./chat.js"
 * @import { Failure } from "./failure.js"
 * @import { Answer, Citation, Passage, Quotation, Reason } from "./shapes.js"
 * @import { Span } from "./spans.js"
 */

/** How many passages of an uncertain answer are quoted above the folded list of all. */
const QUOTED = 3;

/**
 * @param {Answer} answer
 * @param {Setting} setting
 * @param {HTMLElement | null} rating The buttons that rate it.
 * @returns {(HTMLElement | null)[]}
 */
export function answerElements({ status, reason, answer, confidence, passages }, setting, rating) {
  const { texts, unfolded, copyButton } = setting;
  const found = status === "answered" ? answer : null;
  const quoted = reason && reason !== "vague" ? passages.slice(0, QUOTED) : [];
  const copy = found === null ? null : copyButton(found.text, found.citation);
  const items = passages.map((passage) => passageItem(passage, setting));
  const details = element(
    "details",
    { part: "passages", open: found !== null && unfolded ? "" : null },
    element("summary", {}, summary(found !== null, quoted.length, passages.length, texts)),
    status === "uncertain" ? null : chance(texts.chance, confidence.passage_probability, setting),
    element("ol", { class: "passages" }, ...items),
  );

  /** Unfold the passages and go to one of them. */
  function show(/** @type {number} */ at) {
    details.open = true;
    items[at]?.focus({ preventScroll: true });
    items[at]?.scrollIntoView({ block: "nearest" });
  }

  return [
    found === null
      ? noAnswer(reason ?? null, quoted, confidence, setting, show)
      : quotation(found, confidence.level, setting),
    copy === null && rating === null ? null : element("div", { class: "tools" }, copy, rating),
    passages.length === 0 ? null : details,
  ];
}

/**
 * What the folded passages are called.
 *
 * @param {boolean} answered
 * @param {number} quoted How many of them are quoted above.
 * @param {number} all
 * @param {Setting["texts"]} texts
 */
function summary(answered, quoted, all, texts) {
  if (answered) {
    return filled(all === 1 ? texts.passage : texts.passages, { n: all - 1 });
  }
  if (quoted > 0) {
    return filled(all === quoted ? texts.around : texts.aroundMore, { n: all - quoted });
  }
  return filled(all === 1 ? texts.nearestOne : texts.nearest, { n: all });
}

/** A heading that can be given the focus, so that reading goes on from there. */
function outcome(/** @type {string} */ text, /** @type {number} */ level) {
  return heading(level, { class: "outcome", tabindex: "-1" }, text);
}

/**
 * What is said in place of an answer, and the sentences that may bear on the question. A vague one is asked for again
 * instead.
 *
 * @param {Reason | null} reason Null if nothing was found.
 * @param {Passage[]} quoted The passages to quote from.
 * @param {Answer["confidence"]} confidence
 * @param {Setting} setting
 * @param {(at: number) => void} show
 */
function noAnswer(reason, quoted, confidence, setting, show) {
  const { texts, level } = setting;
  if (reason === null) {
    const said = outcome(texts.notFound, level + 1);
    return element("div", { class: "not-found", part: "not-found" }, said, element("p", {}, texts.notFoundWhy));
  }
  return element(
    "div",
    { class: "uncertain", part: "uncertain" },
    outcome(texts[reason], level + 1),
    element("p", {}, texts[`${reason}Why`]),
    quoted.length === 0
      ? null
      : element(
          "ol",
          { class: "passages" },
          ...quoted.map((passage, at) => bearingItem(passage, setting, () => show(at))),
        ),
    reason === "doubt" && quoted.length > 0 ? chance(texts.chanceQuoted, confidence.probability, setting) : null,
  );
}

/**
 * The highlighted sentences of a passage as quotations, or all of it if none are. Their title opens the document at the
 * last of them, which is the one that may answer.
 *
 * @param {Passage} passage
 * @param {Setting} setting
 * @param {() => void} show Called to show the passage around them.
 */
function bearingItem({ text, highlights, citation }, setting, show) {
  const spans = stretches(text, highlights);
  const sentences = spans.length === 0 ? [text] : spans.map(({ start, end }) => text.slice(start, end));
  const quoted = sentences.map((sentence) => element("span", { class: "quoted" }, sentence));
  return element(
    "li",
    {},
    element(
      "blockquote",
      { class: "passage", part: "passage", ...wordsOf(citation.language) },
      ...separated(quoted, "\n"),
    ),
    sourceNote(citedWords(citation, highlights.at(-1)), setting),
    button({ class: "small", part: "around" }, [setting.texts.passage], show),
  );
}

/**
 * The citation of words of a passage.
 *
 * @param {Citation} citation The passage's.
 * @param {Span | undefined} words Relative to the passage; undefined for all of it.
 * @returns {Citation}
 */
function citedWords(citation, words) {
  if (words === undefined) {
    return citation;
  }
  const [start, end] = [citation.start + words.start, citation.start + words.end];
  return { ...citation, start, end, href: citation.href.replace(/#char=.*$/, `#char=${start},${end}`) };
}

/**
 * @param {string} text
 * @param {number | null | undefined} probability
 * @param {Setting} setting
 */
function chance(text, probability, { language }) {
  if (typeof probability !== "number") {
    return null;
  }
  const percent = new Intl.NumberFormat(language, { style: "percent" }).format(probability);
  return element("p", { class: "chance", part: "chance" }, filled(text, { percent }));
}

/**
 * @param {Quotation} quotation
 * @param {Answer["confidence"]["level"]} confidence
 * @param {Setting} setting
 */
function quotation({ text, citation, reply_to }, confidence, setting) {
  const { texts, level } = setting;
  return element(
    "figure",
    {},
    outcome(texts.found, level + 1),
    reply_to ? inReply(reply_to, setting) : null,
    element(
      "blockquote",
      { class: "quotation", part: "quotation", ...wordsOf(citation.language) },
      element("span", { class: "quoted" }, text),
    ),
    element("p", { class: "confidence", part: "confidence" }, texts[confidence] ?? null),
    element("figcaption", {}, sourceNote(citation, setting)),
  );
}

/**
 * The question that a quoted answer replies to.
 *
 * @param {Quotation} question
 * @param {Setting} setting
 */
function inReply({ text, citation }, { texts }) {
  const quoted = element("q", wordsOf(citation.language), text);
  return element("p", { class: "reply-to", part: "reply-to" }, ...around(texts.replyTo, [quoted]));
}

/**
 * @param {Passage} passage
 * @param {Setting} setting
 */
function passageItem({ text, highlights, citation, also_found_in }, setting) {
  const nodes = markedWords(text, stretches(text, highlights), headingLines(text, citation.section));
  const copies = separated(
    also_found_in.map((copy) => titleLink(copy, setting)),
    ", ",
  );
  return element(
    "li",
    { tabindex: "-1" },
    element("blockquote", { class: "passage", part: "passage", ...wordsOf(citation.language) }, ...nodes),
    sourceNote(citation, setting),
    copies.length === 0
      ? null
      : element("p", { class: "source", part: "source" }, `${setting.texts.alsoIn} `, ...copies, "."),
    setting.copyButton(text, citation),
  );
}

/**
 * @param {Failure} failure
 * @param {Pick<Setting, "texts" | "explained"> & { level: number }} setting The level of the heading.
 * @param {() => void} retry
 */
export function failureElement(failure, { texts, explained, level }, retry) {
  const [first = "", ...rest] = sentences(failure, texts, explained);
  const shown = element(
    "div",
    { class: "failure", part: "failure" },
    outcome(first, level),
    ...rest.map((sentence) => element("p", {}, sentence)),
  );
  if (failure.retry) {
    shown.append(button({ class: "small", part: "retry" }, [texts.retry], retry));
  }
  return shown;
}

/**
 * @param {Failure} failure
 * @param {Setting["texts"]} texts
 * @param {boolean} explained Whether in the service's own words, if it gave any.
 */
function sentences({ kind, details, status }, texts, explained) {
  if (explained && details.length > 0) {
    return details;
  }
  const [first = "", ...rest] = texts[kind].split(/(?<=[.!?]) /);
  return [explained && status !== null ? `${first.replace(/\.$/, "")} (status ${status}).` : first, ...rest];
}
