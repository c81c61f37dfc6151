/** The shapes of what comes from outside: the service, or a tab's storage. */

/** @import { Answer } from "./api.js" */

/**
 * What has the shape of an answer, as far as the pages look at it.
 *
 * @param {any} answer
 * @returns {Answer} The same.
 * @throws {TypeError} It has another shape.
 */
export function checkedAnswer(answer) {
  const turns = answer.interpretation?.turns ?? [];
  const sound =
    ["answered", "not_found"].includes(answer.status) &&
    (answer.status === "not_found" || typeof answer.answer.text === "string") &&
    typeof answer.confidence.level === "string" &&
    typeof answer.generation === "number" &&
    turns.every(Number.isInteger) &&
    [answer.answer ?? [], answer.passages].flat().every(isQuotation) &&
    answer.passages.every(isPassage);
  if (!sound) {
    throw new TypeError("This is no answer.");
  }
  return answer;
}

function isQuotation(/** @type {any} */ { text, citation }) {
  const strings = [text, citation.title, citation.href, citation.document_id, citation.revision];
  return (
    strings.every((string) => typeof string === "string") &&
    citation.href.startsWith("/documents/") &&
    [citation.start, citation.end].every(Number.isInteger) &&
    isMaybe(citation.publisher, citation.published, citation.language, citation.url, citation.source_href) &&
    isMaybe(citation.section) &&
    Array.isArray(citation.authors)
  );
}

function isPassage(/** @type {any} */ { text, highlights, also_found_in }) {
  return (
    highlights.every((/** @type {any} */ span) => Number.isInteger(span.start) && Number.isInteger(span.end)) &&
    also_found_in.every((/** @type {any} */ citation) => isQuotation({ text, citation }))
  );
}

function isMaybe(/** @type {unknown[]} */ ...strings) {
  return strings.every((string) => string === null || typeof string === "string");
}
