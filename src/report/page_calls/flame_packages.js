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

/* Whether frames are left out that something ends in: then what ends in the tree's is not what -top
   has. */
function isCut() {
  const own = data.value.slice(), sums = data.flat.map(() => 0);
  for (let node = own.length - 1; node > 0; node--) {
    own[data.parent[node]] -= data.value[node];
    sums[data.name[node]] += own[node];
  }
  return sums.some((sum, index) => index > 0 && sum !== data.flat[index]);
}

/* Frames that are left out may match too, so it may be more; a function that matches has, in all,
   what -top says. */
function foundText(nodes, count) {
  const sum = nodes.reduce((all, node) => all + flame.widths[node], 0), { cum } = shown();
  const most = group.tree ? 0 : data.names.reduce((best, name, index) =>
    index > 0 && cum[index] > best && flame.matches(name) ? cum[index] : best, 0);
  const value = Math.max(sum, most), whole = flame.widths[0];
  const least = flame.cut && value < whole ? "at least " : "";
  return `${plural(count, "frame")}, ${least}${exact(value)}, ${share(value, whole)}`;
}

/* The served views of one function take it as a regular expression; Peek has file and line behind it. */
function aimLinks() {
  for (const link of document.querySelectorAll("#flame .for-frame")) {
    const address = new URL(link.href);
    link.hidden = flame.here === 0;
    if (flame.here)
      address.searchParams.set("f", `^${functionOf(flame.name(flame.here)).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}( |$)`);
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
    told: aimLinks, cut: isCut(), ...groupHooks,
  });
  const cut = data.least > 1 ? `frames below ${amount(data.least)} left out` : "";
  byId("flame-note").textContent = data.below_zero
    ? ["samples below zero left out (unheap diff -html shows both sides)", cut].filter(Boolean).join("; ") : cut;
  startLegend();
  startGroups();
  listeners.push(redrawFlame);
}
