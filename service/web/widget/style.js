/** The one style sheet of all widgets. */

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

export const STYLES = `
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
/* Each text has its own direction: some may be English in a chat that is not. */
.chat :is(p:not(.source), h2, h4, summary, textarea, button, .feedback span) { unicode-bidi: plaintext; }
.launcher, .frame, .chat, button, textarea { font: 1em/1.5 var(--font); }
p, h2, h3, h4, ol, figure, blockquote { margin: 0; padding: 0; }
h2, h3, h4 { font-size: 1em; font-weight: 400; }
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
.launcher::before, .title::before { content: "*"; content: "*" / ""; display: inline-block; margin-inline-end: 0.35em; }
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
.log { flex: 1; position: relative; min-block-size: 5em; overflow-y: auto; overscroll-behavior: contain; padding: 1em; scroll-padding-block: 0.5em; }
.log:focus-visible { outline-offset: -2px; }
.greeting { white-space: pre-wrap; }
.suggestions { display: flex; flex-direction: column; align-items: start; gap: 0.5em; margin-block-start: 1em; }
.suggestions button { text-align: start; }
.turn + .turn { margin-block-start: 2em; padding-block-start: 1.5em; border-block-start: 1px solid var(--line); }
.question { padding: 0.4em 0.8em; margin-block-end: 1em; background: var(--tint); border: 1px solid transparent; border-radius: var(--radius); white-space: pre-wrap; }
.context, .reply-to, .confidence, .chance, .source, .feedback, .disclaimer { font-size: 0.875em; color: var(--quiet); }
.context { margin-block-end: 0.75em; }
.context p { display: inline; margin-inline-end: 0.4em; }
.not-found .outcome, .uncertain .outcome { font-weight: 600; }
.heading { font-weight: 600; }
.quotation, .passage { white-space: pre-wrap; unicode-bidi: plaintext; }
.passage { overflow-x: clip; } /* a mark does not go on under the space that ends a line */
.quotation { font-size: 1.1875em; line-height: 1.4; }
.reply-to { margin-block-end: 0.4em; }
.quoted::before { content: open-quote; }
.quoted::after { content: close-quote; }
.source { margin-block-start: 0.5em; line-height: 1.45; }
figcaption .source::before { content: ""; display: block; inline-size: 4em; margin-block: 0.8em 0.5em; border-block-start: 1px solid var(--line); }
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
.passages + .chance { margin-block-start: 1em; }
.uncertain .small { margin-block-start: 0.4em; }
.feedback { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25em; margin-block-start: 0.5em; }
.feedback button { font-size: 1em; min-inline-size: 2.25em; min-block-size: 2.25em; padding: 0.3em; border-color: transparent; line-height: 0; }
.worded button { display: flex; align-items: center; gap: 0.35em; line-height: 1.35; text-align: start; border-color: var(--line); }
.worded svg { flex: none; }
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
.unseen, figure .outcome { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[hidden] { display: none !important; }
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { animation: none !important; } }
@media (forced-colors: active) {
  mark { forced-color-adjust: none; color: MarkText; background: Mark; }
  .feedback button[aria-pressed="true"] { forced-color-adjust: none; color: HighlightText; background: Highlight; }
}
@media print { .launcher, dialog.frame { display: none; } }
`;
