/* packages.js: which profile is looked at, and what belongs to which package.

   data.value are the values of all profiles together, data.sources[i].value those of one (schema
   unheap.calls-page/1, written by calls_page.c). */

const state = { source: -1 };
const listeners = []; /* called when another profile is looked at */

/* Counts with all their digits, as -top has them. */
const exact = (value) => isBytes || isTime ? amount(value) : grouped(value);
const shown = () => state.source < 0 ? data : data.sources[state.source];
const values = () => shown().value;

/* "main.run example.com/app/run.go:7" or "00000000004a2b10 main.run ..." as "main.run": the function
   without its place and address. Blanks within brackets are the name's own. */
function functionOf(name) {
  const plain = name.replace(/^[0-9a-f]{16} (?=.)/, "");
  let depth = 0;
  for (let at = 0; at < plain.length; at++) {
    if ("[({".includes(plain[at])) depth++;
    else if ("])}".includes(plain[at])) depth--;
    else if (plain[at] === " " && depth <= 0) return plain.slice(0, at);
  }
  return plain;
}

/* "net/http.(*conn).serve" is of net/http, "net/http/server.go" too; a name without a dot is its own
   package. */
function packageOf(name) {
  const plain = functionOf(name), end = plain.search(/[([]/);
  const head = end < 0 ? plain : plain.slice(0, end), slash = head.lastIndexOf("/");
  if (/\.(go|s|c|cc|h)$/.test(head)) return head.slice(0, Math.max(slash, 0)) || head;
  const dot = head.indexOf(".", slash + 1);
  return dot < 0 ? plain : head.slice(0, dot);
}

const REST = "too small to name";

/* What ends in functions, by package, dearest first: [{ name, value, functions: Map(name -> value) }].
   `flat` is by name; its first is the whole, of which each byte is in one package. `small` is what
   ends in functions without a name here, by package. */
function sumPackages({ flat, rest: small }) {
  const sums = new Map();
  let rest = flat[0];
  const add = (key, name, value) => {
    if (!sums.has(key)) sums.set(key, { name: key, value: 0, functions: new Map() });
    const sum = sums.get(key);
    sum.value += value;
    sum.functions.set(name, (sum.functions.get(name) || 0) + value);
    rest -= value;
  };
  for (let index = 1; index < flat.length; index++)
    if (flat[index] > 0) add(packageOf(data.names[index]), functionOf(data.names[index]), flat[index]);
  for (const [name, value] of small) add(packageOf(`${name}.`), REST, value);
  if (rest > 0) add(REST, REST, rest);
  return [...sums.values()].sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
}

/* ---- colours: the dearest packages of all profiles have one each, the others share one ---- */

const COLOURS = 8;
const ranked = sumPackages(data).map((sum) => sum.name).filter((name) => name !== REST);
const rankOf = new Map(ranked.map((name, index) => [name, index]));

function packageColour(name) {
  const rank = rankOf.get(name);
  return rank === undefined || rank >= COLOURS ? "var(--c-other)" : `var(--c${rank})`;
}

function lookAt(source) {
  state.source = source;
  for (const listener of listeners) listener();
  writeAddress({ profile: source < 0 ? "" : source + 1 });
}

function restoreProfile() {
  const address = readAddress(), source = Number(address.values.get("profile")) - 1;
  if (isSection(address) || source === state.source) return;
  lookAt(data.sources[source] ? source : -1);
}
