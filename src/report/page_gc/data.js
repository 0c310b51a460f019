/* data.js: what the page of `gc` knows (schema unheap.gc-page/1, written by gc_page.c), and how its
   figures are written: as gc_words.c writes them. */

const BYTE_STEPS = [[2 ** 50, "PB"], [2 ** 40, "TB"], [2 ** 30, "GB"], [2 ** 20, "MB"], [2 ** 10, "kB"], [1, "B"]];

function bytes(value) {
  if (value <= 0) return "0";
  const [factor, name] = BYTE_STEPS.find(([least]) => least <= Math.max(1, Math.round(value)));
  return fixed(value / factor, 2).replace(/\.00$/, "") + name;
}

function seconds(value) {
  if (value >= 120) return `${Math.floor(value / 60)}m${String(Math.round(value % 60)).padStart(2, "0")}s`;
  if (value >= 1) return fixed(value, value < 10 ? 2 : 1) + "s";
  if (value >= 1e-3) return fixed(value * 1e3, value < 10e-3 ? 2 : 1) + "ms";
  return fixed(value * 1e6, 0) + "us";
}

const percent = (share, digits = 1) => fixed(100 * share, digits) + "%";

/* The traces, the newer one first: { name, summary, at: [...], pause: [...], ... }, all lists of one
   length. A point stands for `of[i]` cycles, of which it has the longest pause and the largest heap. */
const traces = [data.trace, data.old_trace].filter(Boolean);
const sideOf = (index) => index === 0 ? "new" : "old";
const wholeTime = Math.max(...traces.map((trace) => trace.at[trace.at.length - 1] || 0), 1e-9);

/* The point of a trace that is nearest to a time. */
function nearest(trace, time) {
  const at = trace.at;
  let low = 0, high = at.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low > 0 && time - at[low - 1] < at[low] - time ? low - 1 : low;
}
