/**
 * Spans of text. The API counts Unicode code points; JavaScript's strings count UTF-16 units, two for each code point
 * past U+FFFF. All conversion between the two is here.
 *
 * @typedef {{ start: number, end: number }} Span `[start, end)` in code points.
 * @typedef {{ start: number, end: number }} Stretch `[start, end)` in UTF-16 units.
 */

/**
 * Find the UTF-16 offsets of code points.
 *
 * @param {string} text
 * @param {readonly number[]} positions In code points, in any order.
 * @returns {Map<number, number>} The offset of each position; those past the end of the text are left out.
 */
export function utf16Offsets(text, positions) {
  const offsets = new Map();
  let counted = 0;
  let offset = 0;
  for (const position of [...new Set(positions)].sort((a, b) => a - b)) {
    while (counted < position && offset < text.length) {
      offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
      counted += 1;
    }
    if (counted === position) {
      offsets.set(position, offset);
    }
  }
  return offsets;
}

/**
 * Convert spans to stretches in order. Those that touch are merged; those that are empty or leave the text are dropped.
 *
 * @param {string} text
 * @param {readonly Span[]} spans
 * @returns {Stretch[]}
 */
export function stretches(text, spans) {
  const offsets = utf16Offsets(
    text,
    spans.flatMap(({ start, end }) => [start, end]),
  );
  /** @type {Stretch[]} */
  const merged = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const start = offsets.get(span.start);
    const end = offsets.get(span.end);
    const before = merged.at(-1);
    if (start === undefined || end === undefined || start >= end) {
      continue;
    }
    if (before !== undefined && start <= before.end) {
      before.end = Math.max(before.end, end);
    } else {
      merged.push({ start, end });
    }
  }
  return merged;
}
