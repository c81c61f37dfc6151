/** A conversation, kept in the tab's session storage and nowhere else. */

import { checkedAnswer } from "./shapes.js";

/**
 * @import { Failure } from "./failure.js"
 * @import { Answer, Message, Rating } from "./shapes.js"
 *
 * @typedef {object} Turn A question and its outcome. One with neither answer, failure nor request was left on another page.
 * @property {string} question
 * @property {boolean} [alone] Whether it is asked without those before it.
 * @property {Answer} [answer]
 * @property {string[]} [readWith] The earlier questions that were used to read it.
 * @property {{ id: string, rating: Rating } | null} [rated]
 * @property {Failure} [failure]
 * @property {AbortController} [asking]
 */

/** A question needs no more of what came before it. */
const SENT_MESSAGES = 12;
const KEPT_TURNS = 20;
const KEPT_CHARACTERS = 400_000; // browsers give a site some 5 million

export class Conversation {
  #key;

  /** @param {string} key Its name in the storage. */
  constructor(key) {
    this.#key = key;
    const { turns, opened, draft } = stored(key);
    /** Oldest first. @type {Turn[]} */
    this.turns = turns;
    /** Whether the panel that it is held in is open. */
    this.opened = opened;
    /** The question that has no answer yet, where it goes back into the field. */
    this.draft = draft;
  }

  /**
   * Return the messages that a turn is asked with: the latest questions and their answers, empty if nothing was found.
   *
   * @param {Turn} turn
   * @returns {Message[]}
   */
  before(turn) {
    return this.turns
      .slice(0, turn.alone ? 0 : this.turns.indexOf(turn))
      .flatMap(({ question, answer }) =>
        answer === undefined
          ? []
          : [
              { role: /** @type {const} */ ("user"), content: question },
              { role: /** @type {const} */ ("assistant"), content: answer.answer?.text ?? "" },
            ],
      )
      .slice(-SENT_MESSAGES);
  }

  clear() {
    this.turns = [];
    this.draft = "";
    this.save();
  }

  /** Store the latest turns. Where the browser refuses, the conversation lasts as long as the page. */
  save() {
    const { opened, draft } = this;
    const turns = this.turns.slice(-KEPT_TURNS).map(({ asking, failure, ...kept }) => kept);
    let json = JSON.stringify({ opened, draft, turns });
    while (json.length > KEPT_CHARACTERS && turns.length > 0) {
      turns.shift();
      json = JSON.stringify({ opened, draft, turns });
    }
    try {
      if (opened || draft !== "" || turns.length > 0) {
        sessionStorage.setItem(this.#key, json);
      } else {
        sessionStorage.removeItem(this.#key);
      }
    } catch {
      // denied or full
    }
  }
}

/**
 * Return the earlier questions that were used to read the last one.
 *
 * @param {Message[]} history The messages before it.
 * @param {Answer} answer
 * @returns {string[]} Oldest first, each once.
 */
export function readTogetherWith(history, { interpretation }) {
  const used = (interpretation?.turns ?? []).filter((at) => history[at] !== undefined).sort((a, b) => a - b);
  // An answer that was used counts as its question.
  const asked = used.map((at) => history.slice(0, at + 1).findLast(({ role }) => role === "user")?.content ?? "");
  return [...new Set(asked)];
}

/**
 * Read a conversation from the storage, without the parts that are damaged.
 *
 * @param {string} key
 */
function stored(key) {
  try {
    const { turns, opened, draft } = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    return {
      turns: Array.isArray(turns) ? turns.flatMap(checkedTurn) : [],
      opened: opened === true,
      draft: typeof draft === "string" ? draft : "",
    };
  } catch {
    return { turns: [], opened: false, draft: "" };
  }
}

/**
 * @param {any} turn
 * @returns {Turn[]} One, or none if it is damaged.
 */
function checkedTurn(turn) {
  try {
    const { question, alone, answer, readWith = [], rated = null } = turn;
    const sound =
      [question, ...readWith].every((string) => typeof string === "string") &&
      (rated === null || (typeof rated.id === "string" && ["up", "down"].includes(rated.rating)));
    const outcome = answer === undefined ? {} : { answer: checkedAnswer(answer), readWith, rated };
    return sound ? [{ question, alone: alone === true, ...outcome }] : [];
  } catch {
    return [];
  }
}
