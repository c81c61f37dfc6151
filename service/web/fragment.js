/**
 * The fragments of the pages' own addresses. Browsers never send them, so no server or proxy learns of them.
 */

/**
 * What `#char=START,END` names: RFC 5147's `char` scheme, which counts code points. `char=START` is a place between
 * two characters; `char=START,` goes on to the end and `char=,END` begins at the beginning.
 *
 * @param {string} hash As `location.hash` gives it.
 * @returns {"none" | "malformed" | { start: number, end: number | null }} An `end` of null is the text's end.
 */
export function namedSpan(hash) {
  if (hash === "" || hash === "#") {
    return "none";
  }
  const match = /^#char=(\d*)(,?)(\d*)$/.exec(decoded(hash));
  if (match === null || (match[1] === "" && match[3] === "")) {
    return "malformed";
  }
  const [, first = "", comma, last = ""] = match;
  const start = Number(first);
  if (comma === "") {
    return { start, end: start };
  }
  const end = last === "" ? null : Number(last);
  return end !== null && end < start ? "malformed" : { start, end };
}

/** Some programs that pass links on write a comma as `%2C`. */
function decoded(/** @type {string} */ hash) {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

/**
 * The fragment that holds a question.
 *
 * @param {string} question
 */
export function questionHash(question) {
  return `#${new URLSearchParams({ q: question })}`;
}

/**
 * The question that a fragment holds; empty if none.
 *
 * @param {string} hash As `location.hash` gives it.
 */
export function hashQuestion(hash) {
  return (new URLSearchParams(hash.slice(1)).get("q") ?? "").trim();
}
