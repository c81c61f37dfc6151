/** The page to ask on. */

import { answerSummary } from "./answer.js";
import { chat, Failure, readiness, suggestions } from "./api.js";
import { Conversation } from "./conversation.js";
import { announce, byId, element } from "./dom.js";
import { hashQuestion, questionHash } from "./fragment.js";
import { answeredTurn, failedTurn, waitingTurn } from "./turn.js";

/** @import { Turn } from "./conversation.js" */

const form = /** @type {HTMLFormElement} */ (byId("ask"));
const field = /** @type {HTMLTextAreaElement} */ (byId("question"));
const log = byId("log");
const library = byId("library");

const conversation = new Conversation();

/** What is being answered; null when nothing is. @type {{ question: string, ending: AbortController } | null} */
let asking = null;

/** The end of the log that is waiting or went wrong, and so gives way. @type {HTMLElement | null} */
let unanswered = null;

/** The generation that the page tells the number of documents of. @type {number | null} */
let generation = null;

const actions = {
  save: () => conversation.save(),
  askAlone: (/** @type {string} */ question) => ask(question, { context: false }),
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = field.value.trim();
  if (question !== "") {
    field.value = "";
    ask(question);
  }
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) {
    if (asking !== null) {
      stop();
    }
    field.focus();
  }
});

byId("renew").addEventListener("click", renew);
window.addEventListener("hashchange", followAddress);

restore();
followAddress();
tellDocuments();
suggest();

/** Show what the tab kept of the conversation. */
function restore() {
  log.append(...conversation.turns.map((turn) => answeredTurn(turn, actions)));
  foldAllButLast();
  field.value = conversation.draft;
  showState();
  if (conversation.turns.length === 0) {
    field.focus();
  }
}

/** Ask what the address asks, alone, as whoever shared it did; not again what was just answered. */
function followAddress() {
  const question = hashQuestion(location.hash);
  if (question !== "" && question !== conversation.turns.at(-1)?.question) {
    field.value = "";
    ask(question, { context: false, focus: false });
  }
}

/**
 * Ask a question. One that is still being answered gives way to it.
 *
 * @param {string} question
 * @param {{ context?: boolean, focus?: boolean }} options Whether earlier turns may help to read it; whether to move on
 *   to the answer, which only who asked by hand expects.
 */
async function ask(question, { context = true, focus = true } = {}) {
  asking?.ending.abort();
  const mine = { question, ending: new AbortController() };
  asking = mine;
  conversation.draft = question;
  conversation.save();
  unanswered = present(waitingTurn(question, stop));
  announce("Asking the documents.");
  const outcome = await outcomeOf(question, context, mine.ending.signal);
  if (asking !== mine) {
    return; // stopped, or another question took its place
  }
  asking = null;
  const shown = present(outcome.shown);
  unanswered = outcome.turn === null ? shown : null;
  if (outcome.turn === null) {
    takeUpAgain(question);
  } else {
    conversation.add(outcome.turn);
    nameAddress(outcome.turn);
  }
  announce(outcome.summary);
  if (focus) {
    /** @type {HTMLElement | null} */ (shown.querySelector(".outcome"))?.focus();
  }
}

/**
 * @param {string} question
 * @param {boolean} context
 * @param {AbortSignal} signal
 * @returns {Promise<{ turn: Turn | null, shown: HTMLElement, summary: string }>} A turn if it was answered.
 */
async function outcomeOf(question, context, signal) {
  const history = context ? conversation.messages() : [];
  try {
    const answer = await chat([...history, { role: "user", content: question }], { context, signal });
    const turn = { question, history, answer, feedback: null };
    if (answer.generation !== generation) {
      tellDocuments();
    }
    return { turn, shown: answeredTurn(turn, actions), summary: answerSummary(answer) };
  } catch (error) {
    const failure = Failure.of(error);
    const retry = () => ask(question, { context });
    return { turn: null, shown: failedTurn(question, failure, retry), summary: failure.title };
  }
}

/** Put an element at the end of the log, in the place of one without an answer, and bring it into sight. */
function present(/** @type {HTMLElement} */ turn) {
  unanswered?.remove();
  log.append(turn);
  foldAllButLast();
  showState();
  turn.scrollIntoView({ block: "start" });
  return turn;
}

/** Want no answer any more; the question goes back into the field. */
function stop() {
  if (asking !== null) {
    const { question, ending } = asking;
    asking = null;
    ending.abort();
    unanswered?.remove();
    unanswered = null;
    showState();
    takeUpAgain(question);
    announce("Stopped.");
    field.focus();
  }
}

/** Give a question back to be mended or asked again, unless something else is being written. */
function takeUpAgain(/** @type {string} */ question) {
  if (field.value === "") {
    field.value = question;
  }
}

function renew() {
  asking?.ending.abort();
  asking = null;
  unanswered = null;
  conversation.clear();
  log.replaceChildren();
  field.value = "";
  history.replaceState(null, "", location.pathname);
  showState();
  announce("New conversation.");
  field.focus();
}

/** Have the address hold the question, to be shared, if it says the same without those before it. */
function nameAddress(/** @type {Turn} */ { question, answer }) {
  history.replaceState(null, "", answer.interpretation === null ? questionHash(question) : location.pathname);
}

/** The evidence of earlier answers is folded away, so that the conversation can be looked over. */
function foldAllButLast() {
  for (const details of log.querySelectorAll(".turn:not(:last-child) > details[open]")) {
    details.removeAttribute("open");
  }
}

function showState() {
  const talking = log.childElementCount > 0;
  document.body.classList.toggle("talking", talking);
  byId("renew").hidden = !talking;
  byId("suggestions").hidden = talking || byId("suggested").childElementCount === 0;
  field.placeholder = talking ? "Ask a follow-up" : "";
}

/** Questions to begin with, where the operator or the starter documents give some. */
async function suggest() {
  try {
    const buttons = (await suggestions()).map((question) => {
      const button = element("button", { class: "quiet", type: "button", dir: "auto" }, question);
      button.addEventListener("click", () => ask(question));
      return element("li", {}, button);
    });
    byId("suggested").replaceChildren(...buttons);
    showState();
  } catch {
    // They are an offer: without them, the page asks just as well.
  }
}

async function tellDocuments() {
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
