/* causes.js: the ranked list, and the cause that is selected in it. */

const state = { cause: -1 };
const listeners = []; /* called with the index when the selection changes */

/* ---- the ranking ---- */

const largest = Math.max(1, ...data.causes.map((cause) => Math.max(cause.value, cause.high)));

/* A bar with the 95 % range as a line over it; lengths are parts of 1000. */
function rangeBar(cause, index) {
  const part = (value) => Math.max(0, value) / largest * 1000;
  return draw("svg", { viewBox: "0 0 1000 9", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("rect", { x: 0, y: 1, width: part(cause.value), height: 7, paint: colourOf(index) }),
    draw("path", {
      d: `M${part(cause.low)} 4.5H${part(cause.high)}`, stroke: "var(--text)", "stroke-width": 1.5,
      "vector-effect": "non-scaling-stroke",
    }));
}

function rankingRow(cause, index) {
  return make("div", {
    class: cause.supported ? "row" : "row weak", role: "option", id: `cause-${index}`,
    "aria-selected": "false", onclick: () => select(index, false),
    title: `95% range ${range(cause.low, cause.high)}, ${plural(cause.samples, "sampled object")}`,
  },
  chip(index, true),
  make("div", { class: "what" }, cause.text || cause.title),
  make("div", { class: "bytes" }, amount(cause.value)),
  make("span", {}),
  make("div", { class: "where" }, cause.file ? shortPlace(cause) : "no source"),
  make("div", { class: "share" }, share(cause.value)),
  make("span", {}),
  rangeBar(cause, index));
}

function startRanking() {
  const box = byId("ranking");
  const strong = [], weak = [];
  data.causes.forEach((cause, index) =>
    (cause.supported ? strong : weak).push(rankingRow(cause, index)));
  box.append(...strong);
  if (weak.length)
    box.append(make("h3", { role: "presentation" }, "Too few samples to rank"), ...weak);
  box.addEventListener("keydown", rankingKey);
  const rest = data.cause_count - data.causes.length;
  byId("ranking-rest").textContent = rest ? `${plural(rest, "smaller cause")} not in this page` : "";
}

function rankingKey(event) {
  const rows = [...byId("ranking").querySelectorAll(".row")];
  const at = rows.findIndex((row) => row.id === `cause-${state.cause}`);
  const go = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1,
    PageDown: at + 8, PageUp: at - 8 }[event.key];
  if (go === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const row = rows[Math.max(0, Math.min(rows.length - 1, go))];
  select(Number(row.id.slice("cause-".length)), false);
}

/* ---- the selected cause ---- */

function storyList(story) {
  return make("ol", { class: "story" }, story.map((step, i) =>
    make("li", {}, make("span", { class: "step" }, i + 1),
      make("span", {}, step.text,
        make("span", { class: "where" }, step.file ? placeLink(step, shortPlace(step)) : "")))));
}

function siteFacts(site) {
  const facts = [
    ["in", site.function], ["kind", site.kind.replace(/_/g, " ")], ["type", site.type],
    ["size", site.size ? `${grouped(site.size)} B each` : ""],
    ["95% range", `${range(site.low, site.high)}, ${plural(site.samples, "sampled object")}`],
    ["with callees", amount(site.cumulative)],
    ["copies", site.copies > 1 ? `${site.copies} inlined` : ""],
    ["inlined at", (site.inlined_at || []).map((call) =>
      `${shortFunction(call.function)} ${shortPlace(call)}`).join(", ")],
    ["ambiguous", site.ambiguous
      ? "several allocations of this line, which object sizes do not tell apart" : ""],
  ];
  return make("dl", {}, facts.filter(([, value]) => value).map(([name, value]) =>
    [make("dt", {}, name), make("dd", {}, value)]));
}

/* A site's expression; what else is known of it is made when somebody opens it. */
function siteDetails(site) {
  const details = make("details", {},
    make("summary", {}, make("code", {}, site.expression + (site.ambiguous ? " ~" : ""))));
  details.addEventListener("toggle", () => {
    details.append(siteFacts(site), site.story.length ? storyList(site.story) : "");
  }, { once: true });
  return details;
}

function siteRow(part, cause) {
  const site = siteById.get(part.site);
  if (!site) return null;
  return make("tr", {},
    make("td", { class: "number" }, amount(part.value)),
    make("td", { class: "number muted" }, share(part.value, cause.value)),
    make("td", { class: "where" }, placeLink(site, shortPlace(site))),
    make("td", { class: "expression" }, siteDetails(site)),
    make("td", { class: "reason" },
      make("span", { class: `verdict ${site.verdict}` }, verdictWord(site.verdict)), " ", site.reason));
}

const SITE_ROWS = 20;

function siteTable(cause) {
  const head = [["bytes", "number"], ["of cause", "number"], ["where", ""], ["allocation", ""],
    ["verdict and reason", "reason"]];
  const rows = cause.parts.map((part) => siteRow(part, cause)).filter(Boolean);
  const body = make("tbody", {}, rows.slice(0, SITE_ROWS));
  const table = make("div", { class: "scroll" }, make("table", { class: "sites" },
    make("thead", {}, make("tr", {}, head.map(([word, kind]) =>
      make("th", { scope: "col", class: kind || null }, word)))), body));
  const more = rows.length - SITE_ROWS;
  const missing = cause.part_count - rows.length;
  return [table,
    more > 0 && make("p", { class: "rest" }, make("button", {
      type: "button",
      onclick: (event) => { body.append(...rows.slice(SITE_ROWS)); event.target.remove(); },
    }, `Show ${more} more`)),
    missing > 0 && make("p", { class: "rest" }, `${plural(missing, "smaller site")} not in this page`)];
}

function causeHead(cause, index) {
  const facts = [
    [make("b", {}, amount(cause.value)), ` ${share(cause.value)} of ${data.sample_type}`],
    [`95% range ${range(cause.low, cause.high)} from ${plural(cause.samples, "sample")}`],
    [cause.title],
    [make("span", { class: "where" }, placeLink(cause)),
      cause.function ? ` in ${shortFunction(cause.function)}` : ""],
  ];
  return [
    make("h2", {}, chip(index, true), " ", cause.text || cause.title),
    make("div", { class: "facts" }, facts.map((fact) => make("span", {}, fact))),
    !cause.supported && make("p", { class: "notice" },
      "Too few samples stand behind this figure to give it a rank."),
    cause.advice && make("div", { class: "advice" }, make("b", {}, "What to change"), cause.advice),
  ];
}

function part(title, note, content) {
  return [make("h3", {}, title, note && make("small", {}, note)), content];
}

function showDetail(index) {
  const cause = data.causes[index];
  const box = byId("detail");
  const sources = excerpts(cause);
  const flow = make("div", { class: "flow", id: "flow", tabindex: 0, role: "group", "aria-label": "Flow" });
  const children = [
    causeHead(cause, index),
    cause.nodes.length > 1 && part("Flow", "line width is bytes" +
      (cause.nodes_cut ? `; ${plural(cause.nodes_cut, "smaller step")} left out` : ""), flow),
    cause.story.length && part("How it gets to the heap", null, storyList(cause.story)),
    sources.length && part("In the source", "numbers are steps of the story", sources),
    part("Allocated at", plural(cause.part_count, "site"), siteTable(cause)),
  ].flat(2).filter(Boolean);
  box.replaceChildren(...children.flat());
  drawFlow();
}

function drawFlow() {
  const cause = data.causes[state.cause], flow = byId("flow");
  if (flow) flow.replaceChildren(flowPicture(cause, state.cause, byId("detail").clientWidth));
}

/* ---- selection: kept in the address, so that a link can name a cause ---- */

function causeOfAddress() {
  return causeIndexById.get(readAddress().own) ?? 0;
}

function select(index, scroll) {
  if (!data.causes[index]) return;
  const old = byId(`cause-${state.cause}`), row = byId(`cause-${index}`);
  if (old) old.setAttribute("aria-selected", "false");
  state.cause = index;
  row.setAttribute("aria-selected", "true");
  byId("ranking").setAttribute("aria-activedescendant", row.id);
  row.scrollIntoView({ block: "nearest" });
  showDetail(index);
  for (const listener of listeners) listener(index);
  if (scroll) byId("causes").scrollIntoView();
}
