/* main.js: the head of the page of `diff`, and the start. */

function figure(total) {
  const words = { significant: "significant", possible: "another pair of runs may differ", noise: "within the noise" };
  return make("div", {}, make("dt", {}, total.sample_type + (data.per ? ` per ${data.per.replace(/([^s])s$/, "$1")}` : "")),
    make("dd", {}, `${amount(total.old, total.unit)} → ${amount(total.new, total.unit)}`,
      make("small", {}, `${signed(total.delta, total.unit)} ${percent(total) && `(${percent(total)})`}, ` +
        `95% range ${range(total, total.unit)}; ${words[total.verdict]}`)));
}

function startHead() {
  byId("command").textContent = `${data.old_name} → ${data.new_name}`;
  byId("command").title = byId("command").textContent;
  const chosen = data.totals.filter((total) => total.sample_type === data.sample_type);
  const others = data.totals.filter((total) => total.sample_type !== data.sample_type && (total.old || total.new));
  byId("figures").append(...chosen.concat(others).map(figure));
  byId("notices").append(...data.notices.map((text) => make("li", {
    class: text.startsWith("FAILED") ? "warning" : text.startsWith("passed") ? "passed" : null,
  }, text)));
}

function startLimits() {
  const cut = KINDS.filter(([kind]) => data[kind] && data[kind].length < data.counts[kind])
    .map(([kind]) => `${grouped(data[kind].length)} of ${grouped(data.counts[kind])} ${kind}`);
  byId("limits").textContent = "Bytes are written as go tool pprof writes them (kB, MB, GB of 1024). " +
    "Ranges hold the true change in 95 of 100 pairs of profiles like these. Significant: the range " +
    "excludes zero, and so it does though many were looked at (one in a hundred may be chance). " +
    "Possible: only the range excludes zero." +
    (cut.length ? ` This page holds ${cut.join(" and ")}; unheap diff -json has all.` : "");
}

/* ---- start ---- */

document.documentElement.classList.add("js");
startTheme();
startHead();
startTable();
startFlame();
startLimits();
watchWidth(byId("flame-box"), drawFlame);
/* For tests and for the console. */
window.__unheap = { data, flame, table, amount, signed, percent, range, zoom, ready: true };
