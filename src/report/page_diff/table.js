/* table.js: the changes, to be searched and walked through by keyboard. */

const SHOWN = 500;
const table = { kind: "sites", rows: [], selected: 0, needle: "", significant: false };
const KINDS = [["sites", "line"], ["functions", "function"], ["causes", "cause"]];
const nameOf = (row) => row.text || shortFunction(row.function) || "(no name)";

function isWanted(row) {
  if (table.significant && !row.significant) return false;
  return [row.function, row.file, row.text || ""].some((text) => text.toLowerCase().includes(table.needle));
}

function tableRow(row, index) {
  return make("tr", {
    id: `change-${index}`, class: row.verdict, "aria-selected": String(index === table.selected),
    onclick: () => { pick(index); openInFlame(row); },
  },
  make("td", { class: "number change" },
    make("span", { class: "sign", colour: colourOfChange(row.old, row.new) }), signed(row.delta)),
  make("td", { class: "number" }, percent(row)),
  make("td", { class: "number" }, range(row)),
  make("td", { class: "number" }, amount(row.old)),
  make("td", { class: "number" }, amount(row.new)),
  make("td", {}, row.verdict),
  make("td", { class: "name", title: row.function }, nameOf(row)),
  make("td", { class: "where" }, ...foldable(placeText(row))));
}

/* A path that is broken behind its slashes, so that a line number stays whole. */
function foldable(path) {
  return path.split(/(?<=\/)/).flatMap((part) => [part, make("wbr")]);
}

function drawTable() {
  const all = data[table.kind];
  table.rows = all.filter(isWanted);
  table.selected = 0;
  const shown = table.rows.slice(0, SHOWN);
  document.querySelector("#changes-table tbody").replaceChildren(...shown.map(tableRow));
  const left = table.rows.length - shown.length;
  byId("changes-rest").textContent = !table.rows.length ? "Nothing that fits."
    : left > 0 ? `and ${grouped(left)} more: search for them` : "";
  const count = all.filter((row) => row.significant).length;
  byId("changes-note").textContent =
    `${count ? grouped(count) : "none"} of ${grouped(data.counts[table.kind])} significant`;
  byId("what").textContent = table.kind === "causes" ? "cause" : "function";
}

function pick(index) {
  const row = byId(`change-${index}`);
  if (!row) return;
  byId(`change-${table.selected}`)?.setAttribute("aria-selected", "false");
  table.selected = index;
  row.setAttribute("aria-selected", "true");
  byId("changes-box").setAttribute("aria-activedescendant", row.id);
  const box = byId("changes-box"), head = box.querySelector("thead").offsetHeight;
  if (row.offsetTop - head < box.scrollTop) box.scrollTop = row.offsetTop - head;
  const below = row.offsetTop + row.offsetHeight - box.clientHeight;
  if (below > box.scrollTop) box.scrollTop = below;
}

function tableKey(event) {
  const last = Math.min(table.rows.length, SHOWN) - 1;
  const to = { ArrowDown: table.selected + 1, ArrowUp: table.selected - 1, Home: 0, End: last,
    PageDown: table.selected + 10, PageUp: table.selected - 10 }[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && table.rows[table.selected]) openInFlame(table.rows[table.selected]);
  else if (to !== undefined) pick(Math.max(0, Math.min(last, to)));
  else return;
  event.preventDefault();
}

function startTable() {
  for (const [kind, word] of KINDS) {
    if (!data[kind]) continue;
    const radio = make("input", { type: "radio", name: "kind", value: kind, checked: kind === table.kind });
    radio.addEventListener("change", () => { table.kind = kind; drawTable(); });
    byId("kinds").append(make("label", {}, radio, ` ${word}`));
  }
  byId("changes-search").addEventListener("input", (event) => {
    table.needle = event.target.value.trim().toLowerCase();
    drawTable();
  });
  byId("only-significant").addEventListener("change", (event) => {
    table.significant = event.target.checked;
    drawTable();
  });
  byId("changes-box").addEventListener("keydown", tableKey);
  drawTable();
}
