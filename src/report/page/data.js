/* data.js: what the page knows (schema unheap.page/1, written by page_data.c), indexed, and how its
   ranges are written. */

function range(low, high) {
  const [factor, name] = stepFor(Math.max(Math.abs(low), Math.abs(high)));
  const part = (value) => (value < 0 ? "-" : "") +
    (value === 0 || factor === 1 ? fixed(Math.abs(value), 0) : threeDigits(Math.abs(value) / factor));
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
