/* flame_packages.js: the flame graph of `prof`. A frame has the colour of its package. */

function frameText(node) {
  const name = node ? flame.name(node) : state.source < 0 ? "the whole profile" : sourceName(state.source);
  return `${name}: ${amount(flame.widths[node])}, ${share(flame.widths[node], flame.widths[0])}`;
}

function foundText(nodes, count) {
  const value = nodes.reduce((sum, node) => sum + flame.widths[node], 0);
  return `${plural(count, "frame")}, ${amount(value)}, ${share(value, flame.widths[0])}`;
}

function startLegend() {
  const item = (colour, words) => make("li", {}, make("span", { class: "chip", colour }), words);
  byId("legend").append(...ranked.slice(0, COLOURS).map((name) => item(packageColour(name), name)));
  if (ranked.length > COLOURS) byId("legend").append(item("var(--c-other)", "other packages"));
}

function redrawFlame() {
  flame.widths = values();
  if (flame.widths[flame.root] === 0) flame.root = flame.here = 0;
  search(byId("flame-search").value);
  tellFrame(flame.here);
}

function startFlame() {
  startFlameGraph({
    parent: data.parent, widths: values(), name: callName, text: frameText, found: foundText,
    colour: (node) => node ? packageColour(packageOf(callName(node))) : "var(--c-mixed)",
  });
  const cut = data.least > 1 ? `frames below ${amount(data.least)} left out` : "";
  byId("flame-note").textContent = data.below_zero
    ? ["samples below zero left out", cut].filter(Boolean).join("; ") : cut;
  startLegend();
  listeners.push(redrawFlame);
  zoom(0);
}
