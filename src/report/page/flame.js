/* flame.js: a tree of calls as a flame graph, roots on top as in `go tool pprof -http`; for all pages.

   A page gives startFlameGraph() what it knows of the frames:
     parent, widths   by node; node 0 is the root
     name(node)       the function; not asked for the root
     text(node)       what a frame says, one line
     colour(node)     its ground
     part(node)       optional: [share, colour] that is filled in front of the ground
     found(nodes, n)  what the outermost frames that match a search come to, n frames in all
   Only frames that are at least a pixel wide are drawn. */

const ROW = 20;
const flame = { root: 0, here: 0, needle: "", groups: new Map() };

const isFound = (node) => node !== 0 && flame.needle !== "" &&
  flame.name(node).toLowerCase().includes(flame.needle);

/* ---- drawing ---- */

function frameLabel(node, width) {
  const room = Math.floor((width - 8) / 6.95);
  if (room < 3) return "";
  const name = node ? shortFunction(flame.name(node)) : "all";
  return name.length <= room ? name : name.slice(0, room - 1) + "…";
}

function drawFrame(node, x, width, depth) {
  const part = flame.part?.(node);
  const classes = [isFound(node) && "found", node === flame.here && "here"].filter(Boolean).join(" ");
  const text = flame.text(node);
  const group = draw("g", {
    id: `frame-${node}`, role: "treeitem", "aria-level": depth + 1, class: classes || null,
    "aria-label": text,
  },
  draw("title", {}, text),
  draw("rect", { class: "base", x, y: depth * ROW, width, height: ROW, paint: flame.colour(node) }),
  part && draw("rect", {
    class: "part", x, y: depth * ROW + 1, width: width * part[0], height: ROW - 2, paint: part[1],
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
  for (let node = flame.root; node !== 0; node = flame.parent[node]) path.unshift(flame.parent[node]);
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
    "aria-label": "Flame graph: arrows move, Enter zooms, Escape shows the whole",
    "aria-activedescendant": `frame-${flame.here}`,
  }, frames.map((frame) => drawFrame(...frame)));
  svg.addEventListener("keydown", flameKey);
  svg.addEventListener("mouseleave", () => tellFrame(flame.here));
  box.replaceChildren(svg);
  if (focused) svg.focus({ preventScroll: true });
  byId("flame-reset").disabled = flame.root === 0;
}

function tellFrame(node) {
  byId("flame-status").textContent = flame.text(node);
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

/* The nearest frame on the same level, to the right (1) or to the left (-1): a sibling, or a cousin
   when there is none. */
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
    ArrowUp: () => step(flame.here ? flame.parent[flame.here] : undefined),
    ArrowRight: () => step(beside(flame.here, 1)),
    ArrowLeft: () => step(beside(flame.here, -1)),
    Enter: () => zoom(flame.here),
    Escape: () => { flame.here = 0; zoom(0); },
    Backspace: () => zoom(flame.parent[flame.root]),
  };
  if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  actions[event.key]();
}

/* ---- search ---- */

/* The outermost frames that match, so that each byte counts once, and how many match in all. */
function search(text) {
  flame.needle = text.trim().toLowerCase();
  const outermost = [], open = [[0, false]];
  let count = 0;
  while (open.length) {
    const [node, inside] = open.pop(), found = isFound(node);
    count += found;
    if (found && !inside) outermost.push(node);
    for (const child of flame.children[node]) open.push([child, inside || found]);
  }
  byId("flame-found").textContent = flame.needle === "" ? "" : flame.found(outermost, count);
  drawFlame();
}

/* ---- start ---- */

function startFlameGraph(frames) {
  Object.assign(flame, frames);
  flame.children = flame.parent.map(() => []);
  flame.parent.forEach((parent, node) => { if (node) flame.children[parent].push(node); });
  byId("flame-search").addEventListener("input", (event) => search(event.target.value));
  byId("flame-reset").addEventListener("click", () => { flame.here = 0; zoom(0); });
}
