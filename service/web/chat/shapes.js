/**
 * The shapes of what comes from outside: the service, or a tab's storage.
 *
 * @typedef {{
 *   document_id: string, revision: string, title: string, publisher?: string | null, authors: string[],
 *   published?: string | null, language: string | null, url?: string | null, page?: number | null,
 *   section?: string | null, start: number, end: number, href: string, source_href?: string | null,
 * }} Citation
 * @typedef {{
 *   text: string, highlights: import("./spans.js").Span[], citation: Citation, also_found_in: Citation[],
 * }} Passage
 * @typedef {{ text: string, citation: Citation }} Quotation
 * @typedef {{
 *   status: "answered" | "not_found", generation: number,
 *   confidence: { level: "very_high" | "high" | "medium" | "low" },
 *   answer: Quotation | null, passages: Passage[], interpretation?: { turns: number[] } | null,
 * }} Answer
 * @typedef {{ role: "user" | "assistant", content: string }} Message
 * @typedef {"up" | "down"} Rating
 */

import { Failure } from "./failure.js";

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
function isAnswer({ status, answer, confidence, passages, interpretation }) {
  return (
    (status === "answered" ? isQuotation(answer) : status === "not_found") &&
    typeof confidence.level === "string" &&
    passages.every(isPassage) &&
    Array.isArray(interpretation?.turns ?? [])
  );
}

function isPassage(/** @type {any} */ { text, highlights, citation, also_found_in }) {
  return isQuotation({ text, citation }) && Array.isArray(highlights) && also_found_in.every(isCitation);
}

function isQuotation(/** @type {any} */ { text, citation }) {
  return typeof text === "string" && isCitation(citation);
}

function isCitation(
  /** @type {any} */ { title, href, authors, section, publisher, published, language, url, source_href },
) {
  return (
    [title, href, ...authors].every((string) => typeof string === "string") &&
    [section, publisher, published, language, url, source_href].every((string) => typeof (string ?? "") === "string")
  );
}
