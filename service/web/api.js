/** What the pages ask their own service for, besides answers. */

import { Failure, parsed } from "./chat/failure.js";
import { sawGeneration } from "./chat/generation.js";
import { ENGLISH, localeFor } from "./chat/texts/index.js";
import { notOlder, send } from "./chat/wire.js";
import { currentKey, keyInPlaceOf } from "./key.js";

/**
 * @import { Service } from "./chat/wire.js"
 * @typedef {{
 *   id: string, revision: string, title: string, publisher: string | null, authors: string[],
 *   published: string | null, language: string | null, url: string | null, characters: number,
 *   has_page_pictures: boolean, sections: { title: string, level: number, start: number }[], pages: number[],
 *   places: { label: string, start: number }[], extra: { recognised_pages?: Record<string, unknown> },
 * }} DocumentDetails
 */

/** The locale of dates and lists. */
export const LANGUAGE = localeFor("en");

/** The texts of the pages: a question is a heading there, and so is its outcome. */
export const TEXTS = {
  ...ENGLISH,
  asked: "",
  notFound: "Not in these documents",
  doubt: "No passage clearly answers this",
  collection: "No single passage answers this",
  vague: "Ask a whole question",
};

/** @type {Service} */
export const service = {
  endpoint: new URL("..", import.meta.url).href.replace(/\/$/, ""),
  credentials: "same-origin",
  key: currentKey,
  askKey: keyInPlaceOf,
};

/** @returns {Promise<string[]>} Questions to begin with; none where the operator gives none. */
export async function suggestions() {
  const { questions } = parsed((await send(service, "/v1/suggestions")).text);
  return questions.filter((/** @type {unknown} */ question) => typeof question === "string");
}

/** @returns {Promise<{ generation: number, documents: number }>} */
export async function readiness() {
  const ready = parsed((await send(service, "/health/ready")).text);
  sawGeneration(service.endpoint, ready.generation);
  return ready;
}

/**
 * Fetch a document and its canonical text, both of one revision even if it is being replaced meanwhile.
 *
 * @param {string} id As it stands in an address: percent-encoded.
 * @returns {Promise<{ details: DocumentDetails, text: string }>}
 */
export async function readDocument(id) {
  const path = `/v1/documents/${id}`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const [record, canonical] = await notOlder(service, (generation) => {
      const query = generation === 0 ? "" : `?at_least_generation=${generation}`;
      return Promise.all([
        send(service, `${path}${query}`),
        send(service, `${path}/text${query}`, { ignoreBOM: true }),
      ]);
    });
    /** @type {DocumentDetails} */
    const details = parsed(record.text);
    if (canonical.response.headers.get("ETag") === `"${details.revision}"`) {
      return { details, text: canonical.text };
    }
  }
  throw new Failure("busy", { details: ["This document is being replaced.", "Try again in a moment."] });
}
