/* flow.js: the picture of a cause, from its allocations on the left to the heap on the right.

   Cards stand in columns by their distance from the heap; lines are as thick as the bytes that flow
   along them. Small allocations with the same way are drawn as one card. */

const CARD_FONT = "12px system-ui, sans-serif";
const CARD = { width: 250, least: 114, gap: 46, leastGap: 26, between: 12, pad: 9, line: 15, sites: 8 };
const THICKEST = 26;

/* Cards: { kind, text, place, value, members, column, y, height, lines } and links between them.
   members: how many steps share the card. */
function flowModel(cause) {
  const cards = cause.nodes.map((node) => ({
    kind: node.kind, text: withoutFolders(node.text), place: node, value: node.value, members: 1,
  }));
  let links = cause.edges.map(([from, to, value]) => ({ from, to, value }));
  const left = foldSites(cards, links);
  links = links.map((link) => ({ ...link, from: left.get(link.from) ?? link.from }));
  return { cards, links: joinLinks(links.filter((link) => link.from !== link.to)) };
}

/* Allocations beyond the dearest ones become one card for each card they lead to. */
function foldSites(cards, links) {
  const moved = new Map();
  const sites = cards.map((card, i) => i).filter((i) => cards[i].kind === "site");
  sites.sort((a, b) => cards[b].value - cards[a].value);
  const target = (i) => links.find((link) => link.from === i)?.to;
  const folded = new Map();
  if (sites.length <= CARD.sites) return moved;
  for (const i of sites.slice(CARD.sites - 1)) {
    if (!folded.has(target(i))) {
      folded.set(target(i), cards.length);
      cards.push({
        kind: "site", text: "", place: { file: "", line: 0 }, value: 0, members: 1, folded: 0,
      });
    }
    const into = cards[folded.get(target(i))];
    into.value += cards[i].value;
    into.folded++;
    into.text = plural(into.folded, "smaller allocation");
    cards[i].gone = true;
    moved.set(i, folded.get(target(i)));
  }
  return moved;
}

function joinLinks(links) {
  const joined = new Map();
  for (const link of links) {
    const key = `${link.from} ${link.to}`;
    if (joined.has(key)) joined.get(key).value += link.value;
    else joined.set(key, { ...link });
  }
  return [...joined.values()];
}

/* The longest way to the heap, in steps. A circle, should there be one, is cut by the number of
   rounds. */
function setColumns(model) {
  for (const card of model.cards) card.far = card.kind === "heap" ? 0 : 1;
  for (let round = 0; round < model.cards.length; round++) {
    let changed = false;
    for (const { from, to } of model.links) {
      const far = Math.min(model.cards[to].far + 1, model.cards.length);
      if (far > model.cards[from].far && model.cards[from].kind !== "heap") {
        model.cards[from].far = far;
        changed = true;
      }
    }
    if (!changed) break;
  }
  const used = [...new Set(model.cards.filter((card) => !card.gone).map((card) => card.far))]
    .sort((a, b) => b - a);
  for (const card of model.cards) card.column = used.indexOf(card.far);
  model.columns = used.length;
}

/* Where columns do not fit side by side, steps that only lead to one another share a card. */
function mergeSteps(model, width) {
  const fits = () => model.columns * (CARD.least + CARD.leastGap) - CARD.leastGap <= width;
  while (!fits()) {
    const link = model.links.find(({ from, to }) =>
      model.cards[from].kind === "step" && model.cards[to].kind === "step" &&
      model.links.filter((other) => other.from === from).length === 1 &&
      model.links.filter((other) => other.to === to).length === 1);
    if (!link) return;
    const { from, to } = link;
    model.cards[to].text = `${model.cards[from].text}; ${model.cards[to].text}`;
    model.cards[to].members += model.cards[from].members;
    model.cards[from].gone = true;
    model.links = model.links.filter((other) => other !== link);
    for (const other of model.links) if (other.to === from) other.to = to;
    setColumns(model);
  }
}

function measureCards(model, width) {
  const gaps = Math.max(1, model.columns - 1);
  model.gap = Math.max(CARD.leastGap, Math.min(CARD.gap, (width - CARD.least * model.columns - 2) / gaps));
  const room = (width - 2 - model.gap * gaps) / model.columns;
  model.width = Math.floor(Math.max(CARD.least, Math.min(CARD.width, room)));
  for (const card of model.cards) {
    card.lines = wrapText(card.text, CARD_FONT, model.width - 2 * CARD.pad,
      Math.min(9, 3 * card.members));
    const rows = card.lines.length + (card.place.file ? 1 : 0) + 1;
    card.height = rows * CARD.line + 2 * CARD.pad - 4;
  }
}

