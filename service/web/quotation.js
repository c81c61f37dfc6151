/** Quotations as plain text, for people who write about them. */

import { LANGUAGE, TEXTS } from "./api.js";
import { facts } from "./chat/citation.js";
import { button, element, newId } from "./chat/dom.js";
import { announce } from "./page.js";

/** @import { Citation } from "./chat/shapes.js" */

const CONFIRMED_MS = 4_000;

/**
 * A text as a quotation with its source: the words, of which only blank lines are left out, then a line that cites them,
 * then a link.
 *
 * @param {string} text
 * @param {Citation} citation
 * @param {string} origin Ours, for documents without an address of their own.
 */
export function plainQuotation(text, citation, origin) {
  const source = facts(citation, { texts: TEXTS, language: LANGUAGE }).map((fact) => fact.text);
  const words = text.trim().replace(/\n(?:\s*\n)+/g, "\n");
  return `“${words}”\n${source.join(", ")}.\n${citation.source_href ?? new URL(citation.href, origin).href}\n`;
}

/**
 * A button that copies a quotation and confirms it; where the browser does not allow that, the text to copy by hand.
 *
 * @param {string} text
 * @param {Citation} citation
 */
export function copyButton(text, citation) {
  const copy = button({ class: "small" }, ["Copy as quotation"], async () => {
    const quotation = plainQuotation(text, citation, location.origin);
    try {
      await navigator.clipboard.writeText(quotation); // there is no clipboard where the page came over plain HTTP
      copy.textContent = "Copied";
      announce("Copied as a quotation.");
      setTimeout(() => {
        copy.textContent = "Copy as quotation";
      }, CONFIRMED_MS);
    } catch {
      place.replaceChildren(copy, ...byHand(quotation));
      place.querySelector("textarea")?.select();
      announce("Your browser does not let this page copy. The quotation is selected; copy it by hand.");
    }
  });
  const place = element("div", { class: "copying" }, copy);
  return place;
}

function byHand(/** @type {string} */ quotation) {
  const field = element("textarea", { class: "by-hand", id: newId("quotation"), readonly: "", rows: "4" }, quotation);
  return [element("label", { for: field.id }, "Your browser does not let this page copy. Copy it by hand:"), field];
}
