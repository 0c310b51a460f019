/* flame.js: the whole profile as a flame graph, roots on top as in `go tool pprof -http`.

   A frame has the colour of the cause that most of its bytes have, if that is at least 60 %; with
   "share of the selected cause" a frame is filled as far as that cause goes. Only frames that are at
   least a pixel wide are drawn. */

const ROW = 20;
const DOMINANT = 0.6;
const flame = {
  parent: data.flame.parent, name: data.flame.name, value: data.flame.value,
  children: data.flame.parent.map(() => []), byCause: data.flame.parent.map(() => new Map()),
  root: 0, here: 0, mode: "all", needle: "", groups: new Map(),
};

/* ---- the tree ---- */

function readFlame() {
  flame.parent.forEach((parent, node) => { if (node) flame.children[parent].push(node); });
  const selfs = data.flame.selfs;
  for (let i = 0; i < selfs.length; i += 3)
    for (let node = selfs[i]; ; node = flame.parent[node]) {
      const sums = flame.byCause[node];
      sums.set(selfs[i + 1], (sums.get(selfs[i + 1]) || 0) + selfs[i + 2]);
      if (node === 0) break;
    }
}

const frameName = (node) => data.flame.names[flame.name[node]];

/* The cause that dominates a frame, with its bytes; undefined when none does. */
function dominant(node) {
  let best;
  for (const [cause, value] of flame.byCause[node])
    if (!best || value > best[1]) best = [cause, value];
  return best && best[1] >= DOMINANT * flame.value[node] ? best : undefined;
}

function frameColour(node) {
  if (flame.mode === "one") return "var(--c-mixed)";
  const best = dominant(node);
  return best ? colourOf(best[0]) : "var(--c-mixed)";
}

const isFound = (node) => flame.needle !== "" && frameName(node).toLowerCase().includes(flame.needle);

/* ---- drawing ---- */

function frameLabel(node, width) {
  const room = Math.floor((width - 8) / 6.95);
  if (room < 3) return "";
  const name = node ? shortFunction(frameName(node)) : "all";
  return name.length <= room ? name : name.slice(0, room - 1) + "…";
}

function drawFrame(node, x, width, depth) {
  const one = flame.mode === "one"
    ? (flame.byCause[node].get(state.cause) || 0) / flame.value[node] : 0;
  const classes = [isFound(node) && "found", node === flame.here && "here"].filter(Boolean).join(" ");
  const group = draw("g", {
    id: `frame-${node}`, role: "treeitem", "aria-level": depth + 1, class: classes || null,
    "aria-label": `${node ? shortFunction(frameName(node)) : "all"} ${amount(flame.value[node])}`,
  },
  draw("title", {}, frameText(node)),
  draw("rect", { class: "base", x, y: depth * ROW, width, height: ROW, paint: frameColour(node) }),
  one > 0 && draw("rect", {
    class: "part", x, y: depth * ROW + 1, width: width * one, height: ROW - 2,
    paint: colourOf(state.cause),
  }));
  const label = frameLabel(node, width);
  if (label) group.append(draw("text", { x: x + 4, y: depth * ROW + 14 }, label));
  group.addEventListener("click", () => { flame.here = node; zoom(node); });
  group.addEventListener("mouseenter", () => tellFrame(node));
  flame.groups.set(node, group);
  return group;
}

/* The frames from the root to the one that is zoomed to, full width, then its descendants. */
function layout(width) {
  const frames = [], path = [];
  for (let node = flame.root; node !== 0; node = flame.parent[node]) path.unshift(flame.parent[node]);
  path.forEach((node, depth) => frames.push([node, 0, width, depth]));
  const scale = width / (flame.value[flame.root] || 1);
  const open = [[flame.root, 0, path.length]];
  while (open.length) {
    const [node, x, depth] = open.pop();
    frames.push([node, x, flame.value[node] * scale, depth]);
    let at = x;
    for (const child of flame.children[node]) {
      const wide = flame.value[child] * scale;
      if (wide >= 1) open.push([child, at, depth + 1]);
      at += wide;
    }
  }
  return frames;
}

function drawFlame() {
  const box = byId("flame-box");
  const focused = box.contains(document.activeElement);
  const width = Math.max(200, box.clientWidth);
  const frames = layout(width);
  flame.groups.clear();
  const rows = Math.max(...frames.map((frame) => frame[3])) + 1;
  const svg = draw("svg", {
    width, height: rows * ROW + 1, tabindex: 0, role: "tree",
    "aria-label": "Flame graph: arrows move, Enter zooms, Escape shows the whole",
    "aria-activedescendant": `frame-${flame.here}`,
  }, frames.map((frame) => drawFrame(...frame)));
  svg.addEventListener("keydown", flameKey);
  svg.addEventListener("mouseleave", () => tellFrame(flame.here));
  box.replaceChildren(svg);
  if (focused) svg.focus({ preventScroll: true });
  byId("flame-reset").disabled = flame.root === 0;
}

