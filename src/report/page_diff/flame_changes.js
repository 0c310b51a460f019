/* flame_changes.js: both sides in one flame graph. A frame's colour says how it changed. It is as
   wide as the larger of both sides (so that what is gone stays in sight), or as one of them. */

const tree = data.tree;

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
  setTree(tree.parent, basis === "larger" ? measureLarger() : tree[basis]);
  if (flame.widths[flame.root] === 0) flame.root = flame.here = 0;
}

function frameText(node) {
  const change = { old: tree.old[node], new: tree.new[node] };
  return `${node ? flame.name(node) : "all"}: ${amount(change.old)} → ${amount(change.new)}, ` +
    `${signed(change.new - change.old)} ${percent(change) && `(${percent(change)})`}`.trim();
}

function foundText(nodes, count) {
  const sum = (values) => nodes.reduce((total, node) => total + values[node], 0);
  return `${plural(count, "frame")}, ${amount(sum(tree.old))} → ${amount(sum(tree.new))}`;
}

/* Where a row of the table is in the graph. */
function openInFlame(row) {
  searchName(row.function);
}

function startLegend() {
  const item = (old, now, words) =>
    make("li", {}, make("span", { class: "chip", colour: colourOfChange(old, now) }), words);
  byId("legend").append(item(1, 0, "gone"), item(1, 0.7, "shrank"), item(1, 1, "the same, within 1%"),
    item(0.7, 1, "grew"), item(0, 1, "new"));
}

function startFlame() {
  startFlameGraph({
    parent: tree.parent, widths: tree.new, name: (node) => tree.names[node], text: frameText, found: foundText,
    colour: (node) => colourOfChange(tree.old[node], tree.new[node]),
  });
  if (tree.parent.length < 2) hide("flame");
  byId("flame-note").textContent = [
    data.tree_least ? `frames below ${amount(Math.ceil(data.tree_least))} left out` : "",
    data.tree_cut ? "deep calls of rare stacks left out" : "",
  ].filter(Boolean).join("; ");
  setBasis("larger");
  startLegend();
  for (const radio of document.getElementsByName("width"))
    radio.addEventListener("change", () => { setBasis(radio.value); drawFlame(); tellFrame(flame.here); });
  startPlace();
}
