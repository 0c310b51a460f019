/* packages.js: which profile is looked at, and what belongs to which package.

   data.value are the values of all profiles together, data.sources[i].value those of one (schema
   unheap.calls-page/1, written by calls_page.c). */

const state = { source: -1 };
const listeners = []; /* called when another profile is looked at */

const values = () => state.source < 0 ? data.value : data.sources[state.source].value;
const callName = (node) => data.names[data.name[node]];

/* "net/http.(*conn).serve" is of net/http; a name without a dot is its own package. A name may be
   followed by a place. */
function packageOf(name) {
  const plain = name.split(" ")[0];
  const end = plain.search(/[([]/);
  const head = end < 0 ? plain : plain.slice(0, end);
  const dot = head.indexOf(".", head.lastIndexOf("/") + 1);
  return dot < 0 ? plain : head.slice(0, dot);
}

/* What ends in each node, of the given values. */
function ownValues(all) {
  const own = all.slice();
  for (let node = all.length - 1; node > 0; node--) own[data.parent[node]] -= all[node];
  return own;
}

/* Own values by package, dearest first: [{ name, value, functions: Map(name -> value) }]. */
function sumPackages(all) {
  const sums = new Map(), own = ownValues(all);
  for (let node = 1; node < own.length; node++) {
    if (own[node] <= 0) continue;
    const name = callName(node).split(" ")[0], key = packageOf(name);
    if (!sums.has(key)) sums.set(key, { name: key, value: 0, functions: new Map() });
    const sum = sums.get(key);
    sum.value += own[node];
    sum.functions.set(name, (sum.functions.get(name) || 0) + own[node]);
  }
  return [...sums.values()].sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
}

/* ---- colours: the dearest packages of all profiles have one each, the others share one ---- */

const COLOURS = 8;
const ranked = sumPackages(data.value).map((sum) => sum.name);
const rankOf = new Map(ranked.map((name, index) => [name, index]));

function packageColour(name) {
  const rank = rankOf.get(name);
  return rank === undefined || rank >= COLOURS ? "var(--c-other)" : `var(--c${rank})`;
}

function lookAt(source) {
  state.source = source;
  for (const listener of listeners) listener();
}
