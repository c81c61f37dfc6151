/** A document's text as nodes: their text content is exactly the text they were made from. */

import { element } from "./dom.js";

/**
 * @import { Stretch } from "./spans.js"
 * @typedef {Stretch & { level?: number }} Heading A line that names a section; with its level, as HTML counts them, if
 *   screen readers are to find it as a heading.
 */

/**
 * A text with some of it marked and its headings set as such.
 *
 * @param {string} text
 * @param {readonly Stretch[]} marks In order, disjoint. An empty one becomes an empty element of class `place`.
 * @param {readonly Heading[]} headings In order, disjoint.
 * @returns {(Node | string)[]}
 */
export function markedWords(text, marks, headings) {
  const nodes = [];
  let at = 0;
  for (const mark of marks) {
    nodes.push(
      ...withHeadings(text, { start: at, end: mark.start }, headings),
      mark.start < mark.end
        ? element("mark", { part: "mark" }, ...withHeadings(text, mark, headings))
        : element("span", { class: "place" }),
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
      const found = level === undefined ? {} : { role: "heading", "aria-level": String(level) };
      nodes.push(text.slice(at, first), element("span", { class: "heading", ...found }, text.slice(first, last)));
      at = last;
    }
  }
  nodes.push(text.slice(at, stretch.end));
  return nodes.filter((node) => node !== "");
}

/**
 * Find the line that begins a section, if it contains the section's title.
 *
 * @param {string} text
 * @param {number} start UTF-16 offset of the line.
 * @param {string | null | undefined} title
 * @returns {Stretch[]} One or none.
 */
export function headingLine(text, start, title) {
  const lineEnd = text.indexOf("\n", start);
  const end = lineEnd === -1 ? text.length : lineEnd;
  return title && text.slice(start, end).includes(title) ? [{ start, end }] : [];
}

/**
 * Find the headings of a passage: the line that begins its section, and every line that Markdown marks as one.
 *
 * @param {string} text
 * @param {string | null | undefined} title The section's.
 * @returns {Stretch[]} In order, disjoint.
 */
export function headingLines(text, title) {
  const first = headingLine(text, 0, title);
  const marked = [...text.matchAll(/^#{1,6} .*/gm)].map(({ index, 0: line }) => ({
    start: index,
    end: index + line.length,
  }));
  return [...first, ...marked.filter(({ start }) => start > 0 || first.length === 0)];
}
