/* address.js: what is looked at stands behind the "#" of the address, so that going back, loading
   again and a link that is passed on show it again: "#c3&frame=12&search=json". What has no "=" is
   the page's own: a cause, a section. */

function readAddress() {
  const parts = location.hash.slice(1).split("&");
  const own = parts[0].includes("=") ? "" : parts.shift();
  return { own, values: new URLSearchParams(parts.join("&")) };
}

/* Changes some values (those that become empty go), and the page's own part if it is given. With
   `isStep`, going back undoes it. */
function writeAddress(changes, isStep = false, own = readAddress().own) {
  const { values } = readAddress();
  for (const [name, value] of Object.entries(changes)) {
    if (value) values.set(name, value);
    else values.delete(name);
  }
  const text = `#${[own, values.toString()].filter(Boolean).join("&")}`;
  if (text === (location.hash || "#")) return;
  if (isStep) history.pushState(null, "", text);
  else history.replaceState(null, "", text);
}

/* A link to a section has been followed, which is no change of what is looked at. */
function isSection({ own, values }) {
  return own !== "" && byId(own) !== null && values.toString() === "";
}
