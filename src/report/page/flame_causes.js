/* flame_causes.js: the flame graph of `hot`. A frame has the colour of the cause that most of its
   bytes have, if that is at least 60 %; with "share of the selected cause" a frame is filled as far
   as that cause goes. */

const DOMINANT = 0.6;
const byCause = data.flame.parent.map(() => new Map()); /* by node: cause -> bytes */
let paintMode = "all";

function sumCauses() {
  const { parent, selfs } = data.flame;
  for (let i = 0; i < selfs.length; i += 3)
    for (let node = selfs[i]; ; node = parent[node]) {
      const sums = byCause[node];
      sums.set(selfs[i + 1], (sums.get(selfs[i + 1]) || 0) + selfs[i + 2]);
      if (node === 0) break;
    }
}

/* The cause that dominates a frame, with its bytes; undefined when none does. */
function dominant(node) {
  let best;
  for (const [cause, value] of byCause[node])
    if (!best || value > best[1]) best = [cause, value];
  return best && best[1] >= DOMINANT * flame.widths[node] ? best : undefined;
}

function frameColour(node) {
  if (paintMode === "one") return "var(--c-mixed)";
  const best = dominant(node);
  return best ? colourOf(best[0]) : "var(--c-mixed)";
}

function framePart(node) {
  const share = (byCause[node].get(state.cause) || 0) / flame.widths[node];
  return paintMode === "one" && share > 0 ? [share, colourOf(state.cause)] : undefined;
}

function frameText(node) {
  const name = node ? flame.name(node) : "the whole profile";
  const parts = [...byCause[node]].sort((a, b) => b[1] - a[1]).slice(0, 3);
  const causes = parts.map(([cause, value], i) => {
    const text = i === 0 && data.causes[cause]?.text;
    const who = cause < 0 ? "unexplained" : `cause ${cause + 1}${text ? ` (${text})` : ""}`;
    return `${who} ${share(value, flame.widths[node])}`;
  });
  return [`${name}: ${amount(flame.widths[node])}, ${share(flame.widths[node])}`, causes.join(", ")]
    .filter(Boolean).join("; ");
}

function foundText(nodes, count) {
  const value = nodes.reduce((sum, node) => sum + flame.widths[node], 0);
  return `${plural(count, "frame")}, ${amount(value)}, ${share(value)}`;
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
  const { parent, value, name, names } = data.flame;
  sumCauses();
  startFlameGraph({
    parent, widths: value, name: (node) => names[name[node]], text: frameText, colour: frameColour,
    part: framePart, found: foundText,
  });
  if (value[0] === 0) hide("flame");
  const cut = value[0] < data.total ? "" : `frames below ${amount(data.flame.least)} left out`;
  byId("flame-note").textContent = data.flame.below_zero
    ? `samples below zero left out; frames below ${amount(data.flame.least)} too` : cut;
  startLegend();
  for (const radio of document.getElementsByName("paint"))
    radio.addEventListener("change", () => { paintMode = radio.value; drawFlame(); });
  listeners.push(() => { if (paintMode === "one") drawFlame(); });
  startPlace();
}
