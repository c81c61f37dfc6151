/** The page to ask on. */

import { LANGUAGE, readiness, service, suggestions, TEXTS } from "./api.js";
import { Chat } from "./chat/chat.js";
import { Conversation } from "./chat/conversation.js";
import { button, element } from "./chat/dom.js";
import { hashQuestion, questionHash } from "./fragment.js";
import { keyInPlaceOf } from "./key.js";
import { announce, byId } from "./page.js";
import { copyButton } from "./quotation.js";

/**
 * @import { Turn } from "./chat/conversation.js"
 * @import { Answer } from "./chat/shapes.js"
 */

const form = /** @type {HTMLFormElement} */ (byId("ask"));
const field = /** @type {HTMLTextAreaElement} */ (byId("question"));
const log = byId("log");
const library = byId("library");

/** The generation whose number of documents the page shows. @type {number | null} */
let generation = null;

/** Whether to move on to the outcome: only people who asked by hand expect that. */
let moving = true;

const conversation = new Conversation(`footnote ${service.endpoint} page`);
const chat = new Chat(
  log,
  {
    service: { ...service, askKey },
    request: {},
    longest: Number.POSITIVE_INFINITY, // the service says what is too long
    texts: TEXTS,
    language: LANGUAGE,
    level: 2,
    newTab: false,
    unfolded: true,
    icons: false,
    explained: true,
    mended: true,
    copyButton,
    tell,
  },
  conversation,
  { stop, began, ended, changed },
);

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
    stop();
    field.focus();
  }
});

byId("renew").addEventListener("click", renew);
window.addEventListener("hashchange", followAddress);

chat.showAll();
field.value = conversation.draft;
if (conversation.turns.length === 0) {
  field.focus();
}
followAddress();
showDocuments();
suggest();

/** Ask the question in the address, alone, as the person who shared it did; not again if it was just answered. */
function followAddress() {
  const question = hashQuestion(location.hash);
  if (question !== "" && question !== conversation.turns.at(-1)?.question) {
    field.value = "";
    ask(question, { alone: true, move: false });
  }
}

/**
 * @param {string} question
 * @param {{ alone?: boolean, move?: boolean }} options
 */
function ask(question, { alone = false, move = true } = {}) {
  moving = move;
  chat.ask(question, alone);
}

/**
 * @param {Turn} _turn
 * @param {HTMLElement} shown
 */
function began(_turn, shown) {
  announce("Asking the documents.");
  shown.scrollIntoView({ block: "start" });
}

/**
 * @param {Turn} turn
 * @param {HTMLElement} shown
 */
function ended(turn, shown) {
  const outcome = /** @type {HTMLElement} */ (shown.querySelector(".outcome"));
  if (turn.answer === undefined) {
    takeUpAgain(turn.question);
    announce(outcome.textContent ?? "");
  } else {
    nameAddress(turn.question, turn.answer);
    announce(summaryOf(turn.answer));
    if (turn.answer.generation !== generation) {
      showDocuments();
    }
  }
  shown.scrollIntoView({ block: "start" });
  if (moving) {
    outcome.focus();
  }
  moving = true;
}

/** @type {import("./chat/chat.js").Tell} */
function tell(name, detail) {
  if (name === "feedback") {
    announce("rating" in detail && detail.rating !== null ? "Thank you. Press again to remove it." : "Rating removed.");
  } else if (name === "unsaved") {
    announce(TEXTS.unsaved);
  } else if (name === "unrated") {
    announce("This service does not collect ratings.");
  }
  return true;
}

/**
 * Ask for a key, and say that the question waits for it.
 *
 * @param {string} refused
 * @param {AbortSignal} [signal]
 */
async function askKey(refused, signal) {
  const said = log.querySelector(".searching span");
  const before = said?.textContent ?? "";
  if (said !== null) {
    said.textContent = "Waiting for your key…";
    announce("This question waits for your key.");
  }
  await keyInPlaceOf(refused, signal);
  if (said !== null) {
    said.textContent = before;
  }
}

/** @param {Answer} answer */
function summaryOf({ status, reason, passages }) {
  const count = passages.length === 1 ? "1 passage" : `${passages.length} passages`;
  return status === "answered" ? `Answered, with ${count}.` : `${TEXTS[reason ?? "notFound"]}. The nearest: ${count}.`;
}

/** Stop asking and put the question back into the field. */
function stop() {
  const turn = chat.withdraw();
  if (turn !== null) {
    takeUpAgain(turn.question);
    announce("Stopped.");
    field.focus();
  }
}

/** Put a question back into the field, to be edited or asked again, unless something else is being written. */
function takeUpAgain(/** @type {string} */ question) {
  if (field.value === "") {
    field.value = question;
  }
}

function renew() {
  chat.clear();
  field.value = "";
  history.replaceState(null, "", location.pathname);
  announce("New conversation.");
  field.focus();
}

/**
 * Put the question into the address, to be shared, if it has the same answer without those before it.
 *
 * @param {string} question
 * @param {Answer} answer
 */
function nameAddress(question, { interpretation }) {
  const alone = (interpretation?.turns ?? []).length === 0;
  history.replaceState(null, "", alone ? questionHash(question) : location.pathname);
}

/** Fold the passages of earlier answers, and show the elements that belong to the state of the conversation. */
function changed() {
  for (const details of log.querySelectorAll(".turn:not(:last-child) details[open]")) {
    details.removeAttribute("open");
  }
  const talking = log.childElementCount > 0;
  document.body.classList.toggle("talking", talking);
  byId("renew").hidden = !talking;
  byId("suggestions").hidden = talking || byId("suggested").childElementCount === 0;
  field.placeholder = talking ? TEXTS.followUp : TEXTS.placeholder;
}

/** Show questions to begin with, where the operator or the starter documents give some. */
async function suggest() {
  try {
    const questions = await suggestions();
    const items = questions.map((question) =>
      element(
        "li",
        {},
        button({ class: "small", dir: "auto" }, [question], () => ask(question)),
      ),
    );
    byId("suggested").replaceChildren(...items);
    changed();
  } catch {
    // the page asks as well without them
  }
}

async function showDocuments() {
  try {
    const ready = await readiness();
    generation = ready.generation;
    library.textContent = ready.documents === 0 ? "There are no documents yet." : documentCount(ready.documents);
  } catch {
    library.textContent = "The number of documents is not known at the moment.";
  }
}

function documentCount(/** @type {number} */ documents) {
  return documents === 1 ? "There is 1 document." : `There are ${documents.toLocaleString("en")} documents.`;
}
