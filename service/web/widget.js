/**
 * Footnote's chat, for any page: `<script async src="https://HOST/widget.js"></script>` adds a launcher, and
 * `<footnote-chat>` stands wherever a page puts it. docs/widget.md says what can be set, styled and listened to.
 *
 * It is one classic script without dependencies. Words of documents, titles and questions only ever become text
 * nodes and attribute values, nothing is parsed as markup or run as code, and styles are constructed sheets, so that
 * it works under a strict Content-Security-Policy and under Trusted Types without a policy of its own.
 */
(() => {
  "use strict";

  /**
   * @typedef {{ start: number, end: number }} Span `[start, end)` in code points.
   * @typedef {{
   *   document_id: string, revision: string, title: string, publisher: string | null, authors: string[],
   *   published: string | null, language: string | null, url: string | null, page: number | null,
   *   section: string | null, start: number, end: number, href: string, source_href: string | null,
   * }} Citation
   * @typedef {{ text: string, highlights: Span[], citation: Citation, also_found_in: Citation[] }} Passage
   * @typedef {{
   *   status: "answered" | "not_found", confidence: { level: string }, generation: number,
   *   answer: { text: string, citation: Citation } | null, passages: Passage[],
   *   interpretation: { turns: number[] } | null,
   * }} Answer
   * @typedef {{ role: "user" | "assistant", content: string }} Message
   * @typedef {"up" | "down"} Rating
   * @typedef {{ rating: Rating, id: string }} Rated
   * @typedef {{
   *   question: string, answer?: Answer, readWith?: string[], alone?: boolean, rated?: Rated | null,
   *   failure?: FailureKind, asking?: AbortController,
   * }} Turn A question and what became of it; one with neither answer, failure nor request was left behind on another page.
   * @typedef {"unreachable" | "refused" | "slow" | "cutOff" | "unreadable" | "busy" | "rejected" | "tooLong" | "stopped"
   *   } FailureKind
   * @typedef {Record<keyof typeof ENGLISH, string>} Texts
   * @typedef {{
   *   endpoint: string | null, key: string | null, inline: boolean, title: string, colour: string | null, place: string[],
   *   theme: string, language: string, rightToLeft: boolean, texts: Texts, greeting: string, placeholder: string,
   *   disclaimer: string, suggestions: string[], passages: number, filters: object,
   * }} Options
   */

  const NAME = "footnote-chat";
  const SILENCE_MS = 30_000; // a service that sends nothing, not even a keep-alive, is given up after this
  const PROBE_MS = 5_000;
  const MAX_QUESTION = 2_000;
  const SENT_MESSAGES = 12;
  const KEPT_TURNS = 20;
  const KEPT_CHARACTERS = 400_000; // browsers give a site some 5 million
  const CONTRAST = 4.6; // WCAG AA asks for 4.5
  const COVERING = "(max-width: 30em), (max-height: 26em)";
  const RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|ks|ku-arab|ps|sd|syr|ug|ur|yi)(-|$)/i;

  // Texts

  const ENGLISH = {
    title: "Ask the documents",
    greeting: "Ask a question. The answer comes in the documents’ own words, with its source.",
    placeholder: "Your question",
    ask: "Ask",
    close: "Close",
    restart: "New conversation",
    conversation: "Conversation",
    asked: "You asked:",
    searching: "Looking in the documents…",
    stop: "Stop",
    retry: "Try again",
    notFound: "Not in these documents.",
    notFoundWhy: "No passage answers this question well enough to be quoted as an answer.",
    context: "Read together with “{question}”.",
    alone: "Ask it alone",
    passage: "The passage around it",
    passages: "The passage around it, and {n} more",
    nearestOne: "The nearest passage",
    nearest: "The {n} nearest passages",
    page: "p. {n}",
    original: "original at {host}",
    alsoIn: "Word for word also in",
    newTab: "(opens in a new tab)",
    very_high: "Confidence: very high.",
    high: "Confidence: high.",
    medium: "Confidence: medium. Read the passage before you quote it.",
    low: "Confidence: low. Read the passage: it may not answer the question.",
    helpful: "Was this helpful?",
    up: "Helpful",
    down: "Not helpful",
    unsaved: "Your rating could not be saved. Try again.",
    unanswered: "No answer came.",
    unreachable: "The service cannot be reached. It may have stopped, or the connection is down.",
    refused: "The service does not take questions from this site.",
    slow: "The service has sent nothing for 30 seconds. It may be busy.",
    cutOff: "The answer was cut off before it was complete.",
    unreadable: "The service answered in a way that cannot be read here.",
    busy: "The service cannot answer at the moment.",
    rejected: "The service cannot use this question.",
    tooLong: "This question is too long. At most 2,000 characters can be asked.",
    stopped: "Stopped.",
  };

  /** @type {Texts} */
  const SPANISH = {
    title: "Pregunte a los documentos",
    greeting: "Haga una pregunta. La respuesta viene en las palabras de los documentos, con su fuente.",
    placeholder: "Su pregunta",
    ask: "Preguntar",
    close: "Cerrar",
    restart: "Nueva conversación",
    conversation: "Conversación",
    asked: "Usted preguntó:",
    searching: "Buscando en los documentos…",
    stop: "Detener",
    retry: "Intentar de nuevo",
    notFound: "No está en estos documentos.",
    notFoundWhy: "Ningún pasaje responde a esta pregunta lo bastante bien como para citarlo como respuesta.",
    context: "Leída junto con «{question}».",
    alone: "Preguntar sin contexto",
    passage: "El pasaje completo",
    passages: "El pasaje completo y {n} más",
    nearestOne: "El pasaje más cercano",
    nearest: "Los {n} pasajes más cercanos",
    page: "p. {n}",
    original: "original en {host}",
    alsoIn: "Palabra por palabra también en",
    newTab: "(se abre en otra pestaña)",
    very_high: "Confianza: muy alta.",
    high: "Confianza: alta.",
    medium: "Confianza: media. Lea el pasaje antes de citarlo.",
    low: "Confianza: baja. Lea el pasaje: puede que no responda a la pregunta.",
    helpful: "¿Le ha servido?",
    up: "Útil",
    down: "No útil",
    unsaved: "No se pudo guardar su valoración. Inténtelo de nuevo.",
    unanswered: "No llegó ninguna respuesta.",
    unreachable: "No se puede conectar con el servicio. Quizá se ha detenido o no hay conexión.",
    refused: "El servicio no acepta preguntas desde este sitio.",
    slow: "El servicio no ha enviado nada en 30 segundos. Quizá está ocupado.",
    cutOff: "La respuesta se cortó antes de estar completa.",
    unreadable: "El servicio respondió de una forma que aquí no se puede leer.",
    busy: "El servicio no puede responder en este momento.",
    rejected: "El servicio no puede usar esta pregunta.",
    tooLong: "Esta pregunta es demasiado larga. Se admiten 2.000 caracteres como máximo.",
    stopped: "Detenida.",
  };

  /** @type {Record<string, Texts>} */
  const SHIPPED = { en: ENGLISH, es: SPANISH };

  /**
   * A text with its `{places}` filled in, in one pass: what is filled in is not looked at again.
   *
   * @param {string} text
   * @param {Record<string, string | number>} values
   */
  function filled(text, values) {
    return text.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
  }

  // Styles: one sheet for all, one more for an element's own colour

  const DARK = `
    color-scheme: dark;
    --paper: var(--footnote-paper, #1a1714);
    --ink: var(--footnote-ink, #ebe4d8);
    --quiet: var(--footnote-quiet, #b5ac9f);
    --line: var(--footnote-line, #83796c);
    --tint: var(--footnote-tint, #2b2621);
    --mark: var(--footnote-mark, #5a4420);
    --accent: #efa48f;
    --on-accent: #1f1410;
    --accent-ink: #efa48f;`;

  const STYLES = `
:host { all: initial; display: block; }
:host([hidden]) { display: none; }
.root {
  display: contents;
  color-scheme: light;
  --paper: var(--footnote-paper, #fbf8f1);
  --ink: var(--footnote-ink, #221d17);
  --quiet: var(--footnote-quiet, #5f564b);
  --line: var(--footnote-line, #8b8173);
  --tint: var(--footnote-tint, #f0eadd);
  --mark: var(--footnote-mark, #f3dfb4);
  --accent: #8a2b1d;
  --on-accent: #fffdf8;
  --accent-ink: #8a2b1d;
  --radius: var(--footnote-radius, 4px);
  --gap: var(--footnote-gap, 1.25em);
  --font: var(--footnote-font, "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", P052, Charter, Georgia, serif);
}
@media (prefers-color-scheme: dark) { .root[data-theme="auto"] { ${DARK} } }
.root[data-theme="dark"] { ${DARK} }
* { box-sizing: border-box; }
.launcher, .frame, .chat, button, textarea { font: 1em/1.5 var(--font); }
p, h2, ol, figure, blockquote { margin: 0; padding: 0; }
button {
  min-block-size: 2.25em;
  padding: 0.25em 0.9em;
  color: var(--ink);
  background: transparent;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  cursor: pointer;
}
button:hover { background: var(--tint); }
.launcher, .send { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
.launcher:hover, .send:hover { background: var(--accent); text-decoration: underline; text-underline-offset: 0.2em; }
:focus-visible { outline: 2px solid var(--accent-ink); outline-offset: 2px; }
.launcher:focus-visible { outline-color: var(--ink); box-shadow: 0 0 0 2px var(--paper); }
.launcher {
  position: fixed;
  z-index: var(--footnote-z-index, 2147483000);
  max-inline-size: min(20em, 100vw - 2 * var(--gap));
  min-block-size: 3em;
  padding-inline: 1.2em;
  overflow: hidden;
  white-space: nowrap;
  text-overflow: ellipsis;
  border-radius: var(--footnote-launcher-radius, 1.5em);
  box-shadow: 0 2px 10px rgb(0 0 0 / 0.25);
}
.launcher::before, .title::before { content: "*"; content: "*" / ""; margin-inline-end: 0.35em; }
.title::before { color: var(--accent-ink); }
.bottom { inset-block-end: var(--gap); }
.top { inset-block-start: var(--gap); }
.start { inset-inline-start: var(--gap); }
.end { inset-inline-end: var(--gap); }
.left { left: var(--gap); }
.right { right: var(--gap); }
.frame { color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: var(--radius); }
section.frame { block-size: var(--footnote-height, 34em); max-block-size: 100vh; overflow: hidden; }
dialog.frame {
  position: fixed;
  z-index: var(--footnote-z-index, 2147483000);
  inline-size: min(var(--footnote-width, 25em), 100vw - 2 * var(--gap));
  block-size: min(var(--footnote-height, 38em), 100vh - 2 * var(--gap) - 3.75em);
  block-size: min(var(--footnote-height, 38em), 100dvh - 2 * var(--gap) - 3.75em);
  max-inline-size: none;
  max-block-size: none;
  margin: 0;
  padding: 0;
  overflow: hidden;
  box-shadow: 0 8px 32px rgb(0 0 0 / 0.28);
}
dialog.frame:not([open]) { display: none; }
dialog.start { inset-inline-end: auto; }
dialog.left { right: auto; }
dialog.end { inset-inline-start: auto; }
dialog.right { left: auto; }
dialog.bottom { inset-block: auto calc(var(--gap) + 3.75em); }
dialog.top { inset-block: calc(var(--gap) + 3.75em) auto; }
dialog.covering { inset: 0; inline-size: 100%; block-size: 100vh; block-size: 100dvh; border: 0; border-radius: 0; }
.chat { display: flex; flex-direction: column; block-size: 100%; overflow-wrap: anywhere; text-align: start; }
.header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5em; padding-block: 0.5em; padding-inline: 1em 0.5em; border-block-end: 1px solid var(--line); }
.title { flex: 1 1 5em; overflow-wrap: break-word; font-size: 1.0625em; font-weight: 400; font-style: italic; line-height: 1.25; }
.header button, .small { font-size: 0.875em; border-color: transparent; padding-inline: 0.6em; }
.small { padding: 0.1em 0.5em; border-color: var(--line); min-block-size: 1.9em; }
.header .close { font-size: 1.25em; line-height: 1; min-inline-size: 1.8em; min-block-size: 1.8em; padding: 0; }
.log { flex: 1; position: relative; min-block-size: 5em; overflow-y: auto; overscroll-behavior: contain; padding: 1em; }
.log:focus-visible { outline-offset: -2px; }
.greeting { white-space: pre-wrap; }
.suggestions { display: flex; flex-direction: column; align-items: start; gap: 0.5em; margin-block-start: 1em; }
.suggestions button { text-align: start; }
.turn + .turn { margin-block-start: 2em; padding-block-start: 1.5em; border-block-start: 1px solid var(--line); }
.question { padding: 0.4em 0.8em; margin-block-end: 1em; background: var(--tint); border: 1px solid transparent; border-radius: var(--radius); white-space: pre-wrap; }
.context, .confidence, .source, .feedback, .disclaimer { font-size: 0.875em; color: var(--quiet); }
.context { margin-block-end: 0.75em; }
.quotation, .passage { white-space: pre-wrap; unicode-bidi: plaintext; }
.quotation { font-size: 1.1875em; line-height: 1.4; }
.quotation span::before { content: open-quote; }
.quotation span::after { content: close-quote; }
.source { margin-block-start: 0.5em; line-height: 1.45; }
figure > .source::before { content: ""; display: block; inline-size: 4em; margin-block: 0.8em 0.5em; border-block-start: 1px solid var(--line); }
.source cite { font-style: italic; }
a { color: var(--ink); text-decoration-color: var(--accent-ink); text-underline-offset: 0.2em; }
a:hover { color: var(--accent-ink); }
.confidence { margin-block-start: 0.5em; }
mark { color: inherit; background: var(--mark); padding-block: 0.1em; }
details { margin-block-start: 0.75em; }
summary::marker { color: var(--accent-ink); }
summary { padding-block: 0.2em; min-block-size: 24px; cursor: pointer; }
.passages { list-style: none; }
.passages li { margin-block-start: 0.75em; padding-inline-start: 0.8em; border-inline-start: 2px solid var(--line); font-size: 0.9375em; }
.passages li + li { margin-block-start: 1.5em; }
.feedback { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25em; margin-block-start: 0.75em; }
.feedback button { min-inline-size: 2.25em; min-block-size: 2.25em; padding: 0.3em; border-color: transparent; line-height: 0; }
.feedback button[aria-pressed="true"] { color: var(--on-accent); background: var(--accent); border-color: var(--accent); }
svg { inline-size: 1.25em; block-size: 1.25em; fill: none; stroke: currentcolor; stroke-width: 1.6; stroke-linejoin: round; }
.down svg { transform: rotate(180deg); }
.failure { padding-inline-start: 0.8em; border-inline-start: 2px solid var(--accent-ink); }
.failure button, .searching button { margin-block-start: 0.5em; }
.searching span::after { content: ""; display: inline-block; inline-size: 0.5em; block-size: 0.5em; margin-inline-start: 0.5em; background: var(--accent-ink); border-radius: 50%; animation: breathe 1.2s ease-in-out infinite alternate; }
@keyframes breathe { from { opacity: 0.15; } }
.writing { display: flex; align-items: end; gap: 0.5em; padding: 0.75em; border-block-start: 1px solid var(--line); }
textarea { flex: 1; min-inline-size: 0; min-block-size: 2.6em; max-block-size: 8em; padding: 0.5em 0.6em; field-sizing: content; resize: none; color: var(--ink); background: transparent; border: 1px solid var(--line); border-radius: var(--radius); }
textarea:focus-visible { outline-offset: 0; }
textarea::placeholder { color: var(--quiet); opacity: 1; }
.send { min-block-size: 2.6em; }
.disclaimer { padding: 0 0.9em 0.75em; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation: none !important; } }
@media (forced-colors: active) {
  mark { forced-color-adjust: none; color: MarkText; background: Mark; }
  .feedback button[aria-pressed="true"] { forced-color-adjust: none; color: HighlightText; background: Highlight; }
}
@media print { .launcher, dialog.frame { display: none; } }
`;

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);

  const PAPERS = { light: [0.984, 0.973, 0.945], dark: [0.102, 0.09, 0.078] };

  /**
   * The rules for an accent: what stands on it is black or white, and where it is itself a text's or a line's colour it
   * is darkened or lightened until it stands out from the paper.
   *
   * @param {number[]} accent sRGB, each in [0, 1].
   */
  function accentRules(accent) {
    const onAccent = contrast(accent, [1, 1, 1]) >= contrast(accent, [0, 0, 0]) ? "#fff" : "#000";
    const dark = `--accent-ink: ${css(standingOut(accent, PAPERS.dark, 1))};`;
    return `.root { --accent: ${css(accent)} !important; --on-accent: ${onAccent} !important;
      --accent-ink: ${css(standingOut(accent, PAPERS.light, 0))}; }
      @media (prefers-color-scheme: dark) { .root[data-theme="auto"] { ${dark} } }
      .root[data-theme="dark"] { ${dark} }`;
  }

  /**
   * @param {number[]} colour
   * @param {number[]} paper
   * @param {0 | 1} end Towards black or towards white.
   */
  function standingOut(colour, paper, end) {
    for (let share = 0; share < 1; share += 0.05) {
      const mixed = colour.map((channel) => channel + (end - channel) * share);
      if (contrast(mixed, paper) >= CONTRAST) {
        return mixed;
      }
    }
    return [end, end, end];
  }

  /**
   * WCAG's contrast ratio.
   *
   * @param {number[]} a
   * @param {number[]} b
   */
  function contrast(a, b) {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (/** @type {number} */ (light) + 0.05) / (/** @type {number} */ (dark) + 0.05);
  }

  function luminance(/** @type {number[]} */ colour) {
    const [red = 0, green = 0, blue = 0] = colour.map((channel) =>
      channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function css(/** @type {number[]} */ colour) {
    return `rgb(${colour.map((channel) => Math.round(channel * 255)).join(" ")})`;
  }

  /**
   * The sRGB channels of a computed colour; null if it lets anything shine through.
   *
   * @param {string} computed `rgb(…)` in 255ths, or `color(srgb …)`.
   */
  function channels(computed) {
    const numbers = (computed.match(/-?[\d.]+(e-?\d+)?/g) ?? []).map(Number);
    const scale = computed.startsWith("rgb") ? 255 : 1;
    if (numbers.length < 3 || (numbers[3] ?? 1) < 1) {
      return null;
    }
    return numbers.slice(0, 3).map((channel) => Math.min(Math.max(channel / scale, 0), 1));
  }

  // Elements, made without markup

  /**
   * @template {keyof HTMLElementTagNameMap} Tag
   * @param {Tag} tag
   * @param {Record<string, string | null>} attributes Those that are null are left out.
   * @param {(Node | string | null)[]} children Strings become text nodes.
   * @returns {HTMLElementTagNameMap[Tag]}
   */
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null) {
        made.setAttribute(name, value);
      }
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  /**
   * @param {Record<string, string | null>} attributes
   * @param {(Node | string | null)[]} children
   * @param {() => void} pressed
   */
  function button(attributes, children, pressed) {
    const made = element("button", { type: "button", ...attributes }, ...children);
    made.addEventListener("click", pressed);
    return made;
  }

  function thumb() {
    const namespace = "http://www.w3.org/2000/svg";
    const picture = document.createElementNS(namespace, "svg");
    picture.setAttribute("viewBox", "0 0 24 24");
    picture.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(namespace, "path");
    path.setAttribute("d", "M3 10h4v11H3zM7 10l4.5-7.5c2 0 3 1.2 2.5 3L13 9h6.5c1.4 0 2 1 1.8 2.2l-1.6 7.6C19.4 20.2 18.5 21 17 21H7");
    picture.append(path);
    return picture;
  }

  /** The attributes of what shows a document's words: its language, and the direction its letters ask for. */
  function wordsOf(/** @type {Citation} */ { language }) {
    return { lang: language, dir: "auto" };
  }

  /** A document's words amid ours, unable to turn the direction of the line around them. */
  function words(/** @type {string} */ text, /** @type {string | null} */ language) {
    return element("bdi", { lang: language }, text);
  }

  /**
   * A passage with what answers marked.
   *
   * @param {string} text
   * @param {Span[]} highlights
   */
  function markedWords(text, highlights) {
    const points = Array.from(text); // offsets count code points
    const nodes = [];
    let at = 0;
    for (const { start, end } of [...highlights].sort((a, b) => a.start - b.start)) {
      if (at <= start && start < end && end <= points.length) {
        nodes.push(points.slice(at, start).join(""), element("mark", { part: "mark" }, points.slice(start, end).join("")));
        at = end;
      }
    }
    return [...nodes, points.slice(at).join("")];
  }

  /**
   * A web address; null if it is anything else, such as a `javascript:` one, which must never become a link.
   *
   * @param {string | null} address
   * @param {string} [base]
   */
  function webAddress(address, base) {
    try {
      const url = new URL(/** @type {string} */ (address), base);
      return address !== null && ["http:", "https:"].includes(url.protocol) ? url : null;
    } catch {
      return null;
    }
  }

  // What a page has set

  const TEXT_ATTRIBUTES = ["title", "greeting", "placeholder", "disclaimer"];
  const ATTRIBUTES = [
    ...["endpoint", "key", "colour", "color", "position", "theme", "language", "texts", "suggestions", "passages", "filters"],
    ...TEXT_ATTRIBUTES,
  ];
  const FILTERS = ["publisher", "document_id", "language", "tag", "published"];

  /** What has been warned of, so that it is said once. @type {Set<string>} */
  const warned = new Set();

  function warn(/** @type {string} */ sentence) {
    if (!warned.has(sentence)) {
      warned.add(sentence);
      console.warn(`Footnote: ${sentence}`);
    }
  }

  /**
   * What the attributes of an element say; where one cannot be used, a warning and the default.
   *
   * @param {HTMLElement} host
   * @param {string | null} home The endpoint where none is named.
   * @returns {Options}
   */
  function optionsOf(host, home) {
    /**
     * @template T
     * @param {string} name
     * @param {T} fallback
     * @param {(value: string) => T | null} parse Null, or an exception, for what cannot be used.
     * @param {string} wanted What it must be.
     */
    function read(name, fallback, parse, wanted) {
      const value = host.getAttribute(name)?.trim() ?? "";
      if (value === "") {
        return fallback;
      }
      let parsed = null;
      try {
        parsed = parse(value);
      } catch {
        // said below
      }
      if (parsed === null) {
        const shown = value.length > 60 ? `${value.slice(0, 60)}…` : value;
        warn(`the attribute ${name} must be ${wanted}, not "${shown}". The default is used.`);
      }
      return parsed ?? fallback;
    }

    /** @type {(...known: string[]) => (value: string) => string | null} */
    const oneOf = (...known) => (value) => (known.includes(value) ? value : null);

    const given = read("texts", null, givenTexts, `a JSON object of texts, with keys among ${Object.keys(ENGLISH).join(", ")}`);
    const spoken = host.closest("[lang]")?.getAttribute("lang") || document.documentElement.lang;
    const pageLanguage = SHIPPED[primary(spoken)] === undefined && given === null ? "en" : spoken || "en";
    const language = read(
      "language",
      canonical(pageLanguage) ?? "en",
      (tag) => (SHIPPED[primary(tag)] === undefined && given === null ? null : canonical(tag)),
      "en, es, or a language whose texts the attribute texts gives",
    );
    /** @type {Texts} */
    const texts = { ...(SHIPPED[primary(language)] ?? ENGLISH), ...given };
    const colour = host.hasAttribute("colour") ? "colour" : "color";
    return {
      endpoint: read("endpoint", home, (value) => webAddress(value)?.href.replace(/\/$/, "") ?? null, "an address such as https://ask.example.org"),
      key: read("key", null, (value) => (/^[!-~]+$/.test(value) ? value : null), "a key as the service's operator gives it"),
      inline: read("mode", "inline", oneOf("inline", "launcher"), "inline or launcher") === "inline",
      title: host.getAttribute("title")?.trim() || texts.title,
      colour: read(colour, null, (value) => (CSS.supports("color", value) ? value : null), "a CSS colour such as #0b5394"),
      place: read("position", ["bottom", "end"], placeOf, "bottom or top, a hyphen, and end, start, left or right"),
      theme: read("theme", "auto", oneOf("auto", "light", "dark"), "auto, light or dark"),
      language,
      rightToLeft: RIGHT_TO_LEFT.test(language),
      texts,
      greeting: host.getAttribute("greeting") ?? texts.greeting,
      placeholder: host.getAttribute("placeholder") || texts.placeholder,
      disclaimer: host.getAttribute("disclaimer") ?? "",
      suggestions: read("suggestions", [], questionsOf, "a JSON list of questions"),
      passages: read("passages", 5, (value) => (/^([1-9]\d?|100)$/.test(value) ? Number(value) : null), "a whole number from 1 to 100"),
      filters: read("filters", {}, filtersOf, `a JSON object with keys among ${FILTERS.join(", ")}`),
    };
  }

  function primary(/** @type {string} */ tag) {
    return (tag.split("-")[0] ?? "").toLowerCase();
  }

  function canonical(/** @type {string} */ tag) {
    try {
      return Intl.getCanonicalLocales(tag)[0] ?? null;
    } catch {
      return null;
    }
  }

  function placeOf(/** @type {string} */ value) {
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
    const fits = typeof given === "object" && given !== null && Object.keys(given).every((key) => known.includes(key));
    return fits ? given : null;
  }

  /** @returns {string[] | null} */
  function questionsOf(/** @type {string} */ value) {
    const given = JSON.parse(value);
    return Array.isArray(given) && given.every((question) => typeof question === "string") ? given : null;
  }

  // Talking to the service

  /** Why there is no answer. */
  class Failure extends Error {
    /**
     * @param {FailureKind} kind
     * @param {string} [detail] For whoever looks after the page; visitors are told the kind in their language.
     */
    constructor(kind, detail = "") {
      super(detail);
      this.kind = kind;
    }
  }

  /**
   * Ask, as a stream if the service streams.
   *
   * @param {string} endpoint
   * @param {string | null} key The site's, if the service has given it one.
   * @param {object} request The body, see docs/http-api.md.
   * @param {AbortSignal} signal
   * @returns {Promise<Answer>}
   */
  async function chat(endpoint, key, request, signal) {
    const ending = new AbortController();
    signal.addEventListener("abort", () => ending.abort(new Failure("stopped")), { once: true });
    let timer = 0;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => ending.abort(new Failure("slow")), SILENCE_MS);
    };
    heard();
    let begun = false;
    try {
      const response = await send(`${endpoint}/v1/chat`, "POST", key, request, ending.signal);
      begun = true;
      if (response.ok && mediaType(response) === "text/event-stream") {
        return await streamed(response, heard);
      }
      let text = "";
      for await (const part of textOf(response)) {
        heard();
        text += part;
      }
      if (!response.ok) {
        throw problemOf(response.status, mediaType(response) === "application/problem+json" ? text : "");
      }
      return answerOf(parsed(text));
    } catch (error) {
      if (ending.signal.aborted) {
        throw ending.signal.reason;
      }
      throw error instanceof Failure ? error : begun ? new Failure("cutOff") : await unreachable(endpoint);
    } finally {
      clearTimeout(timer);
      ending.abort(); // frees the connection, whatever is left in it
    }
  }

  /**
   * @param {string} address
   * @param {string} method
   * @param {string | null} key
   * @param {object | null} body
   * @param {AbortSignal} signal
   */
  function send(address, method, key, body, signal) {
    return fetch(address, {
      method,
      signal,
      body: body === null ? null : JSON.stringify(body),
      headers: {
        ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
        ...(body === null ? {} : { "Content-Type": "application/json", Accept: "text/event-stream, application/json;q=0.5" }),
      },
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
    });
  }

  function mediaType(/** @type {Response} */ response) {
    return (response.headers.get("Content-Type") ?? "").split(";")[0]?.trim().toLowerCase();
  }

  /**
   * A body's text as it comes; a character that two parts share comes whole with the second.
   *
   * @param {Response} response
   */
  async function* textOf(response) {
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
      yield decoder.decode(part.value, { stream: true });
    }
  }

  /**
   * @param {Response} response
   * @param {() => void} heard
   * @returns {Promise<Answer>}
   */
  async function streamed(response, heard) {
    const eventsOf = eventReader();
    let answer = null;
    /** @type {unknown[]} */
    const passages = [];
    for await (const part of textOf(response)) {
      heard();
      for (const { type, data } of eventsOf(part)) {
        if (type === "answer") {
          answer = parsed(data);
        } else if (type === "passage") {
          passages.push(parsed(data));
        } else if (type === "error") {
          throw problemOf(Number(parsed(data)?.status), data);
        } else if (type === "done") {
          if (answer === null || parsed(data)?.passages !== passages.length) {
            throw new Failure("cutOff");
          }
          return answerOf({ ...answer, passages });
        }
      }
    }
    throw new Failure("cutOff");
  }

  /**
   * Reads server-sent events out of text that comes in parts cut anywhere. What lies unfinished at the end is no event.
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

  function parsed(/** @type {string} */ json) {
    try {
      return JSON.parse(json);
    } catch {
      throw new Failure("unreadable");
    }
  }

  /** What claims to be an answer; a `Failure` if it is none. */
  function answerOf(/** @type {any} */ given) {
    const fits =
      Array.isArray(given?.passages) &&
      (given.status === "not_found" || (given.status === "answered" && typeof given.answer?.text === "string"));
    if (!fits) {
      throw new Failure("unreadable");
    }
    return given;
  }

  /**
   * @param {number} status
   * @param {string} problem RFC 9457 problem details, or nothing.
   */
  function problemOf(status, problem) {
    const { detail = "", errors = [] } = problem === "" ? {} : (parsed(problem) ?? {});
    const told = [detail, ...Array.from(errors, (error) => `${error.pointer}: ${error.detail}`)].join(" ");
    /** @type {Record<number, FailureKind>} */
    const kinds = { 401: "refused", 403: "refused", 404: "unreachable", 405: "unreachable", 408: "busy", 429: "busy" };
    return new Failure(kinds[status] ?? (status >= 400 && status < 500 ? "rejected" : "busy"), told || `status ${status}`);
  }

  /**
   * Browsers do not tell a service that is gone from one that does not let this page's origin ask. The widget's own file
   * may be had from anywhere: if that comes, it is the latter.
   *
   * @param {string} endpoint
   */
  async function unreachable(endpoint) {
    if (new URL(endpoint).origin === location.origin) {
      return new Failure("unreachable");
    }
    try {
      const response = await send(`${endpoint}/widget.js`, "HEAD", null, null, AbortSignal.timeout(PROBE_MS));
      if (!response.ok) {
        return new Failure("unreachable");
      }
    } catch {
      return new Failure("unreachable");
    }
    return new Failure("refused", `${endpoint} does not allow ${location.origin}; its operator can, with FOOTNOTE_ORIGINS.`);
  }

  // The conversation, kept for this tab

  /**
   * @param {string} key
   * @returns {{ opened: boolean, turns: Turn[] }} What was kept; nothing if it was not, may not be had or is damaged.
   */
  function recall(key) {
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) ?? "");
      const turns = [...kept.turns].map(({ question, answer, readWith, alone, rated }) => ({
        question: String(question),
        ...(answer === undefined ? {} : { answer: answerOf(answer), readWith, alone, rated }),
      }));
      return { opened: kept.opened === true, turns };
    } catch {
      return { opened: false, turns: [] };
    }
  }

  /**
   * @param {string} key
   * @param {boolean} opened
   * @param {Turn[]} turns The oldest are let go where all are too much.
   */
  function keep(key, opened, turns) {
    const kept = turns.slice(-KEPT_TURNS).map(({ asking, failure, ...turn }) => turn);
    let json = JSON.stringify({ opened, turns: kept });
    while (json.length > KEPT_CHARACTERS && kept.length > 0) {
      kept.shift();
      json = JSON.stringify({ opened, turns: kept });
    }
    try {
      sessionStorage.setItem(key, json);
    } catch {
      // denied or full: the conversation lasts as long as the page
    }
  }

  // The element

  const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;
  const home = script === null ? null : (webAddress(script.src)?.origin ?? null);

  class FootnoteChat extends HTMLElement {
    static observedAttributes = [...ATTRIBUTES, "mode"];

    /** @type {Options} */
    #options;
    /** @type {Turn[]} */
    #turns = [];
    #opened = false;
    #key = "";
    #feedback = true;
    #built = false;
    /** What had the focus before the dialog was opened. @type {HTMLElement | null} */
    #opener = null;
    /** The page's own overflow while it is locked. @type {string | null} */
    #overflow = null;
    /** @type {Map<Turn, HTMLElement>} */
    #shown = new Map();
    /** The options that the turns were shown with. */
    #shownWith = "";

    #colours = new CSSStyleSheet();
    #covering = matchMedia(COVERING);
    #root = element("div", { class: "root", title: "" }); // an empty title hides the host's from the pointer
    #launcher = button({ class: "launcher", part: "launcher", "aria-controls": "panel" }, [], () => this.#toggle());
    /** @type {HTMLElement} */
    #frame = element("section");
    #title = element("h2", { class: "title", part: "title", id: "title" });
    #restart = button({ part: "restart" }, [], () => this.clear());
    #close = button({ class: "close", part: "close" }, ["×"], () => this.close());
    #log = element("div", { class: "log", part: "log", role: "log", tabindex: "0" });
    #field = element("textarea", { part: "field", rows: "1", maxlength: String(MAX_QUESTION), enterkeyhint: "send", autocomplete: "off" });
    #send = button({ class: "send", part: "send" }, [], () => this.#submit());
    #disclaimer = element("p", { class: "disclaimer", part: "disclaimer" });
    #chat = element(
      "div",
      { class: "chat", part: "chat" },
      element("div", { class: "header", part: "header" }, this.#title, this.#restart, this.#close),
      this.#log,
      element("div", { class: "writing", part: "writing" }, this.#field, this.#send),
      this.#disclaimer,
    );

    constructor() {
      super();
      const shadow = this.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [sheet, this.#colours];
      shadow.append(this.#root);
      this.#options = optionsOf(document.createElement("div"), home);
      this.#root.addEventListener("keydown", (event) => this.#pressed(event));
    }

    /** Show the dialog of a launcher and go to its field. */
    open() {
      if (!this.isConnected) {
        return;
      }
      if (!this.#options.inline && !this.#opened) {
        const active = document.activeElement;
        this.#opener = active instanceof HTMLElement && active !== this && active !== document.body ? active : null;
        this.#opened = true;
        this.#showFrame();
        this.#keep();
        this.#tell("open", {});
      }
      this.#enter();
    }

    /** Hide the dialog of a launcher; a focus in it goes back to where it came from. */
    close() {
      if (this.#options.inline || !this.#opened) {
        return;
      }
      const focused = this.shadowRoot?.activeElement !== null;
      this.#opened = false;
      this.#hideFrame();
      this.#keep();
      if (focused) {
        (this.#opener?.isConnected ? this.#opener : this.#launcher).focus();
      }
      this.#tell("close", {});
    }

    /**
     * Ask a question as if it had been typed.
     *
     * @param {string} text
     * @returns {Promise<Answer | null>} The answer; null if none came or nothing was asked.
     */
    async ask(text) {
      const question = String(text).trim();
      if (question === "" || !this.isConnected) {
        return null;
      }
      if (!this.#options.inline && !this.#opened) {
        this.open();
      }
      this.#stop();
      const turn = { question };
      this.#turns.push(turn);
      this.#tell("question", { question });
      return this.#answer(turn);
    }

    /** Begin a new conversation. */
    clear() {
      const focused = this.shadowRoot?.activeElement !== null;
      this.#stop();
      this.#turns = [];
      this.#keep();
      this.#showTurns();
      if (focused) {
        this.#enter();
      }
    }

    connectedCallback() {
      this.#read(); // the page's language may be another one here
      if (!this.#built) {
        this.#built = true;
        this.#recall();
      }
      this.#covering.addEventListener("change", this.#fit);
      this.#apply();
      if (this.#opened && !this.#options.inline) {
        this.#showFrame();
      }
    }

    disconnectedCallback() {
      this.#covering.removeEventListener("change", this.#fit);
      this.#hideFrame();
      if (launched.has(this) && this.parentNode !== null) {
        withBody(() => document.querySelector(NAME) ?? document.body.append(this)); // it was the page's body that went
      }
      queueMicrotask(() => this.isConnected || this.#stop()); // unless it was only moved
    }

    attributeChangedCallback() {
      if (!this.#built) {
        return;
      }
      const { endpoint, inline } = this.#options;
      this.#read();
      if (this.#options.endpoint !== endpoint) {
        const opened = this.#opened;
        this.#stop();
        this.#recall();
        this.#opened = opened;
      }
      if (this.#options.inline !== inline) {
        this.#hideFrame();
      }
      this.#apply();
      if (this.isConnected && this.#opened && !this.#options.inline) {
        this.#showFrame();
      }
    }

    #read() {
      this.#options = optionsOf(this, home);
    }

    /** Take up the conversation that was held with this service on the page before. */
    #recall() {
      const nameless = [...document.querySelectorAll(`${NAME}:not([id])`)].indexOf(this);
      this.#key = `footnote ${this.#options.endpoint} ${this.id || (nameless > 0 ? nameless + 1 : "")}`.trimEnd();
      const { opened, turns } = recall(this.#key);
      this.#opened = opened;
      this.#turns = turns;
      this.#feedback = true;
    }

    #keep() {
      keep(this.#key, this.#opened, this.#turns);
    }

    /** Make everything as the attributes ask. */
    #apply() {
      const { inline, title, place, theme, language, rightToLeft, texts, placeholder, disclaimer } = this.#options;
      this.#root.dataset["theme"] = theme;
      this.#title.textContent = title;
      this.#launcher.replaceChildren(element("span", { lang: language, dir: rightToLeft ? "rtl" : "ltr" }, title));
      this.#launcher.className = ["launcher", ...place].join(" ");
      this.#chat.lang = language;
      this.#chat.dir = rightToLeft ? "rtl" : "ltr";
      this.#restart.textContent = texts.restart;
      this.#close.setAttribute("aria-label", texts.close);
      this.#close.hidden = inline;
      this.#log.setAttribute("aria-label", texts.conversation);
      this.#field.placeholder = placeholder;
      this.#field.setAttribute("aria-label", placeholder);
      this.#send.textContent = texts.ask;
      this.#disclaimer.textContent = disclaimer;
      this.#disclaimer.hidden = disclaimer === "";
      const tag = inline ? "section" : "dialog";
      if (this.#frame.localName !== tag || this.#frame.firstChild === null) {
        this.#frame = element(tag, { id: "panel", part: "panel", "aria-labelledby": "title" }, this.#chat);
        this.#frame.addEventListener("cancel", (event) => {
          event.preventDefault();
          this.close();
        });
        this.#frame.addEventListener("close", () => !this.isConnected || this.#dialog()?.open || this.close()); // by the browser
        this.#root.replaceChildren(...(inline ? [this.#frame] : [this.#launcher, this.#frame]));
      }
      this.#frame.className = ["frame", ...(inline ? [] : place)].join(" ");
      this.#colour();
      this.#fit();
      const shown = JSON.stringify([this.#key, language, texts, this.#options.greeting, this.#options.suggestions]);
      if (shown !== this.#shownWith) {
        this.#shownWith = shown;
        this.#showTurns();
      }
    }

    #colour() {
      const { colour } = this.#options;
      this.#colours.replaceSync("");
      if (colour !== null && this.isConnected) {
        const probe = element("span", { hidden: "" });
        probe.style.color = colour;
        probe.style.color = `color-mix(in srgb, ${colour}, ${colour})`; // in one notation, where the browser can
        this.#root.append(probe);
        const accent = channels(getComputedStyle(probe).color);
        probe.remove();
        if (accent === null) {
          warn(`the attribute colour must be opaque, not "${colour}". The default is used.`);
        } else {
          this.#colours.replaceSync(accentRules(accent));
        }
      }
    }

    // The dialog

    #dialog() {
      return this.#frame instanceof HTMLDialogElement ? this.#frame : null;
    }

    #toggle() {
      if (this.#opened) {
        this.close();
      } else {
        this.open();
      }
    }

    /** Show the dialog: beside the page, or, where it covers the page, instead of it. */
    #showFrame() {
      const dialog = this.#dialog();
      if (dialog === null || dialog.open) {
        return;
      }
      const covering = this.#covering.matches;
      this.#launcher.setAttribute("aria-expanded", "true");
      this.#frame.classList.toggle("covering", covering);
      if (covering) {
        dialog.setAttribute("aria-modal", "true");
        dialog.showModal();
        const page = document.documentElement.style;
        this.#overflow = page.overflow;
        page.overflow = "hidden";
      } else {
        dialog.open = true; // unlike show(), this leaves the focus where it is
      }
      this.#scroll();
    }

    #hideFrame() {
      this.#launcher.setAttribute("aria-expanded", "false");
      this.#dialog()?.close();
      this.#frame.removeAttribute("aria-modal");
      if (this.#overflow !== null) {
        document.documentElement.style.overflow = this.#overflow;
        this.#overflow = null;
      }
    }

    /** Fit to a window that may have become narrow or wide. */
    #fit = () => {
      this.#launcher.setAttribute("aria-expanded", String(this.#opened));
      const covering = this.#covering.matches;
      const dialog = this.#dialog();
      if (dialog?.open && covering !== this.#frame.classList.contains("covering")) {
        const focused = /** @type {HTMLElement | null} */ (this.shadowRoot?.activeElement ?? null);
        this.#hideFrame();
        this.#showFrame();
        focused?.focus();
      }
    };

    /** Give the focus to the field, or, where that would bring up a keyboard over the conversation, to the log. */
    #enter() {
      const target = matchMedia("(pointer: coarse)").matches ? this.#log : this.#field;
      target.focus({ preventScroll: true });
    }

    #pressed(/** @type {KeyboardEvent} */ event) {
      if (event.isComposing) {
        return;
      }
      if (event.key === "Escape" && this.#opened && !this.#options.inline) {
        event.preventDefault();
        event.stopPropagation();
        this.close();
      } else if (event.key === "Enter" && !event.shiftKey && event.target === this.#field) {
        event.preventDefault();
        this.#submit();
      }
    }

    #submit() {
      const question = this.#field.value;
      if (question.trim() !== "") {
        this.#field.value = "";
        this.ask(question);
      }
      this.#enter();
    }

    // Asking

    /** Want no answer any more. */
    #stop() {
      for (const turn of this.#turns.filter((turn) => turn.asking !== undefined)) {
        turn.asking?.abort();
        delete turn.asking;
        turn.failure = "stopped";
        this.#show(turn);
      }
    }

    /**
     * @param {Turn} turn Asked, or asked again.
     * @returns {Promise<Answer | null>}
     */
    async #answer(turn) {
      const mine = new AbortController();
      const question = turn.question;
      const earlier = this.#earlier(turn);
      delete turn.failure;
      delete turn.answer;
      delete turn.rated;
      turn.asking = mine;
      this.#keep();
      this.#show(turn);
      this.#scroll();
      let failure = null;
      try {
        const answer = await this.#request(question, earlier, turn.alone === true, mine.signal);
        if (turn.asking !== mine) {
          return null;
        }
        turn.answer = answer;
        turn.readWith = [...new Set((answer.interpretation?.turns ?? []).flatMap((at) => earlier[at]?.turn.question ?? []))];
        this.#answered(turn, answer); // throws on an answer of another shape before any of it is shown
      } catch (error) {
        failure = error instanceof Failure ? error : new Failure("unreadable", String(error));
      }
      if (turn.asking !== mine) {
        return null;
      }
      delete turn.asking;
      if (failure !== null) {
        delete turn.answer;
        turn.failure = failure.kind;
        if (failure.message !== "") {
          warn(failure.message);
        }
      }
      this.#keep();
      this.#show(turn);
      this.#scroll();
      if (failure !== null) {
        this.#tell("error", { question, kind: failure.kind, message: this.#options.texts[failure.kind] });
      } else if (turn.answer !== undefined) {
        this.#tell("answer", { question, answer: turn.answer });
      }
      return turn.answer ?? null;
    }

    /**
     * @param {string} question
     * @param {{ message: Message }[]} earlier
     * @param {boolean} alone
     * @param {AbortSignal} signal
     */
    async #request(question, earlier, alone, signal) {
      const { endpoint, key, passages, filters } = this.#options;
      if (Array.from(question).length > MAX_QUESTION) {
        throw new Failure("tooLong");
      }
      if (endpoint === null) {
        throw new Failure("unreachable", "it is not known where to ask; set the attribute endpoint.");
      }
      const messages = [...earlier.map(({ message }) => message), { role: "user", content: question }];
      return chat(endpoint, key, { messages, k: passages, filters, context: !alone }, signal);
    }

    /**
     * The latest messages before a turn, each with the turn that it is of.
     *
     * @param {Turn} turn
     * @returns {{ message: Message, turn: Turn }[]}
     */
    #earlier(turn) {
      const before = this.#turns.slice(0, this.#turns.indexOf(turn)).filter(({ answer }) => answer !== undefined);
      return before
        .flatMap((turn) => [
          { turn, message: /** @type {Message} */ ({ role: "user", content: turn.question }) },
          { turn, message: /** @type {Message} */ ({ role: "assistant", content: turn.answer?.answer?.text ?? "" }) },
        ])
        .slice(-SENT_MESSAGES);
    }

    /**
     * @param {string} name
     * @param {object} detail
     * @returns {boolean} Whether the page lets it happen.
     */
    #tell(name, detail) {
      const cancelable = name === "source";
      return this.dispatchEvent(new CustomEvent(`footnote-${name}`, { bubbles: true, composed: true, cancelable, detail }));
    }

    // Showing

    /** Show the whole conversation, or, where there is none yet, how to begin. */
    #showTurns() {
      const { greeting, suggestions } = this.#options;
      this.#restart.hidden = this.#turns.length === 0;
      this.#shown.clear();
      const offered = suggestions.map((question) =>
        button({ part: "suggestion" }, [element("bdi", {}, question)], () => this.ask(question)),
      );
      const beginning = [
        element("p", { class: "greeting", part: "greeting", dir: "auto" }, greeting),
        offered.length === 0 ? "" : element("div", { class: "suggestions", part: "suggestions" }, ...offered),
      ];
      this.#log.replaceChildren(...beginning);
      for (const turn of [...this.#turns]) {
        try {
          this.#show(turn);
        } catch {
          this.#turns.splice(this.#turns.indexOf(turn), 1); // what was kept is damaged
        }
      }
      this.#scroll();
    }

    /** Show a turn as it stands, in its old place or as the last. */
    #show(/** @type {Turn} */ turn) {
      const { texts } = this.#options;
      const before = this.#shown.get(turn);
      const shown = element(
        "div",
        { class: "turn", part: "turn" },
        element("p", { class: "question", part: "question", dir: "auto" }, element("span", { class: "unseen" }, `${texts.asked} `), turn.question),
        turn.asking !== undefined
          ? this.#searching()
          : turn.answer !== undefined
            ? this.#answered(turn, turn.answer)
            : this.#failed(turn),
      );
      const inLog = this.#log.contains(this.shadowRoot?.activeElement ?? null);
      this.#shown.set(turn, shown);
      if (before !== undefined) {
        before.replaceWith(shown);
      } else if (this.#shown.size === 1) {
        this.#log.replaceChildren(shown);
      } else {
        this.#log.append(shown);
      }
      this.#restart.hidden = false;
      if (inLog) {
        this.#holdFocus();
      }
    }

    /** Give the log the focus if what had it is gone, so that reading goes on from there. */
    #holdFocus() {
      if (this.shadowRoot?.activeElement === null) {
        this.#log.focus({ preventScroll: true });
      }
    }

    /** Bring the beginning of the last turn into sight. */
    #scroll() {
      const last = this.#log.lastElementChild;
      if (last instanceof HTMLElement && last.classList.contains("turn")) {
        this.#log.scrollTop = last.offsetTop - 12;
      }
    }

    #searching() {
      const { searching, stop } = this.#options.texts;
      return element(
        "div",
        { class: "searching", part: "searching" },
        element("p", {}, element("span", {}, searching)),
        button({ class: "small", part: "stop" }, [stop], () => this.#stop()),
      );
    }

    #failed(/** @type {Turn} */ turn) {
      const { texts } = this.#options;
      return element(
        "div",
        { class: "failure", part: "failure" },
        element("p", {}, texts[turn.failure ?? "unanswered"]),
        turn.failure === "tooLong" ? null : button({ class: "small", part: "retry" }, [texts.retry], () => this.#again(turn)),
      );
    }

    #again(/** @type {Turn} */ turn) {
      this.#stop();
      this.#tell("question", { question: turn.question });
      this.#answer(turn);
    }

    /**
     * @param {Turn} turn
     * @param {Answer} answer
     */
    #answered(turn, answer) {
      const { texts } = this.#options;
      const { passages } = answer;
      const count = passages.length;
      const found = answer.answer !== null && answer.status === "answered" ? answer.answer : null;
      const summary =
        found === null
          ? filled(count === 1 ? texts.nearestOne : texts.nearest, { n: count })
          : filled(count === 1 ? texts.passage : texts.passages, { n: count - 1 });
      return element(
        "div",
        { class: "answer", part: "answer" },
        this.#context(turn),
        found === null ? this.#notFound() : this.#quotation(found),
        found === null ? null : element("p", { class: "confidence", part: "confidence" }, confidence(texts, answer.confidence.level)),
        count === 0
          ? null
          : element(
              "details",
              { part: "passages" },
              element("summary", {}, summary),
              element("ol", { class: "passages" }, ...passages.map((passage) => this.#passage(passage))),
            ),
        this.#thumbs(turn, answer),
      );
    }

    #context(/** @type {Turn} */ turn) {
      const { texts } = this.#options;
      if (turn.readWith === undefined || turn.readWith.length === 0) {
        return null;
      }
      const alone = button({ class: "small", part: "alone" }, [texts.alone], () => {
        turn.alone = true;
        this.#again(turn);
      });
      return element(
        "p",
        { class: "context", part: "context" },
        ...turn.readWith.map((question) => element("span", {}, filled(texts.context, { question }), " ")),
        alone,
      );
    }

    #notFound() {
      const { notFound, notFoundWhy } = this.#options.texts;
      return element("div", { part: "not-found" }, element("p", {}, element("strong", {}, notFound)), element("p", {}, notFoundWhy));
    }

    #quotation(/** @type {{ text: string, citation: Citation }} */ { text, citation }) {
      return element(
        "figure",
        {},
        element("blockquote", { class: "quotation", part: "quotation", ...wordsOf(citation) }, element("span", {}, text)),
        element("figcaption", { class: "source", part: "source" }, ...this.#source(citation)),
      );
    }

    #passage(/** @type {Passage} */ { text, highlights, citation, also_found_in: copies }) {
      const also = copies.flatMap((copy, at) => [at === 0 ? `${this.#options.texts.alsoIn} ` : ", ", this.#titleOf(copy)]);
      return element(
        "li",
        {},
        element("blockquote", { class: "passage", part: "passage", ...wordsOf(citation) }, ...markedWords(text, highlights)),
        element("p", { class: "source", part: "source" }, ...this.#source(citation)),
        also.length === 0 ? null : element("p", { class: "source", part: "source" }, ...also, "."),
      );
    }

    /** Who, what, where and when, as a reader would cite it. */
    #source(/** @type {Citation} */ citation) {
      const { language: tongue, texts } = this.#options;
      const { authors, language, section, page, publisher, published } = citation;
      const parts = [
        authors.length === 0 ? null : words(new Intl.ListFormat(tongue).format(authors), language),
        this.#titleOf(citation),
        section === null ? null : element("span", {}, "“", words(section, language), "”"),
        page === null ? null : filled(texts.page, { n: page }),
        publisher === null ? null : words(publisher, language),
        published === null ? null : date(published, tongue),
        this.#original(citation),
      ].filter((part) => part !== null);
      return parts.flatMap((part, at) => (at === 0 ? [part] : [", ", part])).concat(".");
    }

    /** A document's title, as a link that opens the reader at the cited words. */
    #titleOf(/** @type {Citation} */ citation) {
      const { endpoint } = this.#options;
      const title = element("cite", { lang: citation.language, dir: "auto" }, citation.title);
      const url = endpoint === null ? null : webAddress(citation.href, endpoint);
      return url === null || url.origin !== new URL(endpoint ?? "").origin ? title : this.#link(url, citation, title);
    }

    #original(/** @type {Citation} */ citation) {
      const url = webAddress(citation.source_href ?? citation.url);
      return url === null ? null : this.#link(url, citation, filled(this.#options.texts.original, { host: url.host }));
    }

    /**
     * @param {URL} url
     * @param {Citation} citation
     * @param {Node | string} content
     */
    #link({ href }, citation, content) {
      const newTab = element("span", { class: "unseen" }, ` ${this.#options.texts.newTab}`);
      const link = element("a", { href, target: "_blank", rel: "noopener noreferrer", part: "link" }, content, newTab);
      link.addEventListener("click", (event) => {
        if (!this.#tell("source", { href, citation })) {
          event.preventDefault();
        }
      });
      return link;
    }

    // Feedback

    /**
     * @param {Turn} turn
     * @param {Answer} answer
     */
    #thumbs(turn, answer) {
      const { texts } = this.#options;
      if (!this.#feedback) {
        return null;
      }
      const told = element("span", { role: "status" });
      /** @type {Rating[]} */
      const ratings = ["up", "down"];
      const buttons = ratings.map((rating) =>
        button({ class: rating, part: `thumb-${rating}`, "aria-label": texts[rating], title: texts[rating] }, [thumb()], () => rate(rating)),
      );
      const show = () =>
        buttons.forEach((thumb, at) => thumb.setAttribute("aria-pressed", String(turn.rated?.rating === ratings[at])));
      let busy = false;
      const rate = async (/** @type {Rating} */ rating) => {
        if (busy) {
          return;
        }
        busy = true;
        told.textContent = (await this.#rate(turn, answer, rating)) ? "" : texts.unsaved;
        busy = false;
        show();
      };
      show();
      return element("div", { class: "feedback", part: "feedback", role: "group", "aria-label": texts.helpful }, element("span", {}, texts.helpful), ...buttons, told);
    }

    /**
     * Send a rating, or take it back if it is the one that was given.
     *
     * @param {Turn} turn
     * @param {Answer} answer
     * @param {Rating} rating
     * @returns {Promise<boolean>} Whether that is done.
     */
    async #rate(turn, answer, rating) {
      const { endpoint, key } = this.#options;
      const address = `${endpoint}/v1/feedback`;
      const given = turn.rated ?? null;
      try {
        if (given !== null) {
          const { ok, status } = await send(`${address}/${encodeURIComponent(given.id)}`, "DELETE", key, null, AbortSignal.timeout(SILENCE_MS));
          if (!ok && status !== 404) {
            return false;
          }
          turn.rated = null;
        }
        if (given?.rating !== rating) {
          const response = await send(address, "POST", key, this.#ratingOf(turn, answer, rating), AbortSignal.timeout(SILENCE_MS));
          if ([403, 404, 405].includes(response.status)) {
            this.#feedback = false;
            this.#log.querySelectorAll(".feedback").forEach((thumbs) => thumbs.remove());
            this.#holdFocus();
            return true;
          }
          if (!response.ok) {
            return false;
          }
          turn.rated = { rating, id: String((await response.json()).id) };
        }
      } catch {
        return false;
      } finally {
        this.#keep();
      }
      this.#tell("feedback", { question: turn.question, rating: turn.rated?.rating ?? null });
      return true;
    }

    /**
     * @param {Turn} turn
     * @param {Answer} answer
     * @param {Rating} rating
     */
    #ratingOf(turn, { status, passages: [first], generation }, rating) {
      const { question } = turn;
      const history = turn.alone ? [] : this.#earlier(turn).map(({ message }) => message);
      if (status === "not_found" || first === undefined) {
        return { question, history, status, rating, passage: null, generation };
      }
      const { document_id, revision, start, end } = first.citation;
      const passage = { document_id, revision, start, end, text: first.text, highlight: first.highlights[0] ?? null };
      return { question, history, status, rating, passage, generation };
    }
  }

  /**
   * @param {Texts} texts
   * @param {string} level
   */
  function confidence(texts, level) {
    return level === "very_high" || level === "high" || level === "medium" || level === "low" ? texts[level] : null;
  }

  /**
   * A calendar date as people write it.
   *
   * @param {string} iso Such as 2017-01-19.
   * @param {string} language
   */
  function date(iso, language) {
    const day = new Date(`${iso}T00:00:00Z`);
    const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
    return element("time", { datetime: iso }, Number.isNaN(day.getTime()) ? iso : format.format(day));
  }

  // The launcher that the script's own tag asks for

  /** What was added to a page by a script's tag rather than by the page. @type {WeakSet<Element>} */
  const launched = new WeakSet();

  /** Once there is a body. */
  function withBody(/** @type {() => void} */ then) {
    if (document.body) {
      then();
      return;
    }
    const watching = new MutationObserver(() => {
      if (document.body) {
        watching.disconnect();
        then();
      }
    });
    watching.observe(document.documentElement, { childList: true });
  }

  /** Add a launcher, with what the script's tag says of it, to a page that has no `<footnote-chat>` of its own. */
  function launch(/** @type {HTMLScriptElement} */ tag) {
    if (document.querySelector(NAME) !== null || tag.dataset["mode"] === "none") {
      return;
    }
    const launcher = document.createElement(NAME);
    launcher.setAttribute("mode", "launcher");
    for (const name of ATTRIBUTES) {
      const value = tag.dataset[name];
      if (value !== undefined) {
        launcher.setAttribute(name, value);
      }
    }
    launched.add(launcher);
    document.body.append(launcher);
  }

  if (customElements.get(NAME) === undefined) {
    customElements.define(NAME, FootnoteChat);
  }
  if (script !== null && document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", () => launch(script), { once: true });
  } else if (script !== null) {
    withBody(() => launch(script));
  }
})();
