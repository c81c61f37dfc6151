/**
 * Spans of text. The API counts Unicode code points; JavaScript's strings count UTF-16 units, two for each code point
 * past U+FFFF. Everything that crosses from one to the other does so here.
 *
 * @typedef {{ start: number, end: number }} Span `[start, end)` in code points.
 * @typedef {{ start: number, end: number }} Stretch `[start, end)` in UTF-16 units.
 */

/**
 * Where code points stand in a string.
 *
 * @param {string} text
 * @param {readonly number[]} positions In code points, in any order.
 * @returns {Map<number, number>} UTF-16 offset of each position; those past the end of the text are not in it.
 */
export function utf16Offsets(text, positions) {
  const offsets = new Map();
  let counted = 0;
  let offset = 0;
  for (const position of [...new Set(positions)].sort((a, b) => a - b)) {
    while (counted < position && offset < text.length) {
      offset += /** @type {number} */ (text.codePointAt(offset)) > 0xffff ? 2 : 1;
      counted += 1;
    }
    if (counted === position) {
      offsets.set(position, offset);
    }
  }
  return offsets;
}

/**
 * Spans as stretches in order; those that touch are one, and one that is empty or leaves the text is none.
 *
 * @param {string} text
 * @param {readonly Span[]} spans
 * @returns {Stretch[]}
 */
export function stretches(text, spans) {
  const offsets = utf16Offsets(text, spans.flatMap((span) => [span.start, span.end]));
  /** @type {Stretch[]} */
  const apart = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const start = offsets.get(span.start);
    const end = offsets.get(span.end);
    const before = apart.at(-1);
    if (start === undefined || end === undefined || start >= end) {
      continue;
    }
    if (before !== undefined && start <= before.end) {
      before.end = Math.max(before.end, end);
    } else {
      apart.push({ start, end });
    }
  }
  return apart;
}
