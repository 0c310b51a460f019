/* flame_search.js: finding frames by name, going from one to the next, and taking a name along. */

/* Names that hold the text as it stands, or that it fits as a regular expression; small and capital
   letters are alike. Go's names are full of signs that mean something else in expressions, so that
   "(*Server).Serve" finds itself. */
function matcher(text) {
  const plain = text.trim().toLowerCase();
  if (plain === "") return null;
  let pattern = null;
  try {
    pattern = new RegExp(text.trim(), "i");
  } catch { /* then it is text alone */ }
  return (name) => name.toLowerCase().includes(plain) || (pattern !== null && pattern.test(name));
}

const isFound = (node) => node !== 0 && flame.matches !== null && flame.matches(flame.name(node));

/* The outermost frames that match, so that each byte counts once, and how many match in all. */
function search(text) {
  flame.matches = matcher(text);
  const outermost = [], open = [[0, false]];
  let count = 0;
  while (open.length) {
    const [node, inside] = open.pop(), found = isFound(node);
    count += found;
    if (found && !inside) outermost.push(node);
    for (const child of flame.children[node]) open.push([child, inside || found]);
  }
  byId("flame-found").textContent = flame.matches ? flame.found(outermost, count) : "";
  drawFlame();
}

/* What another part of the page wants to be seen: exactly this name. */
function searchName(name) {
  byId("flame-search").value = name;
  search(name);
  keepPlace();
}

/* The next frame that matches (1) or the one before (-1), from left to right, then downwards; after
   the last comes the first. Frames that are not drawn are passed over. */
function nextFound(direction) {
  const at = (node) => {
    const base = flame.groups.get(node).querySelector("rect");
    return [Number(base.getAttribute("x")), Number(base.getAttribute("y"))];
  };
  const found = [...flame.groups.keys()].filter(isFound).map((node) => [node, ...at(node)])
    .sort((a, b) => a[1] - b[1] || a[2] - b[2]);
  if (!found.length) return undefined;
  const index = found.findIndex(([node]) => node === flame.here);
  if (index >= 0) return found[(index + direction + found.length) % found.length][0];
  return found[direction > 0 ? 0 : found.length - 1][0];
}

function searchKey(event) {
  if (event.key !== "Enter" || !flame.matches) return;
  event.preventDefault();
  byId("flame-box").firstChild.focus({ preventScroll: true });
  step(nextFound(1));
}

/* ---- a name to take along ---- */

/* For pages that come from elsewhere than a file or this machine: they may not use the clipboard. */
function copyBySelection(text) {
  const field = make("textarea", { class: "skip" }, text);
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

async function copyName() {
  if (!flame.here) return;
  const name = flame.name(flame.here), focused = document.activeElement;
  let done = true;
  try {
    await navigator.clipboard.writeText(name);
  } catch {
    done = copyBySelection(name);
    focused.focus({ preventScroll: true });
  }
  byId("flame-status").textContent = done ? `copied: ${name}` : name;
}

function startSearch() {
  const field = byId("flame-search");
  field.title = "A regular expression; n and N in the graph go to the next match and the one before";
  field.addEventListener("input", () => { search(field.value); keepPlace(); });
  field.addEventListener("keydown", searchKey);
  byId("flame-copy").addEventListener("click", copyName);
}
