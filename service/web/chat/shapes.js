/**
 * The shapes of what comes from outside: the service, or a tab's storage.
 *
 * @typedef {{
 *   document_id: string, revision: string, title: string, publisher?: string | null, authors: string[],
 *   published?: string | null, language: string | null, url?: string | null, page?: number | null,
 *   section?: string | null, speaker?: string | null, place?: string | null, recognised?: number | null,
 *   start: number, end: number, href: string, source_href?: string | null,
 * }} Citation
 * @typedef {{
 *   text: string, highlights: import("./spans.js").Span[], citation: Citation, also_found_in: Citation[],
 * }} Passage
 * @typedef {{ text: string, citation: Citation, reply_to?: { text: string, citation: Citation } | null }} Quotation With
 *   the question that it replies to, where the source is an interview.
 * @typedef {"doubt" | "collection" | "vague"} Reason Why an answer is uncertain. Each is the key of a text.
 * @typedef {{
 *   status: "answered" | "uncertain" | "not_found", reason?: Reason | null, generation: number,
 *   confidence: {
 *     level: "very_high" | "high" | "medium" | "low", probability?: number | null, passage_probability?: number | null,
 *   },
 *   answer: Quotation | null, passages: Passage[],
 *   interpretation?: { turns: number[], spelling?: string | null } | null,
 * }} Answer
 * @typedef {{ role: "user" | "assistant", content: string }} Message
 * @typedef {"up" | "down"} Rating
 */

import { Failure } from "./failure.js";

const REASONS = ["doubt", "collection", "vague"];

/**
 * Return an answer of which everything that is shown has the right type.
 *
 * @param {any} answer
 * @returns {Answer} The same.
 * @throws {Failure} It has another shape.
 */
export function checkedAnswer(answer) {
  try {
    if (isAnswer(answer)) {
      return answer;
    }
  } catch {
    // a part is missing
  }
  throw new Failure("unreadable");
}

/**
 * @param {any} answer
 * @returns {boolean}
 */
function isAnswer({ status, reason, answer, confidence, passages, interpretation }) {
  return (
    isOutcome(status, reason, answer) &&
    typeof confidence.level === "string" &&
    [confidence.probability, confidence.passage_probability].every((chance) => typeof (chance ?? 0) === "number") &&
    passages.every(isPassage) &&
    Array.isArray(interpretation?.turns ?? []) &&
    typeof (interpretation?.spelling ?? "") === "string"
  );
}

/**
 * Whether a status has what belongs to it: only `answered` has an answer, and only `uncertain` a reason.
 *
 * @param {any} status
 * @param {any} reason
 * @param {any} answer
 */
function isOutcome(status, reason, answer) {
  const claimsNothing = (answer ?? null) === null;
  switch (status) {
    case "answered":
      return isQuotation(answer) && isQuotation(answer.reply_to ?? answer);
    case "uncertain":
      return claimsNothing && REASONS.includes(reason);
    case "not_found":
      return claimsNothing && (reason ?? null) === null;
    default:
      return false;
  }
}

function isPassage(/** @type {any} */ { text, highlights, citation, also_found_in }) {
  return isQuotation({ text, citation }) && Array.isArray(highlights) && also_found_in.every(isCitation);
}

function isQuotation(/** @type {any} */ { text, citation }) {
  return typeof text === "string" && isCitation(citation);
}

function isCitation(
  /** @type {any} */ {
    title,
    href,
    authors,
    section,
    speaker,
    place,
    recognised,
    publisher,
    published,
    language,
    url,
    source_href,
  },
) {
  return (
    [title, href, ...authors].every((string) => typeof string === "string") &&
    [section, speaker, place, publisher, published, language, url, source_href].every(
      (string) => typeof (string ?? "") === "string",
    ) &&
    typeof (recognised ?? 0) === "number"
  );
}
