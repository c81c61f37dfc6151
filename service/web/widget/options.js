/** What a page has set. */

import { webAddress } from "../chat/dom.js";
import { ENGLISH, textsIn } from "../chat/texts/index.js";

/**
 * @import { Texts } from "../chat/texts/index.js"
 * @typedef {ReturnType<typeof optionsOf>} Options
 */

const TEXT_ATTRIBUTES = ["title", "greeting", "placeholder", "disclaimer"];
export const ATTRIBUTES = [
  ...[
    "endpoint",
    "key",
    "colour",
    "color",
    "position",
    "theme",
    "language",
    "texts",
    "suggestions",
    "passages",
    "filters",
  ],
  ...TEXT_ATTRIBUTES,
];
/** Characters of the longest question. */
export const LONGEST = 2_000;

const FILTERS = ["document_id", "publisher", "published", "language", "tag", "extra"];
const RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|ks|ku-arab|ps|sd|syr|ug|ur|yi)(-|$)/i;

/** The warnings that were given, so that each is given once. @type {Set<string>} */
const warned = new Set();

export function warn(/** @type {string} */ sentence) {
  if (!warned.has(sentence)) {
    warned.add(sentence);
    console.warn(`Footnote: ${sentence}`);
  }
}

/**
 * Read the attributes of an element. One that cannot be used gives a warning and the default.
 *
 * @param {HTMLElement} host
 * @param {string | null} home The endpoint where none is named.
 */
export function optionsOf(host, home) {
  const wantedTexts = `a JSON object of texts, with keys among ${Object.keys(ENGLISH).join(", ")}`;
  const given = read(host, "texts", null, givenTexts, wantedTexts);
  const spoken = host.closest("[lang]")?.getAttribute("lang") || document.documentElement.lang;
  const pageLanguage = textsIn(spoken) === undefined && given === null ? "en" : spoken || "en";
  const language = read(
    host,
    "language",
    canonical(pageLanguage) ?? "en",
    (tag) => (textsIn(tag) === undefined && given === null ? null : canonical(tag)),
    "en, es, or a language whose texts the attribute texts gives",
  );
  /** @type {Texts} */
  const texts = { ...(textsIn(language) ?? ENGLISH), ...given };
  const colour = host.hasAttribute("colour") ? "colour" : "color";
  return {
    endpoint: read(host, "endpoint", home, addressOf, "an address such as https://ask.example.org"),
    key: read(host, "key", "", matching(/^[!-~]+$/), "a key from the service's operator"),
    inline: read(host, "mode", "inline", oneOf("inline", "launcher"), "inline or launcher") === "inline",
    title: host.getAttribute("title")?.trim() || texts.title,
    colour: read(
      host,
      colour,
      null,
      (value) => (CSS.supports("color", value) ? value : null),
      "a CSS colour such as #0b5394",
    ),
    corner: read(
      host,
      "position",
      ["bottom", "end"],
      cornerOf,
      "bottom or top, a hyphen, and end, start, left or right",
    ),
    theme: read(host, "theme", "auto", oneOf("auto", "light", "dark"), "auto, light or dark"),
    language,
    direction: RIGHT_TO_LEFT.test(language) ? "rtl" : "ltr",
    texts,
    greeting: host.getAttribute("greeting") ?? texts.greeting,
    placeholder: host.getAttribute("placeholder") || texts.placeholder,
    followUp: host.getAttribute("placeholder") || texts.followUp,
    disclaimer: host.getAttribute("disclaimer") ?? "",
    suggestions: read(host, "suggestions", [], questionsOf, "a JSON list of questions"),
    passages: read(host, "passages", null, matching(/^([1-9]\d?|100)$/), "a whole number from 1 to 100"),
    filters: read(host, "filters", {}, filtersOf, `a JSON object with keys among ${FILTERS.join(", ")}`, null),
  };
}

/**
 * @template D, T
 * @param {HTMLElement} host
 * @param {string} name
 * @param {D} fallback
 * @param {(value: string) => T | null} parse Null, or an exception, for what cannot be used.
 * @param {string} wanted What it must be.
 * @param {D | T} unusable What to return for a value that cannot be used.
 * @returns {D | T}
 */
function read(host, name, fallback, parse, wanted, unusable = fallback) {
  const value = host.getAttribute(name)?.trim() ?? "";
  if (value === "") {
    return fallback;
  }
  try {
    const parsed = parse(value);
    if (parsed !== null) {
      return parsed;
    }
  } catch {
    // warned of below
  }
  const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  const effect = unusable === fallback ? "The default is used." : "No question is asked.";
  warn(`the attribute ${name} must be ${wanted}, not "${shown}". ${effect}`);
  return unusable;
}

/** @returns {(value: string) => string | null} */
function oneOf(/** @type {string[]} */ ...known) {
  return (value) => (known.includes(value) ? value : null);
}

function matching(/** @type {RegExp} */ pattern) {
  return (/** @type {string} */ value) => (pattern.test(value) ? value : null);
}

function addressOf(/** @type {string} */ value) {
  return webAddress(value)?.href.replace(/\/$/, "") ?? null;
}

function canonical(/** @type {string} */ tag) {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

function cornerOf(/** @type {string} */ value) {
  return /^(bottom|top)-(start|end|left|right)$/.test(value) ? value.split("-") : null;
}

/** @returns {Partial<Texts> | null} */
function givenTexts(/** @type {string} */ value) {
  const given = objectOf(value, Object.keys(ENGLISH));
  return given !== null && Object.values(given).every((text) => typeof text === "string") ? given : null;
}

function filtersOf(/** @type {string} */ value) {
  return objectOf(value, FILTERS);
}

/**
 * @param {string} value
 * @param {string[]} known
 */
function objectOf(value, known) {
  const given = JSON.parse(value);
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  return isObject && Object.keys(given).every((key) => known.includes(key)) ? given : null;
}

/** @returns {string[] | null} */
function questionsOf(/** @type {string} */ value) {
  const given = JSON.parse(value);
  return Array.isArray(given) && given.every((question) => typeof question === "string") ? given : null;
}
