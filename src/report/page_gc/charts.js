/* charts.js: heap, pauses and processors over time, below each other with one time for all three; a
   cycle is chosen by mouse or keys. */

const PANELS = [
  { name: "Heap", height: 210, write: bytes, most: (trace) => Math.max(...trace.heap_end, ...trace.goal, data.limit || 0), draw: drawHeap },
  { name: "Pauses", height: 130, write: seconds, most: (trace) => Math.max(...trace.pause), draw: drawPauses },
  { name: "Processors", height: 150, write: (share) => percent(share, share < 0.1 ? 1 : 0), most: (trace) => Math.max(...trace.cpu.map((share, i) => share + trace.idle[i])), draw: drawShares },
];
const GAP = 34, LEFT = 70, RIGHT = 14, BOTTOM = 24;
const view = { from: 0, to: wholeTime, trace: 0, here: -1, hidden: new Set() };

const inside = (width) => width - LEFT - RIGHT;
const xOf = (time, width) => LEFT + (time - view.from) / (view.to - view.from) * inside(width);
const timeAt = (x, width) => view.from + (x - LEFT) / inside(width) * (view.to - view.from);

/* The points of a trace that are seen, with one more on each side so that lines go on. */
function seen(trace) {
  let first = nearest(trace, view.from), last = nearest(trace, view.to);
  first = Math.max(0, first - 1);
  last = Math.min(trace.at.length - 1, last + 1);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

/* "M x,y L x,y ..." through the values of a list; a run of the program that begins breaks a line. */
function pathOf(trace, points, values, panel, closed) {
  const place = (i) => `${xOf(trace.at[i], panel.width).toFixed(1)},${panel.y(values(i)).toFixed(1)}`;
  const parts = [];
  for (const i of points) {
    const begins = !parts.length || trace.run[i] !== trace.run[parts[parts.length - 1].at(-1)];
    if (begins) parts.push([i]);
    else parts[parts.length - 1].push(i);
  }
  const foot = (i) => `${xOf(trace.at[i], panel.width).toFixed(1)},${panel.base}`;
  return parts.map((part) => closed
    ? `M${foot(part[0])}L${part.map(place).join("L")}L${foot(part.at(-1))}Z`
    : `M${part.map(place).join("L")}`).join("");
}

/* ---- the three ---- */

function drawHeap(panel, trace, index) {
  const points = seen(trace), side = `of-${sideOf(index)}`;
  panel.svg.append(
    draw("path", { class: `area ${side}`, d: pathOf(trace, points, (i) => trace.live[i], panel, true) }),
    draw("path", { class: `dashed ${side}`, d: pathOf(trace, points, (i) => trace.goal[i], panel) }),
    draw("path", { class: `line ${side}`, d: pathOf(trace, points, (i) => trace.heap_end[i], panel) }));
}

function drawPauses(panel, trace, index) {
  const stems = seen(trace).map((i) => `M${xOf(trace.at[i], panel.width).toFixed(1)},${panel.base}V${panel.y(trace.pause[i]).toFixed(1)}`);
  const p99 = panel.y(trace.summary.pause_p99);
  if (traces.length === 1)
    panel.svg.append(label({ x: panel.width - RIGHT, y: p99 - 4, "text-anchor": "end" }, `P99 ${seconds(trace.summary.pause_p99)}`));
  panel.svg.append(draw("path", { class: `stems of-${sideOf(index)}`, d: stems.join("") }),
    draw("line", { class: `dashed of-${sideOf(index)}`, x1: LEFT, x2: panel.width - RIGHT, y1: p99, y2: p99 }));
}

/* One trace alone shows who does it; two show the whole of each. */
function drawShares(panel, trace, index) {
  const points = seen(trace);
  if (traces.length > 1) {
    panel.svg.append(draw("path", { class: `area of-${sideOf(index)}`, d: pathOf(trace, points, (i) => trace.cpu[i], panel, true) }),
      draw("path", { class: `line of-${sideOf(index)}`, d: pathOf(trace, points, (i) => trace.cpu[i], panel) }));
    return;
  }
  panel.svg.append(
    draw("path", { class: "area idle", d: pathOf(trace, points, (i) => trace.cpu[i] + trace.idle[i], panel, true) }),
    draw("path", { class: "area of-new", d: pathOf(trace, points, (i) => trace.cpu[i], panel, true) }),
    draw("path", { class: "area assist", d: pathOf(trace, points, (i) => trace.assist[i], panel, true) }),
    draw("path", { class: "line of-new", d: pathOf(trace, points, (i) => trace.cpu[i], panel) }));
}

/* ---- around them ---- */

/* A round number at or above the value: 1, 2, 2.5 or 5 times a power of ten (of two for bytes). */
function roundUp(value, base = 10) {
  const unit = base ** Math.floor(Math.log(value) / Math.log(base));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024]
    .map((step) => step * unit).find((step) => step >= value * 0.9999);
}

