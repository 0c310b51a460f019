/* amounts.js: figures in the unit of the page's data, bytes and counts as report_amount() in amount.c
   writes them, times as `go tool pprof` does. */

const BYTE_STEPS = [[2 ** 50, "PB"], [2 ** 40, "TB"], [2 ** 30, "GB"], [2 ** 20, "MB"], [2 ** 10, "kB"], [1, "B"]];
const COUNT_STEPS = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]];
const TIME_STEPS = [[3600e9, "hrs"], [60e9, "mins"], [1e9, "s"], [1e6, "ms"], [1e3, "us"], [1, "ns"]];
const isBytes = data.unit === "bytes", isTime = data.unit === "nanoseconds";
const steps = isBytes ? BYTE_STEPS : isTime ? TIME_STEPS : COUNT_STEPS;

function stepFor(size) {
  return steps.find(([factor]) => factor <= size) || steps[steps.length - 1];
}

function threeDigits(number) {
  return fixed(number, number < 9.995 ? 2 : number < 99.95 ? 1 : 0);
}

function amount(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const [factor, name] = stepFor(size);
  const sign = value < 0 ? "-" : "";
  if (isBytes || isTime) return sign + fixed(size / factor, 2).replace(/\.00$/, "") + name;
  return sign + (factor === 1 ? fixed(size, 0) : threeDigits(size / factor)) + name;
}

function share(value, total = data.total) {
  const percent = total ? value / total * 100 : 0;
  return percent > 0 && percent < 0.05 ? "<0.1%" : fixed(percent, 1) + "%";
}
