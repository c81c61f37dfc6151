/** A question and what came of it, as one element of the conversation. */

import { answerElements, failureElement } from "./answer.js";
import { readTogetherWith } from "./conversation.js";
import { element, newId } from "./dom.js";
import { ratingButtons } from "./rating.js";

/**
 * @import { Failure } from "./api.js"
 * @import { Turn } from "./conversation.js"
 */

/**
 * @param {string} question
 * @param {(Node | null)[]} children
 */
function turnElement(question, ...children) {
  const heading = element("h2", { class: "question", id: newId("question"), dir: "auto" }, question);
  return element("article", { class: "turn", "aria-labelledby": heading.id }, heading, ...children);
}

/**
 * @param {string} question
 * @param {() => void} stop
 */
export function waitingTurn(question, stop) {
  const button = element("button", { class: "quiet", type: "button" }, "Stop");
  button.addEventListener("click", stop);
  return turnElement(question, element("div", { class: "waiting" }, "Looking in the documents…", button));
}

/**
 * @param {Turn} turn
 * @param {{ save: () => void, askAlone: (question: string) => void }} actions
 */
export function answeredTurn(turn, { save, askAlone }) {
  return turnElement(
    turn.question,
    reading(turn, askAlone),
    ...answerElements(turn.answer, ratingButtons(turn, save)),
  );
}

/**
 * @param {string} question
 * @param {Failure} failure
 * @param {() => void} retry
 */
export function failedTurn(question, failure, retry) {
  return turnElement(question, failureElement(failure, retry));
}

/**
 * How the question was read, if earlier ones weighed in.
 *
 * @param {Turn} turn
 * @param {(question: string) => void} askAlone
 */
function reading(turn, askAlone) {
  const questions = readTogetherWith(turn);
  if (questions.length === 0) {
    return null;
  }
  const quoted = questions.flatMap((question, at) => [at === 0 ? "" : ", ", "“", element("bdi", {}, question), "”"]);
  const button = element("button", { class: "quiet", type: "button" }, "Ask it alone");
  button.addEventListener("click", () => askAlone(turn.question));
  return element("div", { class: "reading" }, element("p", {}, "Read together with: ", ...quoted), button);
}
