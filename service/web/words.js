/** A document's words as nodes: their text content is exactly the text they were made from. */

import { element } from "./dom.js";

/**
 * @import { Stretch } from "./spans.js"
 * @typedef {Stretch & { level?: number }} Heading A line that names a section; with its level, as HTML counts them,
 *   where it is to be found as a heading by someone who reads by ear.
 */

/**
 * A text with some of it marked and its headings set as such.
 *
 * @param {string} text
 * @param {readonly Stretch[]} marks In order, apart from each other. An empty one becomes an empty element of class `place`.
 * @param {readonly Heading[]} headings In order, apart from each other.
 * @returns {(Node | string)[]}
 */
export function markedWords(text, marks, headings) {
  const nodes = [];
  let at = 0;
  for (const mark of marks) {
    nodes.push(
      ...withHeadings(text, { start: at, end: mark.start }, headings),
      mark.start < mark.end ? element("mark", {}, ...withHeadings(text, mark, headings)) : element("span", { class: "place" }),
    );
    at = mark.end;
  }
  return [...nodes, ...withHeadings(text, { start: at, end: text.length }, headings)];
}

/**
 * @param {string} text
 * @param {Stretch} stretch
 * @param {readonly Heading[]} headings
 */
function withHeadings(text, stretch, headings) {
  const nodes = [];
  let at = stretch.start;
  for (const { start, end, level } of headings) {
    const [first, last] = [Math.max(start, stretch.start), Math.min(end, stretch.end)];
    if (first < last) {
      nodes.push(text.slice(at, first), element("span", headingAttributes(level), text.slice(first, last)));
      at = last;
    }
  }
  nodes.push(text.slice(at, stretch.end));
  return nodes.filter((node) => node !== "");
}

/** @returns {Record<string, string>} */
function headingAttributes(/** @type {number | undefined} */ level) {
  if (level === undefined) {
    return { class: "heading" };
  }
  return { class: "heading", role: "heading", "aria-level": String(level) };
}

/**
 * The line that begins a section, if it holds the section's title.
 *
 * @param {string} text
 * @param {number} start UTF-16 offset of the line.
 * @param {string | null} title
 * @returns {Stretch[]} One or none.
 */
export function headingLine(text, start, title) {
  const lineEnd = text.indexOf("\n", start);
  const end = lineEnd === -1 ? text.length : lineEnd;
  return title !== null && text.slice(start, end).includes(title) ? [{ start, end }] : [];
}
