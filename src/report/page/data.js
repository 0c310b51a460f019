/* data.js: what the page knows (schema unheap.page/1, written by page_data.c), indexed, and how its
   figures are written. Amounts are written as report_amount() in amount.c writes them. */

const data = JSON.parse(document.getElementById("data").textContent);
const isBytes = data.unit === "bytes";
const steps = isBytes
  ? [[2 ** 50, "PB"], [2 ** 40, "TB"], [2 ** 30, "GB"], [2 ** 20, "MB"], [2 ** 10, "kB"], [1, "B"]]
  : [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]];

function stepFor(size) {
  return steps.find(([factor]) => factor <= size) || steps[steps.length - 1];
}

function threeDigits(number) {
  return number.toFixed(number < 9.995 ? 2 : number < 99.95 ? 1 : 0);
}

function amount(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const [factor, name] = stepFor(size);
  const sign = value < 0 ? "-" : "";
  if (isBytes) return sign + (size / factor).toFixed(2).replace(/\.00$/, "") + name;
  return sign + (factor === 1 ? size.toFixed(0) : threeDigits(size / factor)) + name;
}

function share(value, total = data.total) {
  const percent = total ? value / total * 100 : 0;
  return percent > 0 && percent < 0.05 ? "<0.1%" : percent.toFixed(1) + "%";
}

function range(low, high) {
  const [factor, name] = stepFor(Math.max(Math.abs(low), Math.abs(high)));
  const part = (value) => (value < 0 ? "-" : "") +
    (value === 0 || factor === 1 ? Math.abs(value).toFixed(0) : threeDigits(Math.abs(value) / factor));
  return part(low) + "–" + part(high) + name;
}

/* "example.com/shop/order.Save gets it" as "order.Save gets it". */
const withoutFolders = (text) => text.replace(/(?<![\w/])[\w-]+(?:\.[\w-]+)+\/(?:[\w.~-]+\/)*(?=[\w~-]+\.)/g, "");

const placeText = (place) => place.line ? `${place.file}:${place.line}` : place.file;
/* The last two names of a path, or the last one, for narrow columns. */
const shortPlace = (place) => placeText(place).split("/").slice(-2).join("/");
const basePlace = (place) => placeText(place).split("/").pop();

/* ---- indexes ---- */

const siteById = new Map(data.sites.map((site) => [site.id, site]));
const causeIndexById = new Map(data.causes.map((cause, index) => [cause.id, index]));
/* Texts by file name: { file, value, whole, lines: Map(line number -> text), last } */
const files = new Map();
for (const entry of data.files) {
  const lines = new Map();
  for (const [first, text] of entry.pieces)
    text.split("\n").forEach((line, i) => lines.set(first + i, line));
  files.set(entry.file, { file: entry.file, value: entry.value, whole: entry.whole, lines });
}
/* Sites by "file:line". */
const sitesAt = new Map();
for (const site of data.sites) {
  const key = placeText(site);
  if (!sitesAt.has(key)) sitesAt.set(key, []);
  sitesAt.get(key).push(site);
}
/* Causes that take part of a site's bytes: site id -> [cause index]. */
const causesOf = new Map();
data.causes.forEach((cause, index) => {
  for (const part of cause.parts) {
    if (!causesOf.has(part.site)) causesOf.set(part.site, []);
    causesOf.get(part.site).push(index);
  }
});

/* ---- colours: the first causes have one each, the others share one ---- */

const COLOURS = 8;
const colourOf = (index) =>
  index < 0 ? "var(--c-none)" : index < COLOURS ? `var(--c${index})` : "var(--c-other)";

const verdictWord = (verdict) => verdict === "none" ? "run time" : verdict;