/* A text beside the shapes, not on one. */
const label = (attributes, text) => draw("g", {}, draw("text", attributes, text));
/* "5.00ms" as "5ms". */
const onAxis = (text) => text.replace(/\.0+(?=\D)/, "");

function drawPanel(svg, panel, top, width) {
  const most = Math.max(...traces.map(panel.most)) || 1;
  const all = panel.write === bytes ? roundUp(most, 1024) : roundUp(most);
  const base = top + panel.height;
  panel = { ...panel, svg, width, base, y: (value) => base - Math.min(value, all) / all * panel.height };
  for (const part of [0, 0.5, 1]) {
    const y = panel.y(all * part);
    svg.append(draw("line", { class: "axis", x1: LEFT, x2: width - RIGHT, y1: y, y2: y }),
      label({ x: LEFT - 8, y: y + 4, "text-anchor": "end" }, part ? onAxis(panel.write(all * part)) : "0"));
  }
  svg.append(label({ class: "name", x: 0, y: top - 12 }, panel.name));
  const clipped = draw("g", { "clip-path": "url(#inside)" });
  panel.svg = clipped;
  traces.map((trace, index) => [trace, index]).reverse().forEach(([trace, index]) => panel.draw(panel, trace, index));
  svg.append(clipped);
  if (panel.name === "Heap" && data.limit)
    svg.append(draw("line", { class: "limit-line", x1: LEFT, x2: width - RIGHT, y1: panel.y(data.limit), y2: panel.y(data.limit) }),
      label({ class: "limit", x: width - RIGHT, y: panel.y(data.limit) - 4, "text-anchor": "end" }, `limit ${bytes(data.limit)}`));
  return base;
}

function drawTimes(svg, width, height) {
  const count = Math.max(2, Math.floor(inside(width) / 80)), span = view.to - view.from;
  const step = roundUp(span / count);
  for (let time = Math.ceil(view.from / step) * step; time <= view.to * 1.0001; time += step) {
    const x = xOf(time, width);
    if (x > width - RIGHT - 20) break;
    svg.append(draw("line", { class: "axis", x1: x, x2: x, y1: GAP, y2: height - BOTTOM }),
      label({ x, y: height - 8, "text-anchor": "middle" }, time === 0 ? "0" : onAxis(seconds(time))));
  }
  for (const start of data.trace.starts)
    if (start > view.from && start < view.to)
      svg.append(draw("line", { class: "run", x1: xOf(start, width), x2: xOf(start, width), y1: GAP, y2: height - BOTTOM }));
}

function drawHere(svg, width, height) {
  const trace = traces[view.trace];
  if (view.here < 0) return;
  const x = xOf(trace.at[view.here], width);
  if (x >= LEFT && x <= width - RIGHT) svg.append(draw("line", { class: "here", x1: x, x2: x, y1: GAP, y2: height - BOTTOM }));
}

function drawTrace() {
  const box = byId("trace-box"), focused = box.contains(document.activeElement);
  const width = Math.max(300, box.clientWidth);
  const height = PANELS.reduce((sum, panel) => sum + panel.height + GAP, 0) + BOTTOM;
  const svg = draw("svg", {
    width, height, tabindex: 0, role: "img",
    "aria-label": "The trace over time: arrows choose a cycle, up and down the other trace, Enter zooms, Escape shows all",
  }, draw("clipPath", { id: "inside" }, draw("rect", { x: LEFT, y: 0, width: inside(width), height })));
  drawTimes(svg, width, height);
  let top = GAP;
  for (const panel of PANELS) top = drawPanel(svg, panel, top, width) + GAP;
  drawHere(svg, width, height);
  /* A browser also tells of a mouse that rests when what is under it changes: that chooses nothing. */
  const chooseAt = (event) => choose(nearest(traces[view.trace], timeAt(event.offsetX, width)));
  svg.addEventListener("mousemove", (event) => { if (event.movementX || event.movementY) chooseAt(event); });
  svg.addEventListener("click", (event) => { chooseAt(event); zoomIn(); });
  svg.addEventListener("keydown", traceKey);
  box.replaceChildren(svg);
  if (focused) svg.focus({ preventScroll: true });
  byId("zoom-out").disabled = view.from === 0 && view.to === wholeTime;
}

/* ---- choosing ---- */

