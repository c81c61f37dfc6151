"use strict";
// Builds the table of questions from the embedded data, one page of rows at a time. Texts are never parsed as HTML.
const STEP = 50;
const { verdicts, faults, colours, texts, rows } = JSON.parse(document.getElementById("data").textContent);
const [words, tag, verdict, count, body, more] = ["words", "tag", "verdict", "count", "body", "more"].map((id) =>
  document.getElementById(id),
);
let found = rows;
let shown = 0;

for (const row of rows) {
  const titles = row.passages.map((passage) => passage.title);
  const expected = row.expected.map((place) => place.text);
  row.searched = [row.id, row.question, row.error, row.answer, ...row.tags, ...expected, ...titles]
    .join("\n")
    .toLowerCase();
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function linked(text, href) {
  return href === null ? text : element("a", { href }, text);
}

function highlighted(text, span) {
  const points = [...text]; // spans count code points
  const [start, end] = span ?? [0, 0];
  const cut = (from, to) => points.slice(from, to).join("");
  return [cut(0, start), element("mark", {}, cut(start, end)), cut(end)];
}

function rowElement(row, number) {
  const open = element("button", { type: "button", class: "open", "aria-expanded": "false" }, row.question);
  const facts = element("p", { class: "quiet" }, [row.id, ...row.tags, `${row.ms} ms`].join(" · "));
  const [first] = row.passages;
  const expected = row.expected.length === 0 ? "no answer" : row.expected[0].text;
  const others = row.expected.length > 1 ? [element("p", { class: "quiet" }, `and ${row.expected.length - 1} more`)] : [];
  const came = row.error ?? row.answer ?? (row.status === "uncertain" ? "uncertain: nothing claimed" : "no answer");
  const source = first ? [element("p", {}, linked(first.title, first.href))] : [];
  const rank = row.rank === null ? [] : [element("p", { class: "quiet" }, `answers at rank ${row.rank}`)];
  const colour = colours[row.verdict] ?? "";
  const made = element(
    "tr",
    {},
    element("th", { scope: "row" }, open, facts),
    element("td", { "data-label": "Expected" }, element("span", { class: "clamp" }, expected), ...others),
    element("td", { "data-label": "Returned" }, element("span", { class: "clamp" }, came), ...source),
    element("td", { "data-label": "Outcome" }, element("span", { class: colour }, verdicts[row.verdict]), ...rank),
    element("td", { "data-label": "nDCG@10", class: "number" }, row.value === null ? "–" : row.value.toFixed(3)),
  );
  open.addEventListener("click", () => {
    const opened = open.getAttribute("aria-expanded") === "true";
    open.setAttribute("aria-expanded", String(!opened));
    if (opened) {
      made.nextSibling.remove();
    } else {
      made.after(detailElement(row, number));
      open.setAttribute("aria-controls", `detail-${number}`);
    }
  });
  return made;
}

function detailElement(row, number) {
  const expected = row.expected.map((place) => element("li", {}, linked(place.text, place.href)));
  const passages = row.passages.map((passage) =>
    element(
      "div",
      { class: "passage" },
      `${passage.rank}. `,
      linked(passage.title, passage.href),
      ` · score ${passage.score.toFixed(3)}`,
      ...(passage.relevant ? [" · ", element("span", { class: "good" }, "answers")] : []),
      element("p", {}, ...highlighted(texts[passage.text], passage.highlight)),
    ),
  );
  const cell = element(
    "td",
    { colspan: "5" },
    element("h3", {}, "Expected"),
    expected.length === 0 ? "The documents do not answer this." : element("ul", {}, ...expected),
    element("h3", {}, "Answer given"),
    row.error ?? row.answer ?? (row.status === "uncertain" ? "None: uncertain." : "None: not found."),
    element("h3", {}, "Returned passages"),
    ...(passages.length === 0 ? ["None."] : passages),
  );
  return element("tr", { class: "detail", id: `detail-${number}` }, cell);
}

function showMore() {
  const next = found.slice(shown, shown + STEP);
  const made = next.map((row, at) => rowElement(row, shown + at));
  body.append(...made);
  shown += next.length;
  more.hidden = shown === found.length;
  more.textContent = `Show ${Math.min(STEP, found.length - shown)} more`;
  count.textContent = `${found.length} of ${rows.length} questions${more.hidden ? "" : `, the first ${shown} shown`}`;
  return made[0];
}

function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ verdict: its }) =>
    !verdict.value || its === verdict.value || (verdict.value === "faults" && faults.includes(its));
  found = rows.filter(
    (row) =>
      fits(row) && (!tag.value || row.tags.includes(tag.value)) && wanted.every((word) => row.searched.includes(word)),
  );
  shown = 0;
  body.replaceChildren();
  showMore();
}

more.addEventListener("click", () => showMore()?.querySelector("button").focus());
document.getElementById("filter").addEventListener("input", filter);
document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
filter();
