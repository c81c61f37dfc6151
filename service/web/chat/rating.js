/** Two buttons that tell the service whether an answer was of use, and take that back. */

import { button, element } from "./dom.js";
import { Failure, parsed } from "./failure.js";
import { send } from "./wire.js";

/**
 * @import { Setting } from "./chat.js"
 * @import { Conversation, Turn } from "./conversation.js"
 * @import { Answer, Message, Rating } from "./shapes.js"
 * @import { Service } from "./wire.js"
 */

/** @type {Rating[]} */
const RATINGS = ["up", "down"];

/** The statuses of a service that takes no ratings. */
const OFF = [403, 404, 405];

/**
 * @param {Turn} turn
 * @param {Answer} answer
 * @param {Setting} setting
 * @param {Conversation} conversation The turn's.
 * @param {() => void} refused Called when the service takes no ratings.
 */
export function ratingButtons(turn, answer, { service, texts, icons, tell }, conversation, refused) {
  const missing = answer.status === "not_found";
  const labels = missing ? { up: texts.upMissing, down: texts.downMissing } : { up: texts.up, down: texts.down };
  const bare = icons && !missing; // below "not found", a thumb alone could mean either
  const buttons = RATINGS.map((rating) =>
    button(
      { class: `small thumb ${rating}`, part: `thumb-${rating}`, title: bare ? labels[rating] : null },
      [thumb(), element("span", { class: bare ? "unseen" : null }, labels[rating])],
      () => choose(rating),
    ),
  );
  const unsaved = element("span", { class: "unsaved" });
  let busy = false;

  function show() {
    buttons.forEach((thumb, at) => {
      thumb.setAttribute("aria-pressed", String(turn.rated?.rating === RATINGS[at]));
    });
  }

  async function choose(/** @type {Rating} */ rating) {
    if (busy) {
      return; // a second press would rate twice
    }
    busy = true;
    unsaved.textContent = "";
    try {
      await change(service, turn, ratingOf(turn.question, conversation.before(turn), answer, rating));
      tell("feedback", { question: turn.question, rating: turn.rated?.rating ?? null });
    } catch (error) {
      if (!turn.rated && OFF.includes(Failure.of(error).status ?? 0)) {
        refused();
      } else {
        unsaved.textContent = texts.unsaved;
        tell("unsaved", {});
      }
    }
    busy = false;
    conversation.save();
    show();
  }

  show();
  const label = bare ? element("span", {}, texts.helpful) : null;
  const named = { role: "group", "aria-label": missing ? texts.notFound : texts.helpful };
  const group = { class: bare ? "feedback" : "feedback worded", part: "feedback", ...named };
  return element("div", group, label, ...buttons, unsaved);
}

/**
 * Send a rating in place of the one that was given, or take it back if it is the same.
 *
 * @param {Service} service
 * @param {Turn} turn
 * @param {ReturnType<typeof ratingOf>} body
 */
async function change(service, turn, body) {
  const given = turn.rated ?? null;
  if (given !== null) {
    await takeBack(service, given.id);
    turn.rated = null;
  }
  if (given?.rating !== body.rating) {
    const { text } = await send(service, "/v1/feedback", { method: "POST", body });
    turn.rated = { rating: body.rating, id: String(parsed(text).id) };
  }
}

/**
 * Take a rating back. One that the service no longer has counts as taken back.
 *
 * @param {Service} service
 * @param {string} id
 */
async function takeBack(service, id) {
  try {
    await send(service, `/v1/feedback/${encodeURIComponent(id)}`, { method: "DELETE" });
  } catch (error) {
    if (Failure.of(error).status !== 404) {
      throw error;
    }
  }
}

/**
 * The body of a rating. Only an answer is rated with its passage.
 *
 * @param {string} question
 * @param {Message[]} history
 * @param {Answer} answer
 * @param {Rating} rating
 */
function ratingOf(question, history, { status, passages: [first], generation }, rating) {
  if (status !== "answered" || first === undefined) {
    return { question, history, status, rating, passage: null, generation };
  }
  const { document_id, revision, start, end } = first.citation;
  const highlight = first.highlights.at(-1) ?? { start: 0, end: [...first.text].length };
  const passage = { document_id, revision, start, end, text: first.text, highlight };
  return { question, history, status, rating, passage, generation };
}

function thumb() {
  const namespace = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(namespace, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute(
    "d",
    "M3 10h4v11H3zM7 10l4.5-7.5c2 0 3 1.2 2.5 3L13 9h6.5c1.4 0 2 1 1.8 2.2l-1.6 7.6C19.4 20.2 18.5 21 17 21H7",
  );
  picture.append(path);
  return picture;
}
