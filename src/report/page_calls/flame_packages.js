/* flame_packages.js: the flame graph of `prof`. A frame has the colour of its package. */

/* What -top has of the function, when that is more than this frame. */
function everywhere(node) {
  const { flat, cum } = shown(), index = nameIndex(node);
  const own = flat[index] ? `, ${exact(flat[index])} its own` : "";
  return cum[index] > flame.widths[node] || own
    ? `; in all ${exact(cum[index])}${own}` : "";
}

function frameText(node) {
  const name = node ? flame.name(node) : state.source < 0 ? "the whole profile" : sourceName(state.source);
  const here = `${name}: ${exact(flame.widths[node])}, ${share(flame.widths[node], flame.widths[0])}`;
  return node ? `${here}${everywhere(node)}` : here;
}

function foundText(nodes, count) {
  const value = nodes.reduce((sum, node) => sum + flame.widths[node], 0);
  return `${plural(count, "frame")}, ${exact(value)}, ${share(value, flame.widths[0])}`;
}

/* The served views of one function take it as a regular expression. */
function aimLinks() {
  for (const link of document.querySelectorAll("#flame .for-frame")) {
    const address = new URL(link.href);
    link.hidden = flame.here === 0;
    if (flame.here)
      address.searchParams.set("f", `^${functionOf(flame.name(flame.here)).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`);
    link.href = address.href;
  }
}

function startLegend() {
  const item = (colour, words) => make("li", {}, make("span", { class: "chip", colour }), words);
  byId("legend").append(...ranked.slice(0, COLOURS).map((name) => item(packageColour(name), name)));
  if (ranked.length > COLOURS) byId("legend").append(item("var(--c-other)", "other packages"));
}

function redrawFlame() {
  setTree(flame.parent, treeWidths());
  if (flame.widths[flame.root] === 0) flame.root = flame.here = 0;
  search(byId("flame-search").value);
  tellFrame(flame.here);
}

function startFlame() {
  startFlameGraph({
    parent: data.parent, widths: values(), name: (node) => data.names[nameIndex(node)], text: frameText, found: foundText,
    colour: (node) => node ? packageColour(packageOf(flame.name(node))) : "var(--c-mixed)",
    told: aimLinks, ...groupHooks,
  });
  const cut = data.least > 1 ? `frames below ${amount(data.least)} left out` : "";
  byId("flame-note").textContent = data.below_zero
    ? ["samples below zero left out (unheap diff -html shows both sides)", cut].filter(Boolean).join("; ") : cut;
  startLegend();
  startGroups();
  listeners.push(redrawFlame);
}
