/**
 * Why a request has no answer.
 *
 * @typedef {"unreachable" | "refused" | "slow" | "cutOff" | "unreadable" | "busy" | "rejected" | "tooLong" | "stopped"
 *   | "unanswered"} FailureKind Each is the key of a text.
 */

export class Failure extends Error {
  /**
   * @param {FailureKind} kind
   * @param {object} [more]
   * @param {string} [more.message] What the operator of the page needs to know.
   * @param {string[]} [more.details] The service's own sentences about the request.
   * @param {number | null} [more.status] The response's status, if one came.
   * @param {boolean} [more.lasting] Whether the page has to be changed first.
   */
  constructor(kind, { message = "", details = [], status = null, lasting = false } = {}) {
    super(message);
    this.kind = kind;
    this.details = details;
    this.status = status;
    this.lasting = lasting || kind === "rejected" || kind === "tooLong";
  }

  /** Whether the same request may succeed later. */
  get retry() {
    return !this.lasting;
  }

  /** @param {unknown} error Anything that was thrown. */
  static of(error) {
    return error instanceof Failure ? error : new Failure("unreadable", { message: String(error) });
  }
}

/** @type {Record<number, FailureKind>} */
const KINDS = { 401: "refused", 403: "refused", 404: "unreachable", 405: "unreachable", 408: "busy", 429: "busy" };

/**
 * Turn an error response into a failure.
 *
 * @param {number} status
 * @param {any} problem RFC 9457 problem details; null for a response of another type.
 */
export function problemOf(status, problem) {
  const { detail = "", errors = [] } = problem ?? {};
  const found = Array.from(errors, (error) => ({ pointer: String(error?.pointer), detail: String(error?.detail) }));
  const told = [detail, ...found.map((error) => `${error.pointer}: ${error.detail}`)].filter(
    (sentence) => sentence !== "",
  );
  const details = found.length > 0 ? found.map((error) => error.detail) : detail === "" ? [] : [String(detail)];
  const ofSite = found.some(({ pointer }) => /^\/filters/.test(pointer)); // visitors set none
  const rejected = ofSite ? "refused" : "rejected";
  const kind = KINDS[status] ?? (status >= 400 && status < 500 ? rejected : "busy");
  return new Failure(kind, { message: told.join(" ") || `status ${status}`, details, status, lasting: ofSite });
}

/**
 * Parse JSON. Throw a `Failure` for anything else.
 *
 * @param {string} json
 */
export function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    throw new Failure("unreadable");
  }
}
