/**
 * The service's API, and everything that can go wrong with it as a `Failure` that a page can show.
 *
 * @typedef {{
 *   document_id: string, revision: string, title: string, publisher: string | null, authors: string[], published: string | null,
 *   language: string | null, url: string | null, page: number | null, section: string | null,
 *   start: number, end: number, href: string, source_href: string | null,
 * }} Citation
 * @typedef {{
 *   id: string, rank: number, text: string, highlights: import("./spans.js").Span[], citation: Citation,
 *   also_found_in: Citation[],
 * }} Passage
 * @typedef {{
 *   status: "answered" | "not_found", confidence: { level: string }, generation: number,
 *   answer: { text: string, citation: Citation } | null, passages: Passage[],
 *   interpretation: { turns: number[] } | null,
 * }} Answer
 * @typedef {{ role: "user" | "assistant", content: string }} Message
 * @typedef {"up" | "down"} Rating
 * @typedef {{
 *   id: string, revision: string, title: string, publisher: string | null, authors: string[],
 *   published: string | null, language: string | null, url: string | null,
 *   sections: { title: string, level: number, start: number }[], pages: number[],
 * }} DocumentDetails
 */

import { authorization, keyInPlaceOf } from "./key.js";
import { checkedAnswer } from "./shapes.js";

const ASK_MS = 30_000;
const READ_MS = 120_000; // a long document over a slow line

/** What to tell the reader instead of what was asked for. */
export class Failure extends Error {
  /**
   * @param {string} title One line.
   * @param {string[]} details What to know or do, a sentence or two each.
   * @param {{ retry?: boolean, status?: number | null }} options Whether the same request may succeed later; the
   *   response's status, if one came.
   */
  constructor(title, details = [], { retry = true, status = null } = {}) {
    super(title);
    this.title = title;
    this.details = details;
    this.retry = retry;
    this.status = status;
  }

  /**
   * Whatever was thrown, as a failure: an answer of another shape than ours ends here too.
   *
   * @param {unknown} error
   */
  static of(error) {
    return error instanceof Failure ? error : new Failure("The service answered in a way that this page cannot read");
  }
}

/**
 * @param {Message[]} messages The conversation, the question last.
 * @param {{ context: boolean, signal: AbortSignal }} options Whether the earlier messages may help to read the
 *   question, and what ends the request when its answer is no longer wanted.
 * @returns {Promise<Answer>}
 */
export async function chat(messages, { context, signal }) {
  const { text } = await request("/v1/chat", sending({ messages, context }), ASK_MS, signal);
  return checkedAnswer(JSON.parse(text));
}

/**
 * Say that an answer was of use, or was not.
 *
 * @param {{ question: string, history: Message[], answer: Answer, rating: Rating }} rated
 * @returns {Promise<string>} The id by which it can be taken back.
 */
export async function rate({ question, history, answer, rating }) {
  const { status, passages, generation } = answer;
  const first = status === "answered" ? passages[0] : undefined;
  const passage = first === undefined ? null : passageRated(first);
  const { text } = await request("/v1/feedback", sending({ question, history, status, rating, passage, generation }), ASK_MS);
  const { id } = JSON.parse(text);
  if (typeof id !== "string") {
    throw new TypeError("The service gave no id.");
  }
  return id;
}

function passageRated(/** @type {Passage} */ { text, highlights, citation }) {
  const { document_id, revision, start, end } = citation;
  return { document_id, revision, start, end, text, highlight: highlights[0] ?? { start: 0, end: [...text].length } };
}

/** @param {string} id As `rate` gave it. */
export async function takeBack(id) {
  await request(`/v1/feedback/${encodeURIComponent(id)}`, { method: "DELETE" }, ASK_MS);
}

/** @returns {Promise<string[]>} Questions to begin with; none where the operator gives none. */
export async function suggestions() {
  const { questions } = JSON.parse((await request("/v1/suggestions", {}, ASK_MS)).text);
  return questions.filter((/** @type {unknown} */ question) => typeof question === "string");
}

/** @returns {Promise<{ generation: number, documents: number, passages: number }>} */
export async function readiness() {
  return JSON.parse((await request("/health/ready", {}, ASK_MS)).text);
}

/**
 * A document and its canonical text, both of one revision even if it is being replaced meanwhile.
 *
 * @param {string} id As it stands in an address: percent-encoded.
 * @returns {Promise<{ details: DocumentDetails, text: string }>}
 */
export async function readDocument(id) {
  const address = `/v1/documents/${id}`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const [record, canonical] = await Promise.all([
      request(address, {}, READ_MS),
      request(`${address}/text`, {}, READ_MS),
    ]);
    /** @type {DocumentDetails} */
    const details = JSON.parse(record.text);
    if (canonical.response.headers.get("ETag") === `"${details.revision}"`) {
      return { details, text: canonical.text };
    }
  }
  throw new Failure("This document is being replaced", ["Try again in a moment."]);
}

/**
 * @param {unknown} body
 * @returns {RequestInit}
 */
function sending(body) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/**
 * Send a request; where it needs a key, once whoever reads the page has given one.
 *
 * @param {string} address
 * @param {RequestInit} init
 * @param {number} timeout Milliseconds until it is given up, so that nothing waits for ever.
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ response: Response, text: string }>} A response that is no error, and its body.
 */
async function request(address, init, timeout, signal) {
  for (;;) {
    const shown = authorization();
    try {
      return await sent(address, { ...init, headers: { ...init.headers, ...shown } }, timeout, signal);
    } catch (error) {
      if (!(error instanceof Failure) || error.status !== 401) {
        throw error;
      }
      await keyInPlaceOf(shown, signal);
    }
  }
}

/**
 * The same, once.
 *
 * @param {string} address
 * @param {RequestInit} init
 * @param {number} timeout
 * @param {AbortSignal} [signal]
 * @returns {Promise<{ response: Response, text: string }>}
 */
async function sent(address, init, timeout, signal) {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(tooSlow(timeout)), timeout);
  signal?.addEventListener("abort", () => ending.abort(signal.reason), { once: true });
  let response;
  let body;
  try {
    response = await fetch(address, { ...init, signal: ending.signal });
    body = await response.arrayBuffer();
  } catch {
    throw ending.signal.aborted ? ending.signal.reason : unreachable();
  } finally {
    clearTimeout(timer);
  }
  // `Response.text()` would drop a leading byte order mark, which is a code point like any other to an offset.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(body);
  if (!response.ok) {
    throw problemOf(response, text);
  }
  return { response, text };
}

/**
 * An error response as a failure: RFC 9457 problem details where they are, the status where they are not.
 *
 * @param {Response} response
 * @param {string} body
 */
function problemOf(response, body) {
  if (!(response.headers.get("Content-Type") ?? "").startsWith("application/problem+json")) {
    return new Failure(`The service cannot answer at the moment (status ${response.status})`, [], {
      status: response.status,
    });
  }
  /** @type {{ detail: string, errors?: { detail: string }[] }} */
  const { detail, errors = [] } = JSON.parse(body);
  const retry = response.status >= 500 || response.status === 429;
  const [title = detail, ...details] = errors.map((error) => error.detail); // these say more
  return new Failure(title, details, { retry, status: response.status });
}

function unreachable() {
  return new Failure("The service cannot be reached", ["It may have stopped, or the connection is down."]);
}

function tooSlow(/** @type {number} */ timeout) {
  return new Failure(`Nothing came back in ${timeout / 1000} seconds`, ["The service may be busy."]);
}
