/**
 * A conversation: what was asked and answered in this tab. It is kept in the tab's session storage, so that it outlives
 * a reload and a visit to the reader, and nowhere else.
 */

import { checkedAnswer } from "./shapes.js";

/**
 * @import { Answer, Message, Rating } from "./api.js"
 *
 * @typedef {object} Turn
 * @property {string} question
 * @property {Message[]} history The messages that were sent before the question.
 * @property {Answer} answer
 * @property {{ id: string, rating: Rating } | null} feedback
 */

const KEY = "footnote.conversation";

/** A question needs no more of what came before it, and each turn is sent again with every question after it. */
const TURNS_SENT = 6;

/** What a person still scrolls back to; with five passages each, a tenth of what browsers store. */
const TURNS_KEPT = 50;

/** The turns, oldest first, and the question that has no answer yet. */
export class Conversation {
  constructor() {
    const { turns, draft } = stored();
    /** @type {Turn[]} */
    this.turns = turns;
    this.draft = draft;
  }

  /**
   * The latest turns as messages: a question and what it was answered each, empty if nothing was found.
   *
   * @returns {Message[]}
   */
  messages() {
    return this.turns.slice(-TURNS_SENT).flatMap(({ question, answer }) => [
      { role: /** @type {const} */ ("user"), content: question },
      { role: /** @type {const} */ ("assistant"), content: answer.answer?.text ?? "" },
    ]);
  }

  /** @param {Turn} turn */
  add(turn) {
    this.turns = [...this.turns, turn].slice(-TURNS_KEPT);
    this.draft = "";
    this.save();
  }

  clear() {
    this.turns = [];
    this.draft = "";
    this.save();
  }

  /** Keep it in the tab; where the browser refuses, it lives as long as the page. */
  save() {
    for (let turns = this.turns; ; turns = turns.slice(Math.ceil(turns.length / 2))) {
      try {
        if (turns.length === 0 && this.draft === "") {
          sessionStorage.removeItem(KEY);
        } else {
          sessionStorage.setItem(KEY, JSON.stringify({ turns, draft: this.draft }));
        }
        return;
      } catch {
        if (turns.length === 0) {
          return;
        }
      }
    }
  }
}

/**
 * The earlier questions that weighed in when a turn's question was read.
 *
 * @param {Turn} turn
 * @returns {string[]} Oldest first, each once.
 */
export function readTogetherWith({ history, answer }) {
  const turns = answer.interpretation?.turns ?? [];
  const asked = [...turns].sort((a, b) => a - b).map((at) => {
    const upTo = history.slice(0, at + 1); // what was answered counts as its question
    return upTo.findLast((message) => message.role === "user")?.content;
  });
  return [...new Set(asked)].filter((question) => question !== undefined);
}

/** What the tab keeps; whatever is not of our making there is passed over. */
function stored() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    const turns = Array.isArray(kept.turns) ? kept.turns.flatMap(checkedTurn) : [];
    return { turns, draft: typeof kept.draft === "string" ? kept.draft : "" };
  } catch {
    return { turns: [], draft: "" };
  }
}

/**
 * @param {any} turn
 * @returns {Turn[]} One or none.
 */
function checkedTurn(turn) {
  try {
    const { question, history, feedback } = turn;
    const messages = history.every(
      (/** @type {any} */ message) => ["user", "assistant"].includes(message.role) && typeof message.content === "string",
    );
    const rated = feedback === null || (typeof feedback.id === "string" && ["up", "down"].includes(feedback.rating));
    return typeof question === "string" && messages && rated
      ? [{ question, history, answer: checkedAnswer(turn.answer), feedback }]
      : [];
  } catch {
    return [];
  }
}
