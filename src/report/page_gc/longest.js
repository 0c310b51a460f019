/* longest.js: the cycles that stopped the program longest, to be walked through by keyboard. */

const LONGEST = 50;
const longest = { rows: [], selected: 0 };

function longestRow([trace, i], index) {
  const stop = trace.sweep_stop[i] >= trace.mark_stop[i] ? "before marking" : "after marking";
  const number = (text) => make("td", { class: "number" }, text);
  return make("tr", {
    id: `longest-${index}`, "aria-selected": "false", onclick: () => pickLongest(index),
  }, number(seconds(trace.pause[i])), make("td", {}, (traces.length > 1 ? `${sideOf(traces.indexOf(trace))}, ` : "") + stop),
  number(String(trace.number[i])), number(seconds(trace.at[i])), number(seconds(trace.mark[i])), number(percent(trace.cpu[i])),
  number(percent(trace.assist[i])), number(bytes(trace.live[i])), number(bytes(trace.heap_end[i])), number(bytes(trace.goal[i])));
}

/* Chooses the cycle of a row in the picture. */
function pickLongest(index) {
  const [trace, i] = longest.rows[index];
  view.trace = traces.indexOf(trace);
  step(i);
  const row = byId(`longest-${index}`), box = byId("longest-box");
  box.setAttribute("aria-activedescendant", row.id);
  const head = box.querySelector("thead").offsetHeight;
  if (row.offsetTop - head < box.scrollTop) box.scrollTop = row.offsetTop - head;
  const below = row.offsetTop + row.offsetHeight - box.clientHeight;
  if (below > box.scrollTop) box.scrollTop = below;
}

/* The row of the cycle that is chosen in the picture, if there is one. */
function markLongest() {
  byId(`longest-${longest.selected}`)?.setAttribute("aria-selected", "false");
  const index = longest.rows.findIndex(([trace, i]) => trace === traces[view.trace] && i === view.here);
  if (index < 0) return;
  longest.selected = index;
  byId(`longest-${index}`).setAttribute("aria-selected", "true");
}

function longestKey(event) {
  const last = longest.rows.length - 1, here = longest.selected;
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: last, PageDown: here + 10, PageUp: here - 10, Enter: here }[event.key];
  if (to === undefined || last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  pickLongest(Math.max(0, Math.min(last, to)));
  if (event.key === "Enter") zoomIn();
}

function startLongest() {
  const all = traces.flatMap((trace) => trace.at.map((_, i) => [trace, i]));
  longest.rows = all.sort(([a, i], [b, k]) => b.pause[k] - a.pause[i] || i - k).slice(0, LONGEST);
  document.querySelector("#longest-table tbody").replaceChildren(...longest.rows.map(longestRow));
  byId("longest-note").textContent = `the first ${longest.rows.length} of ${grouped(all.length)} cycles`;
  byId("longest-box").addEventListener("keydown", longestKey);
}
