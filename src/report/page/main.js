/* main.js: the head, what is left over, and the start. */

function figure(name, value, note) {
  return make("div", {}, make("dt", {}, name),
    make("dd", {}, value, note ? make("small", {}, note) : null));
}

function captured() {
  const facts = [];
  if (data.profile.sources > 1) facts.push(`${data.profile.sources} profiles`);
  if (data.profile.time_seconds > 0)
    facts.push(new Date(data.profile.time_seconds * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC");
  if (data.profile.period > 1) facts.push(`one sample in ${amount(data.profile.period)}`);
  return facts.join(", ");
}

function startHead() {
  byId("command").textContent = data.command;
  byId("command").title = data.command;
  const figures = [
    figure(data.sample_type, amount(data.total), data.meaning),
    figure("explained", share(data.explained),
      data.go_version ? `verdicts of ${data.go_version}` : ""),
    figure("causes", grouped(data.cause_count), data.cause_count
      ? `the first ${data.cover_causes} cover ${share(data.cover_value)}` : ""),
    figure("sampled objects", grouped(data.samples), captured()),
  ];
  if (data.other_ranking) figures.push(figure("ranked otherwise", "", data.other_ranking));
  byId("figures").append(...figures);
  byId("notices").append(...data.notices.map((text) =>
    make("li", { class: text.startsWith("warning") ? "warning" : null }, text)));
}

function startUnexplained() {
  if (!data.unexplained.length) {
    hide("unexplained");
    return;
  }
  const rest = data.total - data.explained;
  const left = data.unexplained_count - data.unexplained.length;
  byId("unexplained-sum").textContent = `${amount(rest)}, ${share(rest)}` +
    (left ? `; ${plural(left, "smaller place")} not in this page` : "");
  const head = [["bytes", "number"], ["share", "number"], ["function", ""], ["where", ""], ["why", ""]];
  byId("unexplained-box").append(make("table", {},
    make("thead", {}, make("tr", {}, head.map(([word, kind]) =>
      make("th", { scope: "col", class: kind || null }, word)))),
    make("tbody", {}, data.unexplained.map((one) => make("tr", {},
      make("td", { class: "number" }, amount(one.value)),
      make("td", { class: "number muted" }, share(one.value)),
      make("td", { class: "expression" }, shortFunction(one.function)),
      make("td", { class: "where" }, placeText(one)),
      make("td", { class: "expression" }, one.why))))));
}

/* On the heap by verdict, and the shipped program has no call for it. */
function startElided() {
  if (!data.elided.length) {
    hide("elided");
    return;
  }
  const left = data.elided_count - data.elided.length;
  byId("elided-sum").textContent =
    `${plural(data.elided_count, "expression")}, heap by verdict, without a call in the binary` +
    (left ? `; ${grouped(left)} not in this page` : "");
  byId("elided-box").append(make("table", {},
    make("thead", {}, make("tr", {}, ["expression", "kind", "function", "where"].map((word) =>
      make("th", { scope: "col" }, word)))),
    make("tbody", {}, data.elided.map((one) => make("tr", {},
      make("td", { class: "expression" }, one.text),
      make("td", { class: "muted" }, one.kind),
      make("td", { class: "expression" }, shortFunction(one.function)),
      make("td", { class: "where" }, placeLink(one)))))));
}

/* What the page does not hold, so that nobody takes it for the whole. */
function startLimits() {
  const cut = [];
  if (data.cause_count > data.causes.length) cut.push(`${data.causes.length} of ${grouped(data.cause_count)} causes`);
  if (data.site_count > data.sites.length) cut.push(`${grouped(data.sites.length)} of ${grouped(data.site_count)} sites`);
  byId("limits").textContent = "Bytes are written as go tool pprof writes them (kB, MB, GB of 1024). " +
    "Ranges hold the true value in 95 of 100 profiles like this one." +
    (cut.length ? ` This page holds ${cut.join(" and ")}; unheap hot -json has all.` : "");
}

/* ---- start ---- */

document.documentElement.classList.add("js");
startTheme();
startHead();
startSource();
startRanking();
startFlame();
if (!data.causes.length) byId("causes").hidden = true;
byId("nothing").hidden = data.total !== 0;
startUnexplained();
startElided();
startLimits();
select(causeOfAddress(), false);
listeners.push((index) => writeAddress({}, false, data.causes[index].id));
window.addEventListener("popstate", () => {
  if (causeIndexById.has(readAddress().own)) select(causeOfAddress(), false);
});
watchWidth(byId("flame-box"), drawFlame);
watchWidth(byId("detail"), drawFlow);
/* For tests and for the console. */
window.__unheap = { data, state, flame, select, amount, range, ready: true };
