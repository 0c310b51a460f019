/* regroup.js: one function's frames put together, wherever they stand in the tree: what it calls
   below it, or what calls it. Each byte counts once: of calls within calls of the same function
   only the outermost are taken.

   Node 0 of such a tree is the whole profile, node 1 the function. terms[node] are the nodes of the
   profile's own tree whose values make it up, for every profile. */

const group = { kind: "", name: "", tree: null };

const nameIndex = (node) => (group.tree || data).name[node];

function emptyTree() {
  const tree = { parent: [0], name: [0], terms: [[0]], ids: new Map() };
  tree.child = (parent, name) => {
    const key = parent * data.names.length + name;
    if (!tree.ids.has(key)) {
      tree.ids.set(key, tree.parent.length);
      tree.parent.push(parent);
      tree.name.push(name);
      tree.terms.push([]);
    }
    return tree.ids.get(key);
  };
  return tree;
}

/* A node for the call of every node below the function's outermost frames. */
function gatherCallees(wanted) {
  const tree = emptyTree(), place = data.parent.map(() => 0);
  for (let node = 1; node < place.length; node++) {
    const above = place[data.parent[node]];
    if (!above && data.name[node] !== wanted) continue;
    place[node] = tree.child(above, data.name[node]);
    tree.terms[place[node]].push(node);
  }
  return tree;
}

/* The ways to the function's outermost frames, backwards. */
function gatherCallers(wanted) {
  const tree = emptyTree(), inside = data.parent.map(() => false);
  for (let node = 1; node < inside.length; node++) {
    inside[node] = inside[data.parent[node]];
    if (inside[node] || data.name[node] !== wanted) continue;
    inside[node] = true;
    for (let at = 0, up = node; up; up = data.parent[up]) {
      at = tree.child(at, data.name[up]);
      tree.terms[at].push(node);
    }
  }
  return tree;
}

function treeWidths() {
  const all = values();
  if (!group.tree) return all;
  return group.tree.terms.map((nodes) => nodes.reduce((sum, node) => sum + all[node], 0));
}

/* kind: "callers", "callees" or "" for the profile's own tree. */
function setGroup(kind, name) {
  const wanted = data.names.indexOf(name);
  const good = kind !== "" && wanted > 0 && data.name.includes(wanted);
  Object.assign(group, good ? { kind, name } : { kind: "", name: "" });
  group.tree = !good ? null : kind === "callers" ? gatherCallers(wanted) : gatherCallees(wanted);
  setTree((group.tree || data).parent, treeWidths());
  for (const one of ["callers", "callees"])
    byId(`flame-${one}`).setAttribute("aria-pressed", String(group.kind === one));
  byId("flame-title").firstChild.data =
    good ? `Flame graph: ${kind} of ${shortFunction(name)} ` : "Flame graph ";
}

/* The frame that is looked at, from all sides; a second time, the profile again. */
function showGroup(kind) {
  if (!flame.here) return;
  const name = flame.name(flame.here);
  if (group.kind === kind && group.name === name) setGroup("", "");
  else setGroup(kind, name);
  flame.here = flame.root = group.tree ? 1 : 0;
  search(byId("flame-search").value);
  tellFrame(flame.here);
  keepPlace(true);
}

function startGroups() {
  for (const kind of ["callers", "callees"])
    byId(`flame-${kind}`).addEventListener("click", () => showGroup(kind));
}

/* For startFlameGraph(). */
const groupHooks = {
  keys: { u: () => showGroup("callers"), d: () => showGroup("callees") },
  reset: () => setGroup("", ""),
  place: () => ({
    callers: group.kind === "callers" ? group.name : "", callees: group.kind === "callees" ? group.name : "",
  }),
  restore: (values) => {
    const kind = ["callers", "callees"].find((one) => values.get(one)) || "";
    setGroup(kind, values.get(kind));
  },
};
