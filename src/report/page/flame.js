/* flame.js: a tree of calls as a flame graph, roots on top as in `go tool pprof -http`; for all pages.

   A page gives startFlameGraph() what it knows of the frames:
     parent, widths   by node; node 0 is the root
     name(node)       the function; not asked for the root
     text(node)       what a frame says, one line
     colour(node)     its ground
     part(node)       optional: [share, colour] that is filled in front of the ground
     found(nodes, n)  what the outermost frames that match a search come to, n frames in all
     told(node)       optional: the frame is now the one that is spoken of
     keys             optional: more keys, as { key: action }
     reset()          optional: back to the page's first tree (setTree)
     place()          optional: what the address has to keep besides, as { name: value }
     restore(values)  optional: and its way back
   Only frames that are at least a pixel wide are drawn. */

const ROW = 20;
const THIN = 4; /* pixels: narrower frames have no border, which would hide them */
const flame = { root: 0, here: 0, matches: null, groups: new Map() };

/* ---- drawing ---- */

function frameLabel(node, width) {
  const room = Math.floor((width - 8) / 6.95);
  if (room < 3) return "";
  return fitText(node ? shortFunction(flame.name(node)) : "all", room);
}

function drawFrame(node, x, width, depth) {
  const part = flame.part?.(node);
  const classes = [isFound(node) && "found", node === flame.here && "here", width < THIN && "thin"]
    .filter(Boolean).join(" ");
  const text = flame.text(node);
  const group = draw("g", {
    id: `frame-${node}`, role: "treeitem", "aria-level": depth + 1, class: classes || null,
    "aria-label": text,
  },
  draw("title", {}, text),
  draw("rect", { class: "base", x, y: depth * ROW, width, height: width < THIN ? ROW - 1 : ROW, paint: flame.colour(node) }),
  part && draw("rect", {
    class: "part", x, y: depth * ROW + 1, width: width * part[0], height: ROW - 2, paint: part[1],
  }));
  const label = frameLabel(node, width);
  if (label) group.append(draw("text", { x: x + 4, y: depth * ROW + 14 }, label));
  group.addEventListener("click", () => { flame.here = node; zoom(node); keepPlace(true); });
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
  const height = (frames.reduce((most, frame) => Math.max(most, frame[3]), 0) + 1) * ROW + 1;
  const svg = draw("svg", {
    width, height, viewBox: `0 0 ${width} ${height}`, tabindex: 0, role: "tree",
    "aria-label": "Flame graph: arrows move, Enter zooms, Escape shows the whole",
    "aria-activedescendant": `frame-${flame.here}`, "aria-describedby": "flame-keys",
  }, frames.map((frame) => drawFrame(...frame)));
  svg.addEventListener("keydown", flameKey);
  svg.addEventListener("mouseleave", () => tellFrame(flame.here));
  box.replaceChildren(svg);
  if (focused) svg.focus({ preventScroll: true });
  byId("flame-reset").disabled = flame.root === 0 && flame.isFirst;
}

function tellFrame(node) {
  byId("flame-status").textContent = flame.text(node);
  for (const button of document.querySelectorAll("#flame .of-frame")) button.disabled = flame.here === 0;
  flame.told?.(node);
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
  flame.groups.get(node).scrollIntoView({ block: "nearest", inline: "nearest" });
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

function zoomTo(node) {
  if (node !== flame.root) {
    zoom(node);
    keepPlace(true);
  }
}

function showWhole() {
  const changed = flame.root !== 0 || !flame.isFirst;
  if (!flame.isFirst) flame.reset();
  flame.here = 0;
  zoom(0);
  if (changed) keepPlace(true);
}

function flameKey(event) {
  const actions = {
    ArrowDown: () => step(flame.children[flame.here].find((child) => flame.groups.has(child))),
    ArrowUp: () => step(flame.here ? flame.parent[flame.here] : undefined),
    ArrowRight: () => step(beside(flame.here, 1)),
    ArrowLeft: () => step(beside(flame.here, -1)),
    Enter: () => zoomTo(flame.here),
    Escape: showWhole,
    Backspace: () => zoomTo(flame.parent[flame.root]),
    n: () => step(nextFound(1)),
    N: () => step(nextFound(-1)),
    c: copyName,
    "/": () => byId("flame-search").focus(),
    ...flame.keys,
  };
  if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  actions[event.key]();
}

/* ---- the address ---- */

function keepPlace(isStep = false) {
  const search = byId("flame-search").value.trim();
  writeAddress({ ...flame.place?.(), frame: flame.root || "", search }, isStep);
}

function restorePlace() {
  const address = readAddress();
  if (isSection(address)) {
    keepPlace();
    return;
  }
  byId("flame-search").value = address.values.get("search") || "";
  flame.restore?.(address.values);
  const root = Number(address.values.get("frame"));
  flame.root = flame.here = flame.widths[root] > 0 ? root : 0;
  search(byId("flame-search").value);
  tellFrame(flame.here);
}

/* ---- start ---- */

/* Another tree, or other values for it; dear frames stand left of cheap ones. */
function setTree(parent, widths) {
  flame.isFirst = parent === flame.firstParent;
  Object.assign(flame, { parent, widths, children: parent.map(() => []) });
  parent.forEach((above, node) => { if (node) flame.children[above].push(node); });
  for (const list of flame.children) list.sort((a, b) => widths[b] - widths[a]);
}

function startFlameGraph(frames) {
  Object.assign(flame, frames, { firstParent: frames.parent });
  setTree(frames.parent, frames.widths);
  startSearch();
  byId("flame-reset").addEventListener("click", showWhole);
}

/* When all else of the page is as it will be. */
function startPlace() {
  window.addEventListener("popstate", restorePlace);
  restorePlace();
}
