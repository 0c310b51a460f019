/* source.js: lines of source with what they cost: inside a cause's story, and as whole files. */

/* ---- a little colour for Go, one line at a time ---- */

const GO_TOKEN = new RegExp([
  /(\/\/.*|\/\*.*?\*\/)/, /("(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)*')/,
  /\b(break|case|chan|const|continue|default|defer|else|fallthrough|for|func|go|goto|if|import|interface|map|package|range|return|select|struct|switch|type|var)\b/,
].map((part) => part.source).join("|"), "g");

function colouredLine(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(GO_TOKEN)) {
    parts.push(text.slice(end, match.index));
    parts.push(make("span", { class: match[1] ? "c" : match[2] ? "s" : "k" }, match[0]));
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

/* ---- rows ---- */

function lineCost(sites) {
  return sites.reduce((sum, site) => sum + site.value, 0);
}

function verdicts(sites) {
  const words = [...new Set(sites.map((site) => site.verdict))];
  return words.map((word, i) => [i ? ", " : "", make("span", { class: `verdict ${word}` }, verdictWord(word))]);
}

function describe(sites) {
  return sites.map((site) =>
    `${amount(site.value)} ${site.expression}: ${verdictWord(site.verdict)}, ${site.reason}`).join("\n");
}

/* Causes of a line's sites, dearest site first, at most three. */
function lineCauses(sites) {
  const indexes = new Set(sites.flatMap((site) => causesOf.get(site.id) || []));
  return [...indexes].slice(0, 3);
}

function codeRow(file, number, text, marks) {
  const sites = sitesAt.get(`${file}:${number}`) || [];
  const hit = marks && marks.has(number);
  return make("tr", { class: hit ? "hit" : sites.length ? "hot" : null, "data-line": number },
    make("td", { class: "cost", title: sites.length ? describe(sites) : null },
      sites.length ? amount(lineCost(sites)) : ""),
    make("td", { class: "judged", title: sites.length ? describe(sites) : null }, verdicts(sites)),
    make("td", { class: "cause" }, lineCauses(sites).map((index) => chip(index))),
    marks && make("td", { class: "steps" }, (marks.get(number) || []).map((step) =>
      make("span", { class: "step" }, step))),
    make("td", { class: "line" }, number),
    make("td", { class: "text" }, colouredLine(text)));
}

const gapRow = (columns) =>
  make("tr", { class: "gap" }, make("td", { colspan: columns }, "⋯"));

/* ---- excerpts of one cause ---- */

const AROUND = 2;

/* Lines that a cause speaks of, by file: Map(file -> Map(line -> [step numbers])). */
function spokenLines(cause) {
  const spoken = new Map();
  const speak = (place, step) => {
    const file = files.get(place.file);
    if (!file || !file.lines.has(place.line)) return;
    if (!spoken.has(place.file)) spoken.set(place.file, new Map());
    const lines = spoken.get(place.file);
    if (!lines.has(place.line)) lines.set(place.line, []);
    if (step) lines.get(place.line).push(step);
  };
  cause.story.forEach((step, i) => speak(step, i + 1));
  speak(cause, 0);
  for (const part of cause.parts.slice(0, 6)) {
    const site = siteById.get(part.site);
    if (site) speak(site, 0);
  }
  return spoken;
}

function excerptRows(file, marks) {
  const wanted = new Set();
  for (const line of marks.keys())
    for (let near = line - AROUND; near <= line + AROUND; near++)
      if (file.lines.has(near)) wanted.add(near);
  const rows = [];
  let previous = 0;
  for (const line of [...wanted].sort((a, b) => a - b)) {
    if (previous && line > previous + 1) rows.push(gapRow(6));
    rows.push(codeRow(file.file, line, file.lines.get(line), marks));
    previous = line;
  }
  return rows;
}

function excerpts(cause) {
  return [...spokenLines(cause)].map(([name, marks]) =>
    make("div", { class: "code", tabindex: 0, role: "group", "aria-label": `Source of ${name}` },
      make("div", { class: "name" }, name),
      make("table", {}, make("tbody", {}, excerptRows(files.get(name), marks)))));
}

/* ---- the view of a file ---- */

const shown = { file: null, line: 0 };

function sourceTable(file) {
  const rows = [];
  let previous = 0;
  for (const [line, text] of [...file.lines].sort((a, b) => a[0] - b[0])) {
    if (previous && line > previous + 1) rows.push(gapRow(5));
    rows.push(codeRow(file.file, line, text, null));
    previous = line;
  }
  const head = ["bytes", "verdict", "cause", "line", "source"].map((word, i) =>
    make("th", { scope: "col", class: i === 2 ? "cause" : i === 0 || i === 3 ? "number" : null }, word));
  return make("div", { class: "code" },
    make("table", {}, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows)));
}

function goToLine(line) {
  const box = byId("source-box");
  for (const row of box.querySelectorAll("tr.hit")) row.classList.remove("hit");
  const row = box.querySelector(`tr[data-line="${Number(line)}"]`);
  if (!row) return;
  row.classList.add("hit");
  box.scrollTop = Math.max(0, row.offsetTop - box.clientHeight / 3);
  shown.line = line;
}

function showSource(name, line, scroll) {
  const file = files.get(name);
  const box = byId("source-box");
  if (shown.file !== name) {
    shown.file = name;
    shown.line = 0;
    byId("source-file").value = name;
    box.replaceChildren(file && file.lines.size ? sourceTable(file)
      : make("p", { class: "rest" }, "The text of this file is not in the page."));
    byId("source-note").textContent = !file || !file.lines.size ? ""
      : file.whole ? "" : "parts around allocations only";
  }
  goToLine(line || dearestLine());
  if (scroll) byId("source").scrollIntoView();
}

/* The lines with bytes of the file that is shown, from the top. */
function allocatingLines() {
  const lines = [...files.get(shown.file).lines.keys()];
  return lines.filter((line) => sitesAt.has(`${shown.file}:${line}`)).sort((a, b) => a - b);
}

/* The next one, from the top again after the last. */
function nextAllocation() {
  const lines = allocatingLines();
  const next = lines.find((line) => line > shown.line) || lines[0];
  if (next) goToLine(next);
}

function dearestLine() {
  const cost = (line) => lineCost(sitesAt.get(`${shown.file}:${line}`));
  return allocatingLines().sort((a, b) => cost(b) - cost(a))[0];
}

function startSource() {
  const list = [...files.values()].filter((file) => file.lines.size);
  const picker = byId("source-file");
  picker.append(...list.map((file) =>
    make("option", { value: file.file }, `${file.file}   ${amount(file.value)}`)));
  picker.addEventListener("change", () => showSource(picker.value, 0, false));
  byId("source-next").addEventListener("click", nextAllocation);
  if (list.length) showSource(list[0].file, 0, false);
  else hide("source");
}