function cycleText(trace, i) {
  const many = trace.of[i] > 1 ? `${grouped(trace.of[i])} cycles up to ${trace.number[i]}` : `cycle ${trace.number[i]}`;
  const name = traces.length > 1 ? `${sideOf(traces.indexOf(trace))}, ` : "";
  return `${name}${many} at ${seconds(trace.at[i])}${trace.forced[i] ? " (forced)" : ""}: ` +
    `${trace.of[i] > 1 ? "longest pause" : "pauses"} ${trace.of[i] > 1 ? seconds(trace.pause[i]) : `${seconds(trace.sweep_stop[i])} and ${seconds(trace.mark_stop[i])}`}, ` +
    `marking ${seconds(trace.mark[i])}; processors ${percent(trace.cpu[i])}, of that ${percent(trace.assist[i])} in assists; ` +
    `live ${bytes(trace.live[i])}, heap at its end ${bytes(trace.heap_end[i])}, goal ${bytes(trace.goal[i])}`;
}

/* Only the line moves: the panels are as they were. */
function choose(index) {
  const trace = traces[view.trace], svg = byId("trace-box").firstChild;
  view.here = Math.max(0, Math.min(trace.at.length - 1, index));
  byId("trace-status").textContent = cycleText(trace, view.here);
  svg.querySelector(".here")?.remove();
  drawHere(svg, Number(svg.getAttribute("width")), Number(svg.getAttribute("height")));
  markLongest();
}

function zoomTo(from, to) {
  view.from = Math.max(0, from);
  view.to = Math.min(wholeTime, Math.max(to, view.from + wholeTime / 1e6));
  drawTrace();
}

/* A quarter of what is seen, around the chosen cycle. */
function zoomIn() {
  const middle = view.here < 0 ? (view.from + view.to) / 2 : traces[view.trace].at[view.here];
  const half = (view.to - view.from) / 8;
  if (half * 2 < wholeTime / 1e5) return;
  const from = Math.max(0, Math.min(middle - half, wholeTime - 2 * half));
  zoomTo(from, from + 2 * half);
}

/* The chosen cycle stays in sight. */
function step(index) {
  choose(index);
  const at = traces[view.trace].at[view.here], span = view.to - view.from;
  if (at < view.from || at > view.to) {
    const from = Math.max(0, Math.min(at - span / 2, wholeTime - span));
    zoomTo(from, from + span);
  }
}

function traceKey(event) {
  const last = traces[view.trace].at.length - 1, page = Math.max(1, Math.round(seen(traces[view.trace]).length / 10));
  const other = () => {
    const at = view.here < 0 ? 0 : traces[view.trace].at[view.here];
    view.trace = (view.trace + 1) % traces.length;
    step(nearest(traces[view.trace], at));
  };
  const actions = {
    ArrowRight: () => step(view.here + 1), ArrowLeft: () => step(view.here - 1),
    PageDown: () => step(view.here + page), PageUp: () => step(view.here - page),
    Home: () => step(0), End: () => step(last), ArrowUp: other, ArrowDown: other,
    Enter: zoomIn, Escape: () => zoomTo(0, wholeTime),
  };
  if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  actions[event.key]();
}

/* ---- legend ---- */

function sample(kind, side) {
  const shape = kind === "area" ? draw("rect", { class: `area ${side}`, x: 0, y: 1, width: 26, height: 10 })
    : draw("line", { class: `${kind} ${side}`, x1: 0, x2: 26, y1: 6, y2: 6 });
  return draw("svg", {}, shape);
}

function startTrace() {
  const items = traces.length > 1
    ? [["line", "of-new", `new: ${data.trace.name}`], ["line", "of-old", `old: ${data.old_trace.name}`],
      ["area", "of-new", "live heap; processors"], ["line", "of-new", "heap when a cycle ends; pauses"],
      ["dashed", "of-new", "goal of the heap; 99 of 100 pauses are below"]]
    : [["area", "of-new", "live heap"], ["line", "of-new", "heap when a cycle ends; pauses"],
      ["dashed", "of-new", "goal of the heap; 99 of 100 pauses are below"],
      ["area", "of-new", "processors: stops and marking"], ["area", "assist", "assists"], ["area", "idle", "idle processors, which nobody misses"]];
  byId("legend").append(...items.map(([kind, side, text]) => make("li", {}, sample(kind, side), text)));
  byId("zoom-in").addEventListener("click", zoomIn);
  byId("zoom-out").addEventListener("click", () => zoomTo(0, wholeTime));
  drawTrace();
  watchWidth(byId("trace-box"), drawTrace);
}
