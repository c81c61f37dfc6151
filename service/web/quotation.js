/** Quotations as plain text, for whoever writes about them. */

import { listed, writtenDate } from "./citation.js";
import { announce, element, newId } from "./dom.js";

/** @import { Citation } from "./api.js" */

const CONFIRMED_MS = 4_000;

/**
 * A text as a quotation with its source: the words, then a line that says where they stand, then a link.
 *
 * @param {string} text
 * @param {Citation} citation
 * @param {string} origin Ours, for where a document has no address of its own.
 */
export function plainQuotation(text, citation, origin) {
  const { authors, title, section, page, publisher, published, source_href, href } = citation;
  const parts = [
    authors.length === 0 ? null : listed(authors),
    title,
    section === null || section === title ? null : `“${section}”`,
    page === null ? null : `p. ${page}`,
    publisher,
    published === null ? null : writtenDate(published),
  ];
  const source = parts.filter((part) => part !== null).join(", ");
  return `“${text.trim()}”\n${source}.\n${source_href ?? new URL(href, origin).href}\n`;
}

/**
 * A button that copies a quotation, and says so; where the browser does not let it, the text to copy by hand.
 *
 * @param {string} text
 * @param {Citation} citation
 */
export function copyButton(text, citation) {
  const button = element("button", { class: "quiet", type: "button" }, "Copy as quotation");
  const place = element("div", { class: "copying" }, button);
  button.addEventListener("click", async () => {
    const quotation = plainQuotation(text, citation, location.origin);
    try {
      await navigator.clipboard.writeText(quotation); // there is no clipboard where the page came over plain HTTP
      button.textContent = "Copied";
      announce("Copied as a quotation.");
      setTimeout(() => {
        button.textContent = "Copy as quotation";
      }, CONFIRMED_MS);
    } catch {
      place.replaceChildren(button, ...byHand(quotation));
      place.querySelector("textarea")?.select();
      announce("The browser does not let this page copy. The quotation is selected; copy it by hand.");
    }
  });
  return place;
}

function byHand(/** @type {string} */ quotation) {
  const field = element("textarea", { class: "by-hand", id: newId("quotation"), readonly: "", rows: "4" });
  field.textContent = quotation;
  return [element("label", { for: field.id }, "The browser does not let this page copy. Copy it by hand:"), field];
}
