/** The newest generation of a service's documents that this tab has seen. */

/** By the service's address. @type {Map<string, number>} */
const seen = new Map();

/** @param {string} endpoint */
function nameOf(endpoint) {
  return `footnote ${endpoint} generation`;
}

/**
 * @param {string} endpoint
 * @returns {number} 0 for none.
 */
export function seenGeneration(endpoint) {
  const generation = seen.get(endpoint) ?? stored(endpoint);
  seen.set(endpoint, generation);
  return generation;
}

/**
 * @param {string} endpoint
 * @param {unknown} generation
 */
export function sawGeneration(endpoint, generation) {
  if (typeof generation === "number" && generation > seenGeneration(endpoint)) {
    keep(endpoint, generation);
  }
}

/** Forget a generation that the service does not know: its store was restored, or is another one. */
export function forgetGeneration(/** @type {string} */ endpoint) {
  keep(endpoint, 0);
}

/**
 * @param {string} endpoint
 * @param {number} generation
 */
function keep(endpoint, generation) {
  seen.set(endpoint, generation);
  try {
    sessionStorage.setItem(nameOf(endpoint), String(generation));
  } catch {
    // denied or full: it holds until the page is left
  }
}

function stored(/** @type {string} */ endpoint) {
  try {
    const generation = Number(sessionStorage.getItem(nameOf(endpoint)));
    return Number.isSafeInteger(generation) && generation > 0 ? generation : 0;
  } catch {
    return 0;
  }
}
