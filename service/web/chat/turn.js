/** A question and its outcome as one element of the conversation. */

import { answerElements, failureElement } from "./answer.js";
import { button, element, heading, newId } from "./dom.js";
import { Failure } from "./failure.js";
import { around } from "./texts/index.js";

/**
 * @import { Setting } from "./chat.js"
 * @import { Turn } from "./conversation.js"
 * @import { Answer } from "./shapes.js"
 *
 * @typedef {object} Actions
 * @property {() => void} stop
 * @property {() => void} retry
 * @property {() => void} askAlone
 */

/**
 * @param {Turn} turn
 * @param {Setting} setting
 * @param {Actions} actions
 * @param {HTMLElement | null} rating The buttons that rate its answer.
 */
export function turnElement(turn, setting, { stop, retry, askAlone }, rating) {
  const { texts, level } = setting;
  const id = newId("question");
  const asked = texts.asked === "" ? null : element("span", { class: "unseen" }, `${texts.asked} `);
  const question = heading(level, { class: "question", part: "question", id, dir: "auto" }, asked, turn.question);
  return element("article", { class: "turn", part: "turn", "aria-labelledby": id }, question, outcome());

  function outcome() {
    if (turn.asking !== undefined) {
      return searching(setting, stop);
    }
    if (turn.answer === undefined) {
      const failure = turn.failure ?? new Failure("unanswered");
      return failureElement(failure, { ...setting, level: level + 1 }, retry);
    }
    const shown = answerElements(turn.answer, setting, rating);
    const read = [spelling(turn.answer, setting), context(turn, setting, askAlone)];
    return element("div", { class: "answer", part: "answer" }, ...read, ...shown);
  }
}

/**
 * @param {Setting} setting
 * @param {() => void} stop
 */
function searching({ texts }, stop) {
  return element(
    "div",
    { class: "searching", part: "searching" },
    element("p", {}, element("span", {}, texts.searching)),
    button({ class: "small", part: "stop" }, [texts.stop], stop),
  );
}

/**
 * The spelling that the question was read with, if it was corrected.
 *
 * @param {Answer} answer
 * @param {Setting} setting
 */
function spelling({ interpretation }, { texts }) {
  const read = interpretation?.spelling;
  if (!read) {
    return null;
  }
  const said = around(texts.spelling, [element("q", { dir: "auto" }, read)]);
  return element("p", { class: "context", part: "spelling" }, element("span", {}, ...said));
}

/**
 * The earlier questions that were used to read this one, if any.
 *
 * @param {Turn} turn
 * @param {Setting} setting
 * @param {() => void} askAlone
 */
function context({ readWith = [] }, { texts, language }, askAlone) {
  if (readWith.length === 0) {
    return null;
  }
  const questions = new Intl.ListFormat(language)
    .formatToParts(readWith)
    .map(({ type, value }) => (type === "element" ? element("q", { dir: "auto" }, value) : value));
  return element(
    "div",
    { class: "context", part: "context" },
    element("p", {}, ...around(texts.context, questions)),
    button({ class: "small", part: "alone" }, [texts.alone], askAlone),
  );
}
