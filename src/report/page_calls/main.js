/* main.js: the head of the page of `prof -flame`, and the start. */

function figure(name, value, note) {
  return make("div", {}, make("dt", {}, name),
    make("dd", {}, value, note ? make("small", {}, note) : null));
}

function startHead() {
  byId("command").textContent = data.command;
  byId("command").title = data.command;
  byId("figures").append(
    figure(data.sample_type, amount(data.value[0])),
    figure("packages", grouped(ranked.length), ranked[0] ? `most in ${ranked[0]}` : ""));
  if (data.sources.length > 1) byId("figures").append(figure("profiles", grouped(data.sources.length)));
}

/* Where the page is served beside others. */
function startLinks() {
  const [before] = document.querySelector("nav").children;
  for (const [title, href] of data.links) {
    before.before(title ? make("a", { href }, title) : make("span", { class: "muted", "aria-hidden": "true" }, "|"));
  }
  const status = byId("flame-copy");
  for (const [title, href] of data.function_links)
    status.after(make("a", { href, class: "for-frame", hidden: true }, title));
}

function startLimits() {
  byId("limits").textContent = "Frames are what go tool pprof -http shows: functions, inlined ones " +
    "too, after all filters of the command line. unheap prof -top, -tree and -peek have the figures.";
}

document.documentElement.classList.add("js");
startTheme();
startHead();
startLinks();
startFlame();
startTreemap();
startTimeline();
startLimits();
window.addEventListener("popstate", restoreProfile);
restoreProfile();
startPlace();
byId("nothing").hidden = data.value[0] !== 0;
if (data.value[0] === 0) ["timeline", "flame", "treemap"].forEach(hide);
watchWidth(byId("flame-box"), drawFlame);
watchWidth(byId("treemap-box"), drawTreemap);
/* For tests and for the console. */
window.__unheap = {
  data, state, flame, map, lookAt, amount, squarify, sumPackages, functionOf, packageOf, shortFunction, fitText, fixed, ready: true,
};