/* ---- what a frame says ---- */

function frameText(node) {
  const name = node ? frameName(node) : "the whole profile";
  const parts = [...flame.byCause[node]].sort((a, b) => b[1] - a[1]).slice(0, 3);
  const causes = parts.map(([cause, value], i) => {
    const text = i === 0 && data.causes[cause]?.text;
    const who = cause < 0 ? "unexplained" : `cause ${cause + 1}${text ? ` (${text})` : ""}`;
    return `${who} ${share(value, flame.value[node])}`;
  });
  return [`${name}: ${amount(flame.value[node])}, ${share(flame.value[node])}`, causes.join(", ")]
    .filter(Boolean).join("; ");
}

function tellFrame(node) {
  byId("flame-status").textContent = frameText(node);
}

/* ---- moving ---- */

function zoom(node) {
  flame.root = node;
  drawFlame();
  tellFrame(node);
}

function step(node) {
  if (node === undefined || !flame.groups.has(node)) return;
  flame.groups.get(flame.here)?.classList.remove("here");
  flame.here = node;
  flame.groups.get(node).classList.add("here");
  byId("flame-box").firstChild.setAttribute("aria-activedescendant", `frame-${node}`);
  tellFrame(node);
}

/* The neighbour on the same level: a sibling, or a cousin when there is none. */
function beside(node, direction) {
  const frame = (other) => flame.groups.get(other)?.querySelector("rect");
  const own = frame(node);
  if (!own) return undefined;
  const x = Number(own.getAttribute("x")), y = own.getAttribute("y");
  let best, distance = Infinity;
  for (const other of flame.groups.keys()) {
    const rect = frame(other);
    if (other === node || rect.getAttribute("y") !== y) continue;
    const apart = (Number(rect.getAttribute("x")) - x) * direction;
    if (apart > 0 && apart < distance) [best, distance] = [other, apart];
  }
  return best;
}

function flameKey(event) {
  const actions = {
    ArrowDown: () => step(flame.children[flame.here].find((child) => flame.groups.has(child))),
    ArrowUp: () => step(flame.here ? flame.parent[flame.here] : undefined),
    ArrowRight: () => step(beside(flame.here, 1)),
    ArrowLeft: () => step(beside(flame.here, -1)),
    Enter: () => zoom(flame.here),
    Escape: () => zoom(0),
    Backspace: () => zoom(flame.parent[flame.root]),
  };
  if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  actions[event.key]();
}

/* ---- search, legend, modes ---- */

/* Bytes below the outermost frames that match: each byte once. */
function foundValue() {
  let frames = 0, value = 0;
  const open = [[0, false]];
  while (open.length) {
    const [node, inside] = open.pop();
    const found = node !== 0 && isFound(node);
    if (found) frames++;
    if (found && !inside) value += flame.value[node];
    for (const child of flame.children[node]) open.push([child, inside || found]);
  }
  return { frames, value };
}

function search(text) {
  flame.needle = text.trim().toLowerCase();
  const { frames, value } = foundValue();
  byId("flame-found").textContent = flame.needle === "" ? ""
    : `${plural(frames, "frame")}, ${amount(value)}, ${share(value)}`;
  drawFlame();
}

function legendItem(colour, label, text, index) {
  const mark = make("span", { class: "chip", colour }, label);
  if (index === undefined) return make("li", {}, mark, text);
  return make("li", {}, make("button", { type: "button", onclick: () => select(index, true) }, mark, text));
}

function startLegend() {
  const items = data.causes.slice(0, COLOURS).map((cause, index) =>
    legendItem(colourOf(index), cause.id.slice(1), cause.text || cause.title, index));
  if (data.causes.length > COLOURS) items.push(legendItem("var(--c-other)", "9…", "other causes"));
  items.push(legendItem("var(--c-mixed)", "", "several causes"));
  if (data.unexplained_count) items.push(legendItem("var(--c-none)", "", "unexplained"));
  byId("legend").append(...items);
}

function startFlame() {
  readFlame();
  if (flame.value[0] === 0) hide("flame");
  const cut = flame.value[0] < data.total ? "" : `frames below ${amount(data.flame.least)} left out`;
  byId("flame-note").textContent = data.flame.below_zero
    ? `samples below zero left out; frames below ${amount(data.flame.least)} too` : cut;
  startLegend();
  for (const radio of document.getElementsByName("paint"))
    radio.addEventListener("change", () => { flame.mode = radio.value; drawFlame(); });
  byId("flame-search").addEventListener("input", (event) => search(event.target.value));
  byId("flame-reset").addEventListener("click", () => { flame.here = 0; zoom(0); });
  listeners.push(() => { if (flame.mode === "one") drawFlame(); });
  zoom(0);
}