/* Columns from the right, each in the order of the cards they lead to, then by bytes. */
function setRows(model) {
  const order = new Map();
  for (let column = model.columns - 1; column >= 0; column--) {
    const cards = model.cards.filter((card) => card.column === column && !card.gone);
    const goal = (card) => Math.min(...model.links
      .filter((link) => model.cards[link.from] === card)
      .map((link) => order.get(model.cards[link.to]) ?? 0), 1e9);
    cards.sort((a, b) => goal(a) - goal(b) || b.value - a.value);
    cards.forEach((card, i) => order.set(card, i));
    let y = 0;
    for (const card of cards) {
      card.y = y;
      y += card.height + CARD.between;
    }
    model.height = Math.max(model.height || 0, y - CARD.between);
    for (const card of cards) card.columnHeight = y - CARD.between;
  }
  for (const card of model.cards)
    if (!card.gone) card.y += (model.height - card.columnHeight) / 2;
}

const cardX = (model, card) => card.column * (model.width + model.gap);

/* Where lines leave and enter: side by side down a card's edge, centred, in order of height. */
function setPorts(model, thickness) {
  for (const [end, other, port] of [["from", "to", "y1"], ["to", "from", "y2"]]) {
    const groups = new Map();
    for (const link of model.links) {
      const card = model.cards[link[end]];
      if (!groups.has(card)) groups.set(card, []);
      groups.get(card).push(link);
    }
    for (const [card, links] of groups) {
      links.sort((a, b) => model.cards[a[other]].y - model.cards[b[other]].y);
      const sum = links.reduce((total, link) => total + thickness(link.value), 0);
      let y = card.y + card.height / 2 - sum / 2;
      for (const link of links) {
        link[port] = y + thickness(link.value) / 2;
        y += thickness(link.value);
      }
    }
  }
}

function linkPath(model, link) {
  const x1 = cardX(model, model.cards[link.from]) + model.width;
  const x2 = cardX(model, model.cards[link.to]);
  const middle = x2 > x1 ? (x1 + x2) / 2 : x1 + model.gap;
  return `M${x1} ${link.y1}C${middle} ${link.y1} ${middle} ${link.y2} ${x2} ${link.y2}`;
}

/* Bytes, and their share of the cause where there is room for it and it says something. */
function cardBytes(model, card, cause) {
  const bytes = amount(card.value), both = `${bytes}, ${share(card.value, cause.value)}`;
  const room = model.width - 2 * CARD.pad;
  return card.value !== cause.value && textWidth(both, `600 ${CARD_FONT}`) <= room ? both : bytes;
}

function cardLines(model, card, cause) {
  const x = cardX(model, card) + CARD.pad;
  let y = card.y + CARD.pad + 8;
  const texts = card.lines.map((line, i) => draw("text", { x, y: y + i * CARD.line }, line));
  y += card.lines.length * CARD.line;
  if (card.place.file) {
    const place = wrapText(basePlace(card.place), "11px monospace", model.width - 2 * CARD.pad, 1);
    texts.push(draw("text", { x, y, class: "small" }, place));
    y += CARD.line;
  }
  texts.push(draw("text", { x, y, class: "bytes" }, cardBytes(model, card, cause)));
  return texts;
}

function drawCard(model, card, cause, index) {
  const on = card.kind === "cause";
  const shape = draw("rect", {
    class: `card is-${card.kind}`, x: cardX(model, card), y: card.y, width: model.width,
    height: card.height, rx: 4, paint: on ? colourOf(index) : null,
  });
  const title = draw("title", {}, [card.text, placeText(card.place), amount(card.value)]
    .filter(Boolean).join("\n"));
  const parts = [title, shape, ...cardLines(model, card, cause)];
  const file = files.get(card.place.file);
  const attributes = { class: on ? "on" : null, "data-kind": card.kind };
  if (!file || !file.lines.has(card.place.line)) return draw("g", attributes, parts);
  return draw("a", {
    ...attributes, href: "#source",
    onclick: (event) => { event.preventDefault(); showSource(card.place.file, card.place.line, true); },
  }, parts);
}

function flowPicture(cause, index, width) {
  const model = flowModel(cause);
  setColumns(model);
  mergeSteps(model, width);
  measureCards(model, width);
  setRows(model);
  const most = Math.max(1, ...model.links.map((link) => Math.abs(link.value)));
  const thickness = (value) => Math.max(1.5, Math.abs(value) / most * THICKEST);
  setPorts(model, thickness);
  const across = model.columns * (model.width + model.gap) - model.gap;
  return draw("svg", {
    width: across + 2, height: model.height + 2, viewBox: `-1 -1 ${across + 2} ${model.height + 2}`,
    role: "group", "aria-label": `How ${amount(cause.value)} flow from allocations to the heap`,
  },
  model.links.map((link) => draw("path", {
    d: linkPath(model, link), "stroke-width": thickness(link.value),
  }, draw("title", {}, amount(link.value)))),
  model.cards.filter((card) => !card.gone).map((card) => drawCard(model, card, cause, index)));
}
