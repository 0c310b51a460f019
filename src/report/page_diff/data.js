/* data.js: what the page of `diff` knows (schema unheap.diff-page/1, written by diff_page.c), and
   how its figures are written: as diff_amount() and diff_percent() in diff_words.c write them. */

const BYTE_STEPS = [[2 ** 50, "PB"], [2 ** 40, "TB"], [2 ** 30, "GB"], [2 ** 20, "MB"], [2 ** 10, "kB"], [1, "B"]];
const COUNT_STEPS = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]];

function amount(value, unit = data.unit) {
  if (value === 0) return "0";
  const bytes = unit.startsWith("bytes");
  const sign = value < 0 ? "-" : "", size = Math.abs(value);
  if (size < 100 && size !== Math.floor(size))
    return sign + Number(size.toPrecision(3)) + (bytes ? "B" : "");
  const whole = Math.round(size);
  const [factor, name] = (bytes ? BYTE_STEPS : COUNT_STEPS).find(([least]) => least <= whole);
  const number = whole / factor;
  if (bytes) return sign + fixed(number, 2).replace(/\.00$/, "") + name;
  return sign + (factor === 1 ? fixed(number, 0)
    : fixed(number, number < 9.995 ? 2 : number < 99.95 ? 1 : 0)) + name;
}

const signed = (value, unit) => (value > 0 ? "+" : "") + amount(value, unit);
const range = (change, unit) => `${signed(change.low, unit)} – ${signed(change.high, unit)}`;

function percent(change) {
  if (change.old === 0) return change.new === 0 ? "" : "new";
  if (change.new === 0) return "gone";
  if (change.new >= 10 * change.old) return `x${fixed(change.new / change.old, 0)}`;
  const part = 100 * (change.new - change.old) / change.old;
  return `${part >= 0 ? "+" : ""}${fixed(part, 1)}%`;
}

const placeText = (row) => (row.line ? `${row.file}:${row.line}` : row.file) +
  (row.old_line ? ` (was :${row.old_line})` : "");

/* From -1 (gone) over 0 (the same) to 1 (new): the change as a part of the larger side. */
function leaning(old, now) {
  const larger = Math.max(old, now);
  return larger > 0 ? (now - old) / larger : 0;
}

/* Changes of less than a hundredth look the same. */
function colourOfChange(old, now) {
  const lean = leaning(old, now), strength = Math.min(1, Math.abs(lean) * 1.5);
  if (Math.abs(lean) < 0.01) return "var(--same)";
  const parts = Math.round(20 + 80 * strength);
  return `color-mix(in srgb, var(${lean > 0 ? "--grew" : "--shrank"}) ${parts}%, var(--same))`;
}
