/** The page to ask on. */

import { answerElements, answerSummary, failureElement } from "./answer.js";
import { ask, Failure, readiness } from "./api.js";
import { byId } from "./dom.js";
import { hashQuestion, questionHash } from "./fragment.js";

const form = /** @type {HTMLFormElement} */ (byId("ask"));
const question = /** @type {HTMLTextAreaElement} */ (byId("question"));
const button = byId("submit");
const status = byId("status");
const result = byId("result");
const library = byId("library");

/** The question being answered; null when none is. @type {AbortController | null} */
let asking = null;

/** The generation that the page tells the number of documents of. @type {number | null} */
let generation = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const hash = questionHash(question.value.trim());
  if (question.value.trim() !== "" && location.hash !== hash) {
    history.pushState(null, "", hash); // a link to share, and a way back from the reader
  }
  answer({ focus: true });
});

question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

window.addEventListener("hashchange", followAddress);
followAddress();
countDocuments();

/** Ask what the address asks: on opening a shared link, and on going back and forth. */
function followAddress() {
  question.value = hashQuestion(location.hash);
  if (question.value === "") {
    stop();
    show("", []);
    question.focus();
  } else {
    answer({ focus: false });
  }
}

/**
 * Answer what stands in the field. A question asked meanwhile takes this one's place.
 *
 * @param {{ focus: boolean }} options Whether to move on to the answer, which only who asked by hand expects.
 */
async function answer({ focus }) {
  stop();
  const mine = new AbortController();
  asking = mine;
  busy(true);
  /** @type {[string, (Node | null)[]]} */
  let outcome;
  try {
    const found = await ask(question.value.trim(), mine.signal);
    outcome = [answerSummary(found), answerElements(found)];
    if (found.generation !== generation) {
      countDocuments();
    }
  } catch (error) {
    const failure = Failure.of(error);
    outcome = [failure.title, [failureElement(failure, () => form.requestSubmit())]];
  }
  if (asking === mine) {
    stop();
    show(...outcome);
    if (focus) {
      result.querySelector("h2")?.focus();
    }
  }
}

/** Want no answer any more: that of a question still on its way is dropped. */
function stop() {
  asking?.abort();
  asking = null;
  busy(false);
}

function busy(/** @type {boolean} */ now) {
  result.setAttribute("aria-busy", String(now));
  button.textContent = now ? "Asking…" : "Ask";
  if (now) {
    status.textContent = "Asking the documents.";
  }
}

/**
 * @param {string} summary
 * @param {(Node | null)[]} elements
 */
function show(summary, elements) {
  status.textContent = summary;
  result.replaceChildren(...elements.filter((child) => child !== null));
}

async function countDocuments() {
  try {
    const ready = await readiness();
    generation = ready.generation;
    library.textContent = ready.documents === 0 ? "There are no documents yet." : documentCount(ready.documents);
  } catch (error) {
    library.textContent = `How many documents there are is not known: ${Failure.of(error).title}`;
  }
}

function documentCount(/** @type {number} */ documents) {
  return documents === 1 ? "There is 1 document." : `There are ${documents.toLocaleString("en")} documents.`;
}
