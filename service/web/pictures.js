/** Pictures of the pages that hold the cited words, as the original has them. */

import { service } from "./api.js";
import { element } from "./chat/dom.js";
import { notOlder, sendForBlob } from "./chat/wire.js";

/** @import { DocumentDetails } from "./api.js" */

/** A span over more pages shows the first ones. */
const MOST = 2;

/** @type {AbortController | null} */
let loading = null;

/** @type {string[]} Addresses of the pictures shown. */
let shown = [];

/**
 * Show the pages of a span, in place of those shown before. A page that cannot be fetched is left out: its text is there.
 *
 * @param {HTMLElement} place
 * @param {DocumentDetails} details
 * @param {{ start: number, end: number } | null} span In code points; null for none.
 */
export async function showPictures(place, details, span) {
  loading?.abort();
  loading = new AbortController();
  const { signal } = loading;
  place.replaceChildren();
  for (const address of shown) {
    URL.revokeObjectURL(address);
  }
  shown = [];
  if (span === null || !details.has_page_pictures) {
    return;
  }
  for (const number of pagesOf(details, span).slice(0, MOST)) {
    const path = `/v1/documents/${encodeURIComponent(details.id)}/pages/${number}.png`;
    try {
      const picture = await notOlder(service, (generation) => {
        const least = generation === 0 ? "" : `&at_least_generation=${generation}`;
        return sendForBlob(service, `${path}?start=${span.start}&end=${span.end}${least}`, { signal });
      });
      if (signal.aborted) {
        return;
      }
      const address = URL.createObjectURL(picture);
      shown.push(address);
      place.append(figure(address, number, details));
    } catch {
      return;
    }
  }
}

/**
 * The numbers of the pages that hold a part of a span, from 1.
 *
 * @param {DocumentDetails} details
 * @param {{ start: number, end: number }} span
 */
function pagesOf({ pages, characters }, { start, end }) {
  return pages.flatMap((first, at) => (first < end && (pages[at + 1] ?? characters) > start ? [at + 1] : []));
}

/**
 * @param {string} address
 * @param {number} number
 * @param {DocumentDetails} details
 */
function figure(address, number, { title, extra }) {
  const isRecognised = String(number) in (extra.recognised_pages ?? {}); // words from a picture have no places
  const alt = `Page ${number} of ${title}${isRecognised ? "" : ", with the cited words marked"}`;
  return element(
    "figure",
    {},
    element("a", { href: address, target: "_blank" }, element("img", { src: address, alt })),
    element("figcaption", {}, `Page ${number}`),
  );
}
