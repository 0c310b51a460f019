/* timeline.js: several profiles beside each other: their own bytes by package, as stacked areas over
   the time they were taken, or in the order they were given. */

const TIME_HEIGHT = 200, MARGIN = { left: 76, right: 16, top: 8, bottom: 22 };
const time = { layers: [], sums: [] };

const sourceName = (index) => data.sources[index].name.split("/").pop();

/* Every profile tells when it was taken, and they differ: else the order has to do. */
function hasTimes() {
  const times = data.sources.map((source) => source.time_seconds);
  return times.every((one) => one > 0) && new Set(times).size === times.length;
}

function timeLabel(index) {
  const seconds = data.sources[index].time_seconds;
  return seconds > 0 ? new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ") + " UTC" : "";
}

/* ---- the figures: by layer (a package, or all others), by profile ---- */

function sumLayers() {
  const names = ranked.slice(0, COLOURS);
  time.layers = [...names, "other packages"].map(() => data.sources.map(() => 0));
  time.sums = data.sources.map((source) => source.value[0]);
  data.sources.forEach((source, at) => {
    for (const sum of sumPackages(source)) {
      const rank = rankOf.get(sum.name);
      time.layers[rank < names.length ? rank : names.length][at] += sum.value;
    }
  });
}

/* ---- drawing ---- */

function positions(width) {
  const first = Math.min(...data.sources.map((source) => source.time_seconds));
  const last = Math.max(...data.sources.map((source) => source.time_seconds));
  const count = data.sources.length, timed = hasTimes();
  return data.sources.map((source, index) => MARGIN.left + (width - MARGIN.left - MARGIN.right) *
    (timed ? (source.time_seconds - first) / (last - first) : index / (count - 1)));
}

function drawLayers(svg, order, xs, scale) {
  const base = TIME_HEIGHT - MARGIN.bottom, below = data.sources.map(() => 0);
  time.layers.forEach((layer, rank) => {
    const lower = order.map((at) => [xs[at], base - below[at] * scale]);
    layer.forEach((value, at) => { below[at] += value; });
    const upper = order.map((at) => [xs[at], base - below[at] * scale]);
    const points = [...upper, ...lower.reverse()].map((point) => point.map((one) => one.toFixed(1)).join(","));
    svg.append(draw("polygon", {
      points: points.join(" "), paint: rank < COLOURS ? `var(--c${rank})` : "var(--c-other)",
    }, draw("title", {}, ranked[rank] && rank < COLOURS ? ranked[rank] : "other packages")));
  });
}

function drawAxis(svg, width, most) {
  const base = TIME_HEIGHT - MARGIN.bottom;
  for (const part of [0, 0.5, 1]) {
    const y = base - (base - MARGIN.top) * part;
    svg.append(draw("line", { class: "axis", x1: MARGIN.left, x2: width - MARGIN.right, y1: y, y2: y }),
      draw("g", {}, draw("text", { x: MARGIN.left - 6, y: y + 4, "text-anchor": "end" }, amount(most * part))));
  }
}

function drawMarks(svg, order, xs) {
  const base = TIME_HEIGHT - MARGIN.bottom;
  order.forEach((at, place) => {
    const left = place ? (xs[order[place - 1]] + xs[at]) / 2 : MARGIN.left - 8;
    const right = place < order.length - 1 ? (xs[order[place + 1]] + xs[at]) / 2 : xs[at] + 8;
    const apart = right - left >= 6 || at === state.source; /* else marks would be all one sees */
    svg.append(apart && draw("line", {
      class: at === state.source ? "mark here" : "mark", x1: xs[at], x2: xs[at], y1: MARGIN.top, y2: base,
    }) || "", draw("rect", {
      class: "hit", x: left, y: 0, width: Math.max(1, right - left), height: TIME_HEIGHT,
      onclick: () => lookAt(at === state.source ? -1 : at),
    }, draw("title", {}, sourceText(at))));
  });
  const first = order[0], last = order[order.length - 1];
  const label = (at) => hasTimes() ? timeLabel(at) : sourceName(at);
  svg.append(draw("g", {}, draw("text", { x: xs[first], y: TIME_HEIGHT - 6 }, label(first)),
    draw("text", { x: xs[last], y: TIME_HEIGHT - 6, "text-anchor": "end" }, label(last))));
}

const sourceText = (at) =>
  [`${at + 1} of ${data.sources.length}: ${sourceName(at)}`, timeLabel(at), exact(time.sums[at])].filter(Boolean).join(", ");

function drawTimeline() {
  const box = byId("timeline-box"), focused = box.contains(document.activeElement);
  const width = Math.max(260, box.clientWidth), xs = positions(width);
  const order = data.sources.map((_, at) => at).sort((a, b) => xs[a] - xs[b] || a - b);
  const most = Math.max(...time.sums, 1);
  const svg = draw("svg", {
    width, height: TIME_HEIGHT, viewBox: `0 0 ${width} ${TIME_HEIGHT}`, tabindex: 0, role: "img",
    "aria-label": "Timeline: arrows choose a profile, Escape shows all together",
  });
  drawAxis(svg, width, most);
  drawLayers(svg, order, xs, (TIME_HEIGHT - MARGIN.bottom - MARGIN.top) / most);
  drawMarks(svg, order, xs);
  svg.addEventListener("keydown", (event) => timelineKey(event, order));
  box.replaceChildren(svg);
  if (focused) svg.focus({ preventScroll: true });
  byId("timeline-reset").disabled = state.source < 0;
  byId("timeline-status").textContent = state.source < 0
    ? `${data.sources.length} profiles together` : sourceText(state.source);
}

function timelineKey(event, order) {
  const place = order.indexOf(state.source);
  const actions = {
    ArrowRight: () => lookAt(order[Math.min(place + 1, order.length - 1)]),
    ArrowLeft: () => lookAt(order[place < 0 ? order.length - 1 : Math.max(place - 1, 0)]),
    Home: () => lookAt(order[0]),
    End: () => lookAt(order[order.length - 1]),
    Escape: () => lookAt(-1),
  };
  if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  actions[event.key]();
}

function startTimeline() {
  if (data.sources.length < 2) {
    hide("timeline");
    return;
  }
  sumLayers();
  byId("timeline-reset").addEventListener("click", () => lookAt(-1));
  listeners.push(drawTimeline);
  drawTimeline();
  watchWidth(byId("timeline-box"), drawTimeline);
}
