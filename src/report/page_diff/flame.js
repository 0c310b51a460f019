/* flame.js: both sides in one flame graph, roots on top. A frame's colour says how it changed. It is
   as wide as the larger of both sides (so that what is gone stays in sight), or as one of them. */

const ROW = 20;
const tree = data.tree;
const flame = {
  children: tree.parent.map(() => []), widths: [], basis: "larger", root: 0, here: 0, needle: "",
  groups: new Map(),
};

/* ---- the tree ---- */

/* What ends in a node, on one side. */
function ownPart(values, node) {
  return values[node] - flame.children[node].reduce((sum, child) => sum + values[child], 0);
}

function measureLarger() {
  const widths = tree.old.map(() => 0);
  for (let node = widths.length - 1; node >= 0; node--) {
    widths[node] += Math.max(0, ownPart(tree.old, node), ownPart(tree.new, node));
    if (node) widths[tree.parent[node]] += widths[node];
  }
  return widths;
}

function setBasis(basis) {
  flame.basis = basis;
  flame.widths = basis === "larger" ? measureLarger() : tree[basis];
  for (const list of flame.children) list.sort((a, b) => flame.widths[b] - flame.widths[a]);
  if (flame.widths[flame.root] === 0) flame.root = flame.here = 0;
}

const frameName = (node) => node ? tree.names[node] : "";
const isFound = (node) => node !== 0 && flame.needle !== "" &&
  frameName(node).toLowerCase().includes(flame.needle);

/* ---- drawing ---- */

function frameLabel(node, width) {
  const room = Math.floor((width - 8) / 6.95);
  if (room < 3) return "";
  const name = node ? shortFunction(frameName(node)) : "all";
  return name.length <= room ? name : name.slice(0, room - 1) + "…";
}

function frameText(node) {
  const change = { old: tree.old[node], new: tree.new[node] };
  return `${node ? frameName(node) : "all"}: ${amount(change.old)} → ${amount(change.new)}, ` +
    `${signed(change.new - change.old)} ${percent(change) && `(${percent(change)})`}`.trim();
}

function drawFrame(node, x, width, depth) {
  const classes = [isFound(node) && "found", node === flame.here && "here"].filter(Boolean).join(" ");
  const group = draw("g", {
    id: `frame-${node}`, role: "treeitem", "aria-level": depth + 1, class: classes || null,
    "aria-label": frameText(node),
  },
  draw("title", {}, frameText(node)),
  draw("rect", {
    class: "base", x, y: depth * ROW, width, height: ROW,
    paint: colourOfChange(tree.old[node], tree.new[node]),
  }));
  const label = frameLabel(node, width);
  if (label) group.append(draw("text", { x: x + 4, y: depth * ROW + 14 }, label));
  group.addEventListener("click", () => { flame.here = node; zoom(node); });
  group.addEventListener("mouseenter", () => tellFrame(node));
  flame.groups.set(node, group);
  return group;
}

/* The callers of the frame that is zoomed to, full width, then all below it. */
function layout(width) {
  const frames = [], path = [];
  for (let node = flame.root; node !== 0; node = tree.parent[node]) path.unshift(tree.parent[node]);
  path.forEach((node, depth) => frames.push([node, 0, width, depth]));
  const scale = width / (flame.widths[flame.root] || 1);
  const open = [[flame.root, 0, path.length]];
  while (open.length) {
    const [node, x, depth] = open.pop();
    frames.push([node, x, flame.widths[node] * scale, depth]);
    let at = x;
    for (const child of flame.children[node]) {
      const wide = flame.widths[child] * scale;
      if (wide >= 1) open.push([child, at, depth + 1]);
      at += wide;
    }
  }
  return frames;
}

function drawFlame() {
  const box = byId("flame-box");
  const focused = box.contains(document.activeElement);
  const width = Math.max(200, box.clientWidth), frames = layout(width);
  flame.groups.clear();
  const rows = Math.max(...frames.map((frame) => frame[3])) + 1;
  const svg = draw("svg", {
    width, height: rows * ROW + 1, tabindex: 0, role: "tree",
    "aria-label": "Differential flame graph: arrows move, Enter zooms, Escape shows the whole",
    "aria-activedescendant": `frame-${flame.here}`,
  }, frames.map((frame) => drawFrame(...frame)));
  svg.addEventListener("keydown", flameKey);
  svg.addEventListener("mouseleave", () => tellFrame(flame.here));
  box.replaceChildren(svg);
  if (focused) svg.focus({ preventScroll: true });
  byId("flame-reset").disabled = flame.root === 0;
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

/* The nearest frame on the same level, to the right (1) or to the left (-1). */
function beside(node, direction) {
  const box = (other) => flame.groups.get(other)?.querySelector("rect");
  const own = box(node);
  if (!own) return undefined;
  const apart = (other) =>
    (Number(box(other).getAttribute("x")) - Number(own.getAttribute("x"))) * direction;
  return [...flame.groups.keys()]
    .filter((other) => box(other).getAttribute("y") === own.getAttribute("y") && apart(other) > 0)
    .sort((a, b) => apart(a) - apart(b))[0];
}

function flameKey(event) {
  const actions = {
    ArrowDown: () => step(flame.children[flame.here].find((child) => flame.groups.has(child))),
    ArrowUp: () => step(flame.here ? tree.parent[flame.here] : undefined),
    ArrowRight: () => step(beside(flame.here, 1)),
    ArrowLeft: () => step(beside(flame.here, -1)),
    Enter: () => zoom(flame.here),
    Escape: () => { flame.here = 0; zoom(0); },
    Backspace: () => zoom(tree.parent[flame.root]),
  };
  if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  actions[event.key]();
}

/* ---- search ---- */

/* Both sides' values of the outermost frames that match: each byte once. */
function search(text) {
  flame.needle = text.trim().toLowerCase();
  const sum = { old: 0, new: 0 };
  let frames = 0;
  const open = [[0, false]];
  while (open.length) {
    const [node, inside] = open.pop(), found = isFound(node);
    frames += found;
    if (found && !inside) {
      sum.old += tree.old[node];
      sum.new += tree.new[node];
    }
    for (const child of flame.children[node]) open.push([child, inside || found]);
  }
  byId("flame-found").textContent = flame.needle === "" ? ""
    : `${plural(frames, "frame")}, ${amount(sum.old)} → ${amount(sum.new)}`;
  drawFlame();
}

/* Where a row of the table is in the graph. */
function openInFlame(row) {
  byId("flame-search").value = row.function;
  search(row.function);
}

function startLegend() {
  const item = (old, now, words) =>
    make("li", {}, make("span", { class: "chip", colour: colourOfChange(old, now) }), words);
  byId("legend").append(item(1, 0, "gone"), item(1, 0.7, "shrank"), item(1, 1, "the same, within 1%"),
    item(0.7, 1, "grew"), item(0, 1, "new"));
}

function startFlame() {
  tree.parent.forEach((parent, node) => { if (node) flame.children[parent].push(node); });
  if (tree.parent.length < 2) hide("flame");
  byId("flame-note").textContent = data.tree_cut ? "deep calls of rare stacks left out" : "";
  setBasis("larger");
  startLegend();
  for (const radio of document.getElementsByName("width"))
    radio.addEventListener("change", () => { setBasis(radio.value); drawFlame(); tellFrame(flame.here); });
  byId("flame-search").addEventListener("input", (event) => search(event.target.value));
  byId("flame-reset").addEventListener("click", () => { flame.here = 0; zoom(0); });
  zoom(0);
}
