/* treemap.js: packages as areas, the functions in them; what each has of its own.

   Areas are laid out so that none gets much longer than wide (Bruls, Huizing, van Wijk: Squarified
   Treemaps, 2000). */

const MAP_HEIGHT = 420, HEAD = 17, SMALLEST = 3;
const map = { focus: "", here: 0, tiles: [] }; /* tiles: what can be walked to, in order of drawing */

/* ---- where everything goes ---- */

/* How far from square the worst tile of a row of that much area along `side` would be. */
function worst(row, area, side) {
  const largest = row[0].area, smallest = row[row.length - 1].area;
  return Math.max(side * side * largest / (area * area), area * area / (side * side * smallest));
}

/* Items (dearest first, with `value`) as [{ item, x, y, width, height }] in a box. */
function squarify(items, box) {
  const total = items.reduce((sum, item) => sum + item.value, 0);
  const scale = box.width * box.height / (total || 1), placed = [];
  let { x, y, width, height } = box, at = 0;
  while (at < items.length && width > 0 && height > 0) {
    const side = Math.min(width, height), row = [];
    let area = 0;
    for (; at < items.length; at++) {
      const next = { item: items[at], area: items[at].value * scale };
      if (row.length && worst(row, area, side) < worst([...row, next], area + next.area, side)) break;
      row.push(next);
      area += next.area;
    }
    const thick = area / side;
    let along = 0;
    for (const { item, area: own } of row) {
      const long = own / thick;
      placed.push(width >= height ? { item, x, y: y + along, width: thick, height: long }
        : { item, x: x + along, y, width: long, height: thick });
      along += long;
    }
    if (width >= height) [x, width] = [x + thick, width - thick];
    else [y, height] = [y + thick, height - thick];
  }
  return placed;
}

/* ---- drawing ---- */

function tileLabel(text, width) {
  const room = Math.floor((width - 6) / 6.95);
  return room < 3 ? "" : fitText(text, room);
}

function addTile(svg, tile, box, shape) {
  const index = map.tiles.length, text = tileText(tile);
  const group = draw("g", { id: `tile-${index}`, role: "treeitem", "aria-label": text, class: index === map.here ? "here" : null },
    draw("title", {}, text), draw("rect", { ...box, ...shape.rect }));
  const label = box.height >= 14 ? tileLabel(shape.label, box.width) : "";
  if (label) group.append(draw("text", { x: box.x + 4, y: box.y + 12, class: shape.textClass }, label));
  group.addEventListener("click", () => { map.here = index; openTile(tile); });
  group.addEventListener("mouseenter", () => tellTile(tile));
  map.tiles.push({ ...tile, group });
  svg.append(group);
}

const tileText = (tile) =>
  `${tile.function || tile.package}: ${exact(tile.value)}, ${share(tile.value, values()[0])}`;

function tellTile(tile) {
  byId("treemap-status").textContent = tile ? tileText(tile) : "";
}

function drawPackage(svg, { item, x, y, width, height }) {
  if (width < SMALLEST || height < SMALLEST) return;
  const inner = { x: x + 1, y: y + HEAD, width: width - 2, height: height - HEAD - 1 };
  const closed = inner.width < SMALLEST || inner.height < SMALLEST; /* no room for its functions */
  addTile(svg, { package: item.name, value: item.value }, { x, y, width, height }, {
    rect: closed ? { paint: packageColour(item.name) } : { class: "package" },
    label: item.name, textClass: closed ? null : "package-name",
  });
  if (closed) return;
  const functions = [...item.functions].map(([name, value]) => ({ name, value }))
    .sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
  for (const { item: one, ...box } of squarify(functions, inner))
    if (box.width >= SMALLEST && box.height >= SMALLEST)
      addTile(svg, { package: item.name, function: one.name, value: one.value }, box, {
        rect: { paint: packageColour(item.name) },
        label: shortFunction(one.name).slice(shortFunction(item.name).length + 1),
      });
}

function drawTreemap() {
  const box = byId("treemap-box"), focused = box.contains(document.activeElement);
  const width = Math.max(200, box.clientWidth);
  const sums = sumPackages(shown()).filter((sum) => !map.focus || sum.name === map.focus);
  const svg = draw("svg", {
    width, height: MAP_HEIGHT, viewBox: `0 0 ${width} ${MAP_HEIGHT}`, tabindex: 0, role: "tree",
    "aria-label": "Packages: arrows move, Enter opens, Escape shows all",
  });
  map.tiles = [];
  for (const placed of squarify(sums, { x: 0, y: 0, width, height: MAP_HEIGHT })) drawPackage(svg, placed);
  svg.addEventListener("keydown", treemapKey);
  svg.addEventListener("mouseleave", () => tellTile(map.tiles[map.here]));
  box.replaceChildren(svg);
  if (focused) svg.focus({ preventScroll: true });
  byId("treemap-reset").disabled = map.focus === "";
}

/* ---- moving ---- */

/* A package fills the box; a function is looked for in the flame graph. */
function openTile(tile) {
  if (tile.function) {
    searchName(tile.function);
  } else {
    map.focus = map.focus ? "" : tile.package;
    map.here = 0;
    drawTreemap();
  }
  tellTile(tile);
}

function moveTo(index) {
  if (index < 0 || index >= map.tiles.length) return;
  map.tiles[map.here]?.group.classList.remove("here");
  map.here = index;
  map.tiles[index].group.classList.add("here");
  map.tiles[index].group.scrollIntoView({ block: "nearest", inline: "nearest" });
  byId("treemap-box").firstChild.setAttribute("aria-activedescendant", `tile-${index}`);
  tellTile(map.tiles[index]);
}

/* The next package's tile, forwards or backwards. */
function nextPackage(direction) {
  for (let at = map.here + direction; at >= 0 && at < map.tiles.length; at += direction)
    if (!map.tiles[at].function) return at;
  return -1;
}

function treemapKey(event) {
  const actions = {
    ArrowRight: () => moveTo(map.here + 1),
    ArrowLeft: () => moveTo(map.here - 1),
    ArrowDown: () => moveTo(nextPackage(1)),
    ArrowUp: () => moveTo(nextPackage(-1)),
    Enter: () => map.tiles[map.here] && openTile(map.tiles[map.here]),
    Escape: showAllPackages,
  };
  if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  actions[event.key]();
}

function showAllPackages() {
  map.focus = "";
  map.here = 0;
  drawTreemap();
  tellTile(map.tiles[0]);
}

function startTreemap() {
  byId("treemap-reset").addEventListener("click", showAllPackages);
  listeners.push(showAllPackages);
  showAllPackages();
}
