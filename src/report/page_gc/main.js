/* main.js: the head of the page of `gc`, and the start. */

function figure(name, write, note) {
  const values = traces.map((trace) => write(trace.summary)).reverse();
  return make("div", {}, make("dt", {}, name),
    make("dd", {}, values.join(" → "), note ? make("small", {}, traces.length > 1 ? `new: ${note}` : note) : null));
}

function startHead() {
  const summary = data.trace.summary;
  byId("command").textContent = traces.map((trace) => trace.name).reverse().join(" → ");
  byId("command").title = byId("command").textContent;
  byId("figures").append(
    figure("cycles a minute", (one) => one.cycles_per_minute.toFixed(1),
      `${plural(summary.cycles, "cycle")} in ${seconds(summary.seconds)}` + (summary.forced ? `, ${grouped(summary.forced)} forced` : "")),
    figure("pause, 99 of 100", (one) => seconds(one.pause_p99), `half of them ${seconds(summary.pause_p50)}, the longest ${seconds(summary.pause_max)}`),
    figure("processors", (one) => percent(one.cpu_share), `of that ${percent(summary.assist_share)} in assists; of ${summary.processors}`),
    figure("allocated a second", (one) => bytes(one.allocation_rate)),
    figure("live heap", (one) => bytes(one.live_last), `at most ${bytes(summary.live_max)}`),
    figure("heap, peak", (one) => bytes(one.peak),
      summary.limit ? `${summary.distance < 0 ? "over" : "below"} the limit by ${bytes(Math.abs(summary.distance))}` : `goal ${bytes(summary.goal_last)}`));
  byId("notices").append(make("li", { class: summary.death_spiral_cycles ? "warning" : null }, summary.text));
}

function startLimits() {
  const whole = traces.every((trace) => trace.of.every((count) => count === 1));
  byId("limits").textContent = "Bytes are written as go tool pprof writes them (kB, MB, GB of 1024); gctrace has whole MB. " +
    "Shares are of the time of all processors since the cycle before, without what idle ones did." +
    (whole ? "" : " Neighbouring cycles stand for each other where there are too many: a point has their longest pause and largest heap.");
  byId("trace-note").textContent = whole ? "a cycle is a point" : "a point is some cycles";
}

document.documentElement.classList.add("js");
startTheme();
startHead();
startLongest();
startTrace();
startLimits();
/* For tests and for the console. */
window.__unheap = { data, traces, view, longest, bytes, seconds, percent, nearest, zoomTo, choose, ready: true };
