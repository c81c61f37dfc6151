/** Server-sent events, read from text that comes in parts cut anywhere. */

import { Failure, parsed, problemOf } from "./failure.js";

/**
 * Return a function that gives the events that each further part completes.
 *
 * @returns {(part: string) => { type: string, data: string }[]}
 */
function eventReader() {
  let line = "";
  let afterReturn = false;
  let type = "";
  /** @type {string[]} */
  let data = [];
  return (part) => {
    if (part === "") {
      return [];
    }
    const lines = (line + (afterReturn && part.startsWith("\n") ? part.slice(1) : part)).split(/\r\n|\n|\r/);
    afterReturn = part.endsWith("\r");
    line = lines.pop() ?? "";
    const events = [];
    for (const complete of lines) {
      const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(complete) ?? [];
      if (complete === "") {
        if (data.length > 0) {
          events.push({ type, data: data.join("\n") });
        }
        type = "";
        data = [];
      } else if (field === "event") {
        type = value;
      } else if (field === "data") {
        data.push(value);
      }
    }
    return events;
  };
}

/**
 * Read a streamed answer.
 *
 * @param {AsyncIterable<string>} parts
 * @returns {Promise<unknown>} The answer with its passages, unchecked.
 * @throws {Failure} The stream says so, or ends before it is complete.
 */
export async function streamedAnswer(parts) {
  const eventsOf = eventReader();
  let answer = null;
  /** @type {unknown[]} */
  const passages = [];
  for await (const part of parts) {
    for (const { type, data } of eventsOf(part)) {
      if (type === "answer") {
        answer = parsed(data);
      } else if (type === "passage") {
        passages.push(parsed(data));
      } else if (type === "error") {
        const problem = parsed(data);
        throw problemOf(Number(problem?.status), problem);
      } else if (type === "done") {
        if (answer === null || parsed(data)?.passages !== passages.length) {
          throw new Failure("cutOff");
        }
        return { ...answer, passages };
      }
    }
  }
  throw new Failure("cutOff");
}
