/** Requests to the service. */

import { streamedAnswer } from "./events.js";
import { Failure, parsed, problemOf } from "./failure.js";
import { forgetGeneration, sawGeneration, seenGeneration } from "./generation.js";
import { checkedAnswer } from "./shapes.js";

/**
 * @import { Answer, Message } from "./shapes.js"
 *
 * @typedef {object} Service
 * @property {string} endpoint Its address, without a slash at the end; empty if it is not known.
 * @property {RequestCredentials} credentials
 * @property {() => string} key The key to send; empty for none.
 * @property {(refused: string, signal?: AbortSignal) => Promise<void>} [askKey] Get another key than one that was refused.
 *
 * @typedef {object} Request
 * @property {Message[]} messages
 * @property {boolean} context
 * @property {number} [k]
 * @property {object | null} [filters] Null if those that were set cannot be used: without them, all documents would answer.
 *
 * @typedef {object} Options
 * @property {string} [method]
 * @property {object} [body]
 * @property {string} [accept] Media types.
 * @property {boolean} [ignoreBOM] Whether to keep a byte order mark, which is a code point like any other to an offset.
 * @property {AbortSignal} [signal]
 */

const SILENCE_MS = 30_000; // a service that sends nothing, not even a keep-alive, is given up after this
const PROBE_MS = 5_000;

/** The status of a generation that the service does not know. */
const UNKNOWN_GENERATION = 409;

/**
 * Ask the last of these messages, as a stream if the service streams.
 *
 * @param {Service} service
 * @param {Request} request
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 * @throws {Failure}
 */
export async function askService(service, request, signal) {
  if (request.filters === null) {
    throw new Failure("refused", { lasting: true });
  }
  const answer = await notOlder(service, (generation) => {
    const least = generation === 0 ? {} : { at_least_generation: generation };
    const body = { ...request, accept: ["uncertain"], ...least };
    const options = { method: "POST", body, accept: "text/event-stream, application/json;q=0.5", signal };
    return exchange(service, "/v1/chat", options, async (response, parts) =>
      checkedAnswer(
        mediaType(response) === "text/event-stream" ? await streamedAnswer(parts) : parsed(await joined(parts)),
      ),
    );
  });
  sawGeneration(service.endpoint, answer.generation);
  return answer;
}

/**
 * Request documents that are not older than those that this tab has seen. If the service does not know that generation,
 * forget it and request them once more.
 *
 * @template T
 * @param {Service} service
 * @param {(generation: number) => Promise<T>} request Gets the generation to request at least; 0 for any.
 * @returns {Promise<T>}
 */
export async function notOlder({ endpoint }, request) {
  const generation = seenGeneration(endpoint);
  try {
    return await request(generation);
  } catch (error) {
    if (generation === 0 || Failure.of(error).status !== UNKNOWN_GENERATION) {
      throw error;
    }
    forgetGeneration(endpoint);
    return request(0);
  }
}

/**
 * Send a request and return the response, which is no error, with its whole text.
 *
 * @param {Service} service
 * @param {string} path
 * @param {Options} [options]
 */
export function send(service, path, options = {}) {
  return exchange(service, path, options, async (response, parts) => ({ response, text: await joined(parts) }));
}

/**
 * Send a request and return the body of the response, which is no error.
 *
 * @param {Service} service
 * @param {string} path
 * @param {Options} [options]
 */
export function sendForBlob(service, path, options = {}) {
  return exchange(service, path, options, (response) => response.blob());
}

/**
 * Send a request; if it needs a key that can be asked for, again with that.
 *
 * @template T
 * @param {Service} service
 * @param {string} path
 * @param {Options} options
 * @param {(response: Response, parts: AsyncIterable<string>) => Promise<T>} read
 * @returns {Promise<T>}
 * @throws {Failure}
 */
async function exchange(service, path, options, read) {
  const { endpoint, credentials, askKey } = service;
  const { method = "GET", body, accept, ignoreBOM = false, signal } = options;
  if (endpoint === "") {
    throw new Failure("unreachable", { message: "the address of the service is unknown; set the attribute endpoint." });
  }
  const key = service.key();
  const ending = new AbortController();
  signal?.addEventListener("abort", () => ending.abort(new Failure("stopped")), { once: true });
  let timer = 0;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ending.abort(new Failure("slow")), SILENCE_MS);
  };
  heard();
  let begun = false;
  let failure;
  try {
    const response = await fetch(endpoint + path, {
      method,
      credentials,
      body: body === undefined ? null : JSON.stringify(body),
      headers: {
        ...(key === "" ? {} : { Authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(accept === undefined ? {} : { Accept: accept }),
      },
      referrerPolicy: "no-referrer",
      signal: ending.signal,
    });
    begun = true;
    const parts = textOf(response, heard, ignoreBOM);
    if (response.ok) {
      return await read(response, parts);
    }
    const text = await joined(parts);
    failure = problemOf(response.status, mediaType(response) === "application/problem+json" ? parsed(text) : null);
  } catch (error) {
    failure = error instanceof Failure ? error : new Failure("cutOff");
    failure = ending.signal.aborted ? ending.signal.reason : begun ? failure : await unreachable(endpoint);
  } finally {
    clearTimeout(timer);
    ending.abort(); // frees the connection, whatever is left in it
  }
  if (failure.status !== 401 || askKey === undefined) {
    throw failure;
  }
  await askKey(key, signal);
  return exchange(service, path, options, read);
}

function mediaType(/** @type {Response} */ response) {
  return (response.headers.get("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase();
}

/**
 * Yield a body's text as it comes; a character that two parts share comes whole with the second.
 *
 * @param {Response} response
 * @param {() => void} heard
 * @param {boolean} ignoreBOM
 */
async function* textOf(response, heard, ignoreBOM) {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder("utf-8", { ignoreBOM });
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    heard();
    yield decoder.decode(part.value, { stream: true });
  }
}

async function joined(/** @type {AsyncIterable<string>} */ parts) {
  let text = "";
  for await (const part of parts) {
    text += part;
  }
  return text;
}

/**
 * Tell a service that is gone from one that does not let this page's origin ask, which browsers do not. The widget's own
 * file may be fetched from anywhere: if it comes, the origin is refused.
 *
 * @param {string} endpoint
 */
async function unreachable(endpoint) {
  if (new URL(endpoint).origin === location.origin) {
    return new Failure("unreachable");
  }
  try {
    const { ok } = await fetch(`${endpoint}/widget.js`, {
      method: "HEAD",
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(PROBE_MS),
    });
    if (!ok) {
      return new Failure("unreachable");
    }
  } catch {
    return new Failure("unreachable");
  }
  const message = `${endpoint} does not allow ${location.origin}; its operator can, with FOOTNOTE_ORIGINS.`;
  return new Failure("refused", { message });
}
