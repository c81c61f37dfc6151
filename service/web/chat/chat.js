/** A conversation with the service, shown in a log. The page and the widget put what is around it. */

import { readTogetherWith } from "./conversation.js";
import { Failure } from "./failure.js";
import { ratingButtons } from "./rating.js";
import { turnElement } from "./turn.js";
import { askService } from "./wire.js";

/**
 * @import { Conversation, Turn } from "./conversation.js"
 * @import { Citation } from "./shapes.js"
 * @import { Texts } from "./texts/index.js"
 * @import { Request, Service } from "./wire.js"
 *
 * @typedef {object} Setting What differs between the places that a chat stands in.
 * @property {Service} service
 * @property {Pick<Request, "k" | "filters">} request What every question is sent with.
 * @property {number} longest Characters of the longest question that is sent.
 * @property {Texts} texts
 * @property {string} language The locale of dates and lists.
 * @property {number} level Of a question's heading, 1 to 5.
 * @property {boolean} newTab Whether links open in a new tab.
 * @property {boolean} unfolded Whether the passages of the latest answer are.
 * @property {boolean} icons Whether ratings are shown as icons alone.
 * @property {boolean} explained Whether failures are told in the service's words.
 * @property {boolean} mended Whether a question without an answer goes back into the field and gives way to the next.
 * @property {(text: string, citation: Citation) => HTMLElement | null} copyButton
 * @property {Tell} tell
 *
 * @typedef {(name: "question" | "answer" | "source" | "feedback" | "error" | "unsaved" | "unrated", detail: object) => boolean
 *   } Tell Report an event; false if its default is prevented.
 *
 * @typedef {object} Place
 * @property {() => void} stop The button that stops asking was pressed.
 * @property {(turn: Turn, shown: HTMLElement) => void} began A question was asked, or asked again.
 * @property {(turn: Turn, shown: HTMLElement) => void} ended It has an answer or a failure.
 * @property {() => void} changed The number of turns changed.
 */

export class Chat {
  /** @type {Setting} */
  #setting;
  #log;
  #place;
  /** @type {Map<Turn, HTMLElement>} */
  #shown = new Map();
  #rated = true;

  /**
   * @param {HTMLElement} log
   * @param {Setting} setting
   * @param {Conversation} conversation
   * @param {Place} place
   */
  constructor(log, setting, conversation, place) {
    this.#log = log;
    this.#setting = setting;
    this.#place = place;
    this.conversation = conversation;
  }

  /** @param {Conversation} conversation The one to go on with. */
  replace(conversation) {
    this.stop();
    this.#rated = true;
    this.conversation = conversation;
  }

  /** @param {Setting} setting */
  set(setting) {
    this.#setting = setting;
  }

  /** Show the whole conversation from its beginning. */
  showAll() {
    this.#shown.clear();
    this.#log.replaceChildren();
    for (const turn of this.conversation.turns) {
      this.#show(turn);
    }
    this.#place.changed();
  }

  get asking() {
    return this.conversation.turns.find(({ asking }) => asking !== undefined) ?? null;
  }

  /**
   * Ask a question. One that is still being answered is stopped.
   *
   * @param {string} question
   * @param {boolean} [alone] Whether to ask it without those before it.
   * @returns {Promise<Turn | null>} Null if it was stopped.
   */
  async ask(question, alone = false) {
    this.stop();
    /** @type {Turn} */
    const turn = { question, alone };
    if (this.#setting.mended) {
      for (const left of this.conversation.turns.filter(({ answer }) => answer === undefined)) {
        this.#drop(left);
      }
    }
    this.conversation.turns.push(turn);
    this.#setting.tell("question", { question });
    return this.#answer(turn);
  }

  /** Stop asking. */
  stop() {
    const turn = this.asking;
    if (turn !== null) {
      turn.asking?.abort();
      delete turn.asking;
      turn.failure = new Failure("stopped");
      this.#show(turn);
    }
    return turn;
  }

  /** Stop asking, and remove the question. */
  withdraw() {
    const turn = this.stop();
    if (turn !== null) {
      this.#drop(turn);
    }
    return turn;
  }

  /** Begin a new conversation. */
  clear() {
    this.stop();
    this.conversation.clear();
    this.showAll();
  }

  #drop(/** @type {Turn} */ turn) {
    this.conversation.turns = this.conversation.turns.filter((other) => other !== turn);
    this.#shown.get(turn)?.remove();
    this.#shown.delete(turn);
    this.#place.changed();
  }

  #again(/** @type {Turn} */ turn, /** @type {boolean} */ alone) {
    this.stop();
    turn.alone = alone;
    this.#setting.tell("question", { question: turn.question });
    this.#answer(turn);
  }

  async #answer(/** @type {Turn} */ turn) {
    const { service, request, longest, texts, tell, mended } = this.#setting;
    const { question, alone = false } = turn;
    const mine = new AbortController();
    delete turn.failure;
    delete turn.answer;
    delete turn.rated;
    turn.asking = mine;
    delete turn.readWith;
    const history = this.conversation.before(turn);
    this.conversation.draft = mended ? question : "";
    this.conversation.save();
    this.#place.began(turn, this.#show(turn));
    let answer = null;
    let failure = null;
    try {
      if ([...question].length > longest) {
        throw new Failure("tooLong");
      }
      const messages = [...history, { role: /** @type {const} */ ("user"), content: question }];
      answer = await askService(service, { messages, context: !alone, ...request }, mine.signal);
    } catch (error) {
      failure = Failure.of(error);
    }
    if (turn.asking !== mine) {
      return null;
    }
    delete turn.asking;
    if (failure !== null) {
      turn.failure = failure;
    } else if (answer !== null) {
      turn.answer = answer;
      turn.readWith = readTogetherWith(history, answer);
      this.conversation.draft = "";
    }
    this.conversation.save();
    this.#place.ended(turn, this.#show(turn));
    if (failure !== null) {
      tell("error", { question, kind: failure.kind, message: texts[failure.kind] });
    } else {
      tell("answer", { question, answer });
    }
    return turn;
  }

  /** Show a turn as it is, in its old place or as the last. */
  #show(/** @type {Turn} */ turn) {
    const before = this.#shown.get(turn);
    const shown = turnElement(
      turn,
      this.#setting,
      {
        stop: () => this.#place.stop(),
        retry: () => this.#again(turn, turn.alone ?? false),
        askAlone: () => this.#again(turn, true),
      },
      this.#rating(turn),
    );
    const focused = this.#log.contains(this.#focused());
    this.#shown.set(turn, shown);
    if (before !== undefined) {
      before.replaceWith(shown);
    } else if (this.#shown.size === 1) {
      this.#log.replaceChildren(shown);
    } else {
      this.#log.append(shown);
    }
    this.#place.changed();
    if (focused) {
      this.#holdFocus();
    }
    return shown;
  }

  /** Give the log the focus if the element that had it is gone, so that reading goes on from there. */
  #holdFocus() {
    if (this.#focused() === null) {
      this.#log.focus({ preventScroll: true });
    }
  }

  #focused() {
    const active = /** @type {Document | ShadowRoot} */ (this.#log.getRootNode()).activeElement;
    return active === document.body ? null : active;
  }

  #rating(/** @type {Turn} */ turn) {
    const { answer } = turn;
    if (answer === undefined || !this.#rated) {
      return null;
    }
    return ratingButtons(turn, answer, this.#setting, this.conversation, () => {
      this.#rated = false;
      for (const buttons of this.#log.querySelectorAll(".feedback")) {
        buttons.remove();
      }
      this.#holdFocus();
      this.#setting.tell("unrated", {});
    });
  }
}
